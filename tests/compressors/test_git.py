"""What git prints, where it is more than a host shows."""

from __future__ import annotations

import re
from random import Random

import pytest

from headroom_mcp import compress_output
from headroom_mcp.compressors import git
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import View

_LIMIT = 30_000  # of Claude Code


@pytest.mark.parametrize("count", [300, 700, 900, 2_000, 6_000])
def test_a_blame_of_any_length_fits_into_what_a_host_shows(count: int) -> None:
    rows = [
        f"{line // 37 * 7919:08x} (Author {line // 37 % 5} 2026-01-{line // 37 % 28 + 1:02d} 10:00:00 +0100 {line + 1:4d})"
        f"     value_{line} = compute_{line % 17}(arg_{line * 3})"
        for line in range(count)
    ]
    result = compress_output(
        "\n".join(rows), tool_name="Bash", tool_input={"command": "git blame a.py"}, view=View(limit_chars=_LIMIT)
    )

    assert result.outcome == "compressed"
    assert len(result.text) <= _LIMIT
    assert "1)     value_0 = compute_0(arg_0)" in result.text


_OPTIONS = ["--stat", "--shortstat", "--numstat", "--name-only", "--name-status", "--stat --summary", ""]


def _log(seed: int, options: str) -> tuple[str, list[tuple[int, int, int]]]:
    """Return what `git log` prints with `options`, and the files, insertions and deletions of each commit."""
    random = Random(f"{seed} {options}")
    lines: list[str] = []
    sums: list[tuple[int, int, int]] = []
    for commit in range(80):
        lines += [f"commit {random.getrandbits(160):040x}", f"Author: Ann {commit % 7} <a@b.c>"]
        lines += [
            f"Date:   Sat Nov 21 10:{commit % 60:02d}:00 2026 +0100",
            "",
            f"    Change {commit} of the {seed}th run",
        ]
        lines += [f"    and a word on {word}" for word in range(random.choice([0, 0, 1, 2]))]
        names = [f"src/part{commit}/file{name}.py" for name in range(random.choice([1, 1, 2, 10]))]
        added, removed = random.choice([(0, 3), (4, 0), (30, 12), (1, 1)])
        sums.append((len(names), added, removed))
        lines.append("")
        if options.startswith("--stat"):
            lines += [f" {name} | {added + removed} {'+' * added}" for name in names]
        elif options.startswith("--n"):
            head = {"--numstat": f"{added}\t{removed}\t", "--name-status": "M\t"}.get(options, "")
            lines += [head + name for name in names]
        if options.startswith(("--stat", "--shortstat")):
            said = [f" {len(names)} file{'s' * (len(names) > 1)} changed"]
            said += [f"{added} insertion{'s' * (added > 1)}(+)"] * bool(added)
            said += [f"{removed} deletion{'s' * (removed > 1)}(-)"] * bool(removed)
            lines.append(", ".join(said))
        if options.endswith("--summary"):
            lines.append(f" create mode 100644 {names[0]}")
        if options:
            lines.append("")
    return "\n".join(lines[: -1 if options else None]), sums


@pytest.mark.parametrize("options", _OPTIONS)
@pytest.mark.parametrize("seed", range(2))
def test_the_files_of_a_commit_are_counted_without_the_line_that_sums_them_up(seed: int, options: str) -> None:
    text, sums = _log(seed, options)
    given = Input(options, text, "Bash", {"command": f"git log {options}"})
    findings = judge(given, Settings())
    shown = compress_output(text, tool_name="Bash", tool_input=dict(given.tool_input)).text

    assert findings is not None
    assert (findings.false, list(findings.unchecked)) == ([], [])
    commits = re.findall(r"^[0-9a-f]{10} .*: Change (\d+) of the \d+th run(.*)$", shown, re.MULTILINE)
    assert len(commits) > 10
    for at, said in commits:
        files, added, removed = sums[int(at)]
        if options.startswith(("--stat", "--shortstat")):
            signed = (f" +{added}" if added else "") + (f" −{removed}" if removed else "")
            assert f"({files} file{'s' * (files > 1)}{signed})" in said
        if options in ("--stat", "--shortstat"):
            assert "of files" not in said
        elif left := re.search(r"\(\+(\d+) of files\)", said):
            assert int(left[1]) <= files


