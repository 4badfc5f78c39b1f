"""Lines of a diff that the same context has been shown without their signs are named with them."""

from __future__ import annotations

import pytest

from headroom_mcp.flow import repeats
from headroom_mcp.types import Part, Shown


def _diff(new: list[str], *, name: str = "a.py", old: int = 0) -> list[str]:
    head = [f"diff --git a/{name} b/{name}", f"--- a/{name}", f"+++ b/{name}"]
    return [*head, f"@@ -{old},{old and len(new)} +1,{len(new)} @@", *new]


@pytest.mark.parametrize(("sign", "said"), [("+", "added, "), (" ", "unchanged, "), ("-", "removed, ")])
def test_lines_of_a_diff_that_stand_above_without_their_sign_are_named_with_it(sign: str, said: str) -> None:
    body = [f"    value_{n} = compute_the_value(argument_{n})" for n in range(20)]
    lines = _diff([f"{sign}{line}" for line in body], old=0 if sign == "+" else 1)
    lines[10] = f"{sign}    value_6 = None"
    for listing in ("\n".join(body), "\n".join(f"{n:6}\t{line}" for n, line in enumerate(body, 90))):
        earlier = [Shown("cat a.py", listing)]
        parts = repeats.fold(lines, [Part(0, len(lines), "keep")], repeats.find(lines, earlier), earlier, ())

        assert [(part.start, part.stop, part.note) for part in parts if part.action == "omit"] == [
            (4, 10, f"{said}as shown above by cat a.py"),
            (11, 24, f"{said}as shown above by cat a.py"),
        ]


def test_lines_with_different_signs_are_no_run_and_a_sign_outside_of_a_diff_is_text() -> None:
    body = [f"- value_{n} = compute_the_value(argument_{n})" for n in range(20)]
    earlier = [Shown("cat notes.md", "\n".join(line[1:] for line in body))]
    mixed = _diff([f"{'+- '[n % 3]}{line}" for n, line in enumerate(body)], old=1)

    assert repeats.find(body, earlier) == []
    assert repeats.find(mixed, [Shown("cat notes.md", "\n".join(body))]) == []


def test_a_diff_after_the_same_diff_is_named_as_it_is() -> None:
    lines = _diff([f"+    value_{n} = compute_the_value(argument_{n})" for n in range(20)])
    (run,) = repeats.find(
        lines, [Shown("cat a.py", "\n".join(line[1:] for line in lines[4:])), Shown("git diff", "\n".join(lines))]
    )

    assert (run.start, run.stop, run.sign) == (0, 24, "")
