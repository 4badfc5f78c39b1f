"""Tables of what patterns find, and of what is denied and masked. See `tests.tables`."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp.settings import redaction
from headroom_mcp.settings.linear_match import Pattern, UnsupportedPattern
from headroom_mcp.settings.table import Settings
from tests import tables

_TABLES = Path(__file__).parent / "tables"


def _found(text: str, pattern: str = "a", flags: str = "") -> str:
    """In which lines a pattern is found, whether it is found in all of them at once, and the word looked for first."""
    try:
        compiled = Pattern(flags + pattern)
    except UnsupportedPattern as error:
        return "refused" if error.__cause__ else f"refused: {error}"  # Python's own words are others in each version
    lines = text.split("\n")
    told = [
        f"{at}{'' if compiled.may_be_in(line) else ' by mistake'}"
        for at, line in enumerate(lines)
        if compiled.search(line)
    ]
    return f"{len(compiled._nodes)} places, looks for {compiled._word!r}, found in {', '.join(told)}; at once {compiled.search(text)}"


def _denied(
    text: str, given: str = "", mine: str = "", projects: str = "", redact: str = "none", team: bool = False
) -> str:
    settings = Settings(
        deny=tuple(mine.split()), project_deny=tuple(projects.split()), redact=redact, store_redact=team
    )
    shared = redaction.shared(settings)
    return "\n".join(
        [
            f"asked for {redaction.is_asked_for(settings)}, denied {redaction.is_denied(settings, text, {'command': given, 'n': 1})}, "
            f"without input {redaction.is_denied(settings, text, None)}, masks {redaction.masks_model(settings)}",
            redaction.for_model(settings, text),
            redaction.for_team(settings, text),
            "\n--\n".join(redaction.stored_and_shown(settings, text)),
            f"shared {shared.redact}",
        ]
    )


SEEDS = [
    "abc\nABC_12\n x\tb\naab\n\nbb1 \nthe end.\nhello-world token=9\n",
    "password = hunter2hunter2!\nsecret file\n.env\nplain",
]
CASES = False
PROBES: dict[str, tables.Probe] = {"found": _found, "denied": _denied}
ASKED = {"linear_match": ["found"], "redaction": ["denied"]}
CHOICES = {
    "pattern": ["a", "ab", "a|b", "(?:a|bb)c", "a*b", "a+b", "a?b$", "^b", "^$", "[ab]1", "[^a-c ]+", r"\d\d", r"\D", r"\s", r"\S", r"\w+-\w+", r"\W",
                r"\bb", r"b\b", r"\Bb", r"b\B", r"\Aa", r"b\Z", ".b", "a.", "a{2}", "a{2,}", "a{1,2}b", "b{0,1}1", "(a)(b)c", "(a|b)+$", "(?i:AB)c",
                "token=", "(?:hello|world)-", "hel+o", "[A-Z]{3}", r"[\d_]+", r"[^\w]", r"(a)\1", "(?=a)b", "a{5000}", "(", "(?s:.)b", "(?-i:a)B",
                "(?x) a b # c", "x*?b", "(the|an)? end", "end[.]$", "(?P<n>a)(?P=n)", "", "(?:)", "((a))", "a$", "the.*end", "token.9"],
    "flags": ["", "", "", "(?i)", "(?m)", "(?s)", "(?im)", "(?a)", "(?x)"],
    "given": ["", "cat .env", "make"],
    "mine": ["", "secret", r"\.env", "nothing hunter"],
    "projects": ["", "plain", r"\.env", "zzz secret"],
    "redact": ["none", "store", "model", "both"],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.stem for path in _TABLES.glob("*.txt")))
def test_of_these_texts_just_this_is_found(name: str, request: pytest.FixtureRequest) -> None:
    tables.check(tables.settle(_TABLES / f"{name}.txt", PROBES, request), PROBES)