def test_the_last_line_counts_a_log_in_lines_only() -> None:
    shown = compress_output(_log(0, "--stat")[0], tool_name="Bash", tool_input={"command": "git log --stat"}).text
    *_, footer = shown.split("\n")

    assert len(set(re.findall(r"of ([\d,]+) lines", footer))) == 1
    assert "lines of commits" not in footer


def test_every_commit_that_touched_the_file_asked_for_is_shown_with_its_line_before_any_is_shown_whole() -> None:
    def commit(n: int) -> list[str]:
        files = [f" src/part{n}_{i}.py | 12 ++++--" for i in range(9)]
        if n % 7 == 3:
            files.insert(4, f" src/store/ledger.py | {n + 1} +-")
        head = [f"commit {n:040x}", "Author: Ann <a@x.example>", f"Date:   Thu Nov 26 12:{n:02}:27 2026 +0000", ""]
        return [
            *head,
            f"    Change number {n} of many",
            "",
            *files,
            f" {len(files)} files changed, 60 insertions(+)",
            "",
        ]

    text = "\n".join(line for n in range(48) for line in commit(n))
    short = compress_output(
        text, tool_name="Bash", tool_input={"command": "git log --stat"}, query="which commits touched store/ledger.py?"
    ).text

    assert len(short) < len(text) / 4
    for n in range(3, 48, 7):
        assert f" src/store/ledger.py | {n + 1} +-" in short
        assert f"{n:040x}"[:10] in short


@pytest.mark.parametrize("seed", range(3))
def test_of_a_stat_too_long_the_files_that_changed_most_are_shown(seed: int) -> None:
    random = Random(seed)
    counts = [random.randrange(1, 60) for _ in range(300)]
    most = random.sample(range(300), 5)
    for at in most:
        counts[at] = random.randrange(700, 1_500)
    lines = [
        f" src/part{at % 20}/module_{at}.py | {count:>4} {'+' * (count % 40)}{'-' * 3}"
        for at, count in enumerate(counts)
    ]
    lines.append(f" 300 files changed, {sum(counts)} insertions(+), 12 deletions(-)")

    shown = compress_output("\n".join(lines), tool_name="Bash", tool_input={"command": "git diff --stat main"}).text

    assert len(shown) < 0.5 * len("\n".join(lines))
    assert all(lines[at] in shown for at in [*most, 0, 300])


@pytest.mark.parametrize(
    ("query", "commits", "named"), [("", 24, True), ("which commit is of part 7?", 24, False), ("", 400, False)]
)
def test_unasked_each_commit_of_a_short_log_is_named_by_its_whole_digest(query: str, commits: int, named: bool) -> None:
    digests = [f"{at * 7919 + 11:040x}" for at in range(commits)]
    lines: list[str] = []
    for at, digest in enumerate(digests):
        lines += [f"commit {digest}", "Author: Ann Bee <ann@example.org>", "Date:   Sat Nov 21 10:00:00 2026 +0100", ""]
        lines += [f"    Part {at} of the work is done", ""]
        lines += [f"    What the part {at} is about is told in line {row} of its message." for row in range(8)]
        lines += ["", f" src/part{at}.py | {at + 1} +", f" 1 file changed, {at + 1} insertions(+)", ""]
    output = ToolOutput("\n".join(lines), "Bash", {"command": "git log --stat"}, query)

    compressed = git.compress(output, 700)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert all(digest in shown for digest in digests) is named
    assert tokens.estimate(shown) < output.tokens * 0.45
