"""A question about a log of git gets the commits that it is about, each by its whole digest, which is what a next command takes."""

from __future__ import annotations

import random

import pytest

from headroom_mcp import compress_output

_AREAS = "streams models cookies colours session uploads reports plugins".split()
_QUESTIONS = (
    "Who changed the {}, and in which commit?",
    "Which commit touched {}?",
    "Show me the commit about {}, and its author",
    "When was {} changed, and what is the hash of that commit?",
)


def _log(seed: int) -> tuple[str, str, str]:
    """Return a log with what each commit changed, the area that one commit alone is about, and that commit's digest."""
    draw = random.Random(seed)
    area, *others = draw.sample(_AREAS, len(_AREAS))
    told: list[str] = []
    digests: list[str] = []
    for at in range(14):
        of = area if at == 5 else draw.choice(others)
        digests.append(f"{draw.randrange(16**40):040x}")
        told += [
            f"commit {digests[-1]}", f"Author: {draw.choice(['Ann Moss', 'Ed Reed'])} <a@x.example>", f"Date:   Sun Jan {at + 1} 19:15:00 2026 +0000",
            "", f"    {of}: tidy signatures, note revision {at}", "", f" lib/{of}.py | {draw.randrange(2, 40)} +++--", " 1 file changed, 5 insertions(+), 4 deletions(-)", "",
        ]  # fmt: skip
    return "\n".join(told), area, digests[5]


@pytest.mark.parametrize("question", _QUESTIONS)
@pytest.mark.parametrize("seed", range(6))
def test_the_commit_that_is_asked_for_is_shown_by_its_whole_digest(question: str, seed: int) -> None:
    text, area, digest = _log(seed)

    result = compress_output(
        text, tool_name="Bash", tool_input={"command": "git log --stat -n 14"}, query=question.format(area)
    )

    assert result.outcome == "compressed"
    assert digest in result.text
