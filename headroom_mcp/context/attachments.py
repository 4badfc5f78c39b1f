"""What a user pastes: texts between code fences, beside which stands what the user says. They are made small on request only."""

from __future__ import annotations

from headroom_mcp.context.calls import Asked

ASKED = Asked("", "attachment", {}, "")
"""The call that an attachment answers, as the flow takes it: `keep` and `tools_off` may name it."""

_FENCES = ("```", "~~~")


def fenced(text: str) -> list[tuple[int, int]]:
    """Return where the texts between fences begin and end, without the lines of the fences; one that is not closed is none."""
    found: list[tuple[int, int]] = []
    if not any(fence in text for fence in _FENCES):
        return found
    at, fence, begins = 0, "", 0
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        run = bare[: len(bare) - len(bare.lstrip(bare[:1]))] if bare.startswith(_FENCES) else ""
        if not fence and run:
            fence, begins = run, at + len(line)
        elif fence and run == bare and run.startswith(fence):
            found.append((begins, max(begins, at - 1)))
            fence = ""
        at += len(line)
    return found


def beside(text: str) -> str:
    """Return what the user says beside the fences; all of it where there is nothing else."""
    kept, at = [], 0
    for start, stop in fenced(text):
        kept.append(text[at:start])
        at = stop + 1 if text[stop : stop + 1] == "\n" else stop
    kept.append(text[at:])
    lines = [line for line in "".join(kept).splitlines() if not line.strip().startswith(_FENCES)]
    said = "\n".join(lines).strip()
    return said or text


def without_reminders(text: str) -> str:
    """Return what the user said, without what a host has put between `<system-reminder>` tags."""
    while (start := text.find("<system-reminder>")) >= 0:
        stop = text.find("</system-reminder>", start)
        text = text[:start] + (text[stop + len("</system-reminder>") :] if stop >= 0 else "")
    return text.strip()
