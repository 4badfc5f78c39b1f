"""What hosts write around an output before the model reads it: a head, and fields after its end. Kept to the letter."""

from __future__ import annotations

_OPEN, _CLOSE = "<untrusted_context>\n", "\n</untrusted_context>"
_OUTPUT = "Output: "
# What Qwen Code and Gemini CLI tell of a command after what it printed
_FIELDS = ("Error: ", "Exit Code: ", "Signal: ", "Background PIDs: ", "Process Group PGID: ", "PIDs: ")
_MAX_FIELDS = 8


def split(text: str, *, shell: bool) -> tuple[str, str, str]:
    """Return what stands before an output, the output, and what stands after it."""
    head, tail = "", ""
    if text.startswith(_OPEN) and text.rstrip("\n").endswith(_CLOSE):
        at = text.rindex(_CLOSE)
        head, text, tail = _OPEN, text[len(_OPEN) : at], text[at:]
    if not shell:
        return head, text, tail
    start = 0 if text.startswith(_OUTPUT) else text.find(f"\n{_OUTPUT}") + 1
    if not start and not text.startswith(_OUTPUT):
        return head, text, tail
    start += len(_OUTPUT)
    stop = _fields(text, start)
    return head + text[:start], text[start:stop], text[stop:] + tail


def _fields(text: str, start: int) -> int:
    """Return where the fields at the end of `text` begin, no earlier than `start`."""
    stop = len(text)
    for _ in range(_MAX_FIELDS):
        at = text.rfind("\n", start, stop)
        if at < 0 or not text.startswith(_FIELDS, at + 1):
            break
        stop = at
    return stop
