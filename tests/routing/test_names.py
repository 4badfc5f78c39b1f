"""A tool's name is a hint: whatever a tool is called, its output is read as well as without the name."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.compressors import markdown
from headroom_mcp.evals.whole_outputs import kinds, play
from headroom_mcp.flow.plan import plan
from headroom_mcp.routing import router
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from tests import long_form

_RUNNERS = ["pytest", "jest", "go", "cargo", "playwright", "maven", "rspec", "testing_platform", "robot", "tap", "gtest", "go_json", "unittest", "vitest"]  # fmt: skip
_NAMES = """
    Bash Read Grep Glob LS WebFetch grep_search search_files ripgrep list_dir list_directory directory_tree file_search
    mcp__ci__get_job_logs mcp__k8s__pod_logs mcp__aws__logs_query mcp__git__git_diff mcp__git__apply_patch mcp__db__sql
    mcp__db__run_sql_query mcp__x__export_csv mcp__fs__tree mcp__fs__listdir mcp__code__grep_code mcp__ci__build_status
    mcp__ci__list_workflow_runs mcp__ci__pipeline_get mcp__j__journal_tail mcp__log__search read_file view open_file cat_file
    get_file_contents search_code find_files fetch fetch_url browser_snapshot query execute run shell terminal exec run_tests
    test_runner jest_run pytest_run run_lint check eslint_lint tsc format git_log git_status git_show list_issues get_issue
    get_pull_request_diff memory_search kubectl_get docker_ps read_graph convert_to_markdown json_query prometheus_query
""".split()


def _outputs() -> dict[str, tuple[str, list[str]]]:
    made = {name: maker(Random(7)) for name, maker in kinds.MAKERS.items()}
    for name in _RUNNERS:
        output = play.make(3, name, "alone")
        made[name] = output.text, [*(mark[0] for mark in output.marks), *output.totals]
    return made


OUTPUTS = _outputs()


def _shown(text: str, name: str) -> str:
    return plan(ToolOutput(text, name, {}), Settings()).body


def _names(kind: str) -> list[str]:
    """Return the names that an output is tried under: some of them, others for each output, unless the long form runs."""
    return Random(kind).sample(_NAMES, long_form.count(20, len(_NAMES)))


def test_there_are_forty_outputs_and_sixty_names() -> None:
    assert len(OUTPUTS) >= 40
    assert len(set(_NAMES)) >= 60


@pytest.mark.parametrize("kind", sorted(OUTPUTS))
def test_no_name_makes_the_outcome_worse(kind: str) -> None:
    text, marks = OUTPUTS[kind]
    plain = _shown(text, "")
    cost = tokens.estimate(plain)
    read_as = {}  # most names lead to one of few readings
    for name in _names(kind):
        sections = tuple((part.start, part.stop, part.kind) for part in router.route(ToolOutput(text, name, {})))
        read_as.setdefault(sections, name)
    for name in read_as.values():
        shown = _shown(text, name)

        assert [mark for mark in marks if mark in plain and mark not in shown] == [], name
        assert tokens.estimate(shown) <= 1.3 * cost + 80, name


def test_what_parses_as_json_is_json_from_a_tool_for_logs() -> None:
    text, marks = OUTPUTS["json_logs"]
    output = ToolOutput(text, "mcp__k8s__pod_logs", {})

    assert [section.kind for section in router.route(output)] == ["json"]
    assert marks[0] in _shown(text, "mcp__k8s__pod_logs")


@pytest.mark.parametrize(
    ("kind", "never"),
    [("playwright", "search"), ("ticks", "test_output"), ("ok_rows", "test_output"), ("issue", "table"), ("blob", "listing")],
)  # fmt: skip
def test_what_only_looks_like_a_kind_is_not_read_as_one(kind: str, never: str) -> None:
    text, _ = OUTPUTS[kind]

    for name in _names(kind):
        assert never not in {section.kind for section in router.route(ToolOutput(text, name, {}))}, name


def test_a_hint_is_not_firm_where_several_commands_printed() -> None:
    rows = "\n".join(f"{n} a row of words with no form at all {n % 7}" for n in range(40))
    pipelines = [[["pytest", "-q"]], [["./report.sh"]]]
    one, two = (router.hint_of(ToolOutput(rows, "Bash", {"command": "x"}), part) for part in (pipelines[:1], pipelines))

    assert (one.kind, one.firm) == ("test_output", True)
    assert (two.kind, two.firm) == ("test_output", False)


def _suites(bullet: str, verdict: str) -> tuple[str, list[str]]:
    """Return a report of a made-up runner, as lists under bullets, with one case that went wrong and its last line."""
    random = Random(bullet + verdict)
    lines = []
    for suite in range(24):
        lines.append(f"{bullet} suite {suite}: {random.choice(['lease', 'fsync', 'wal'])}_{suite}")
        lines += [f"    case {suite:02}.{case:02}  {random.uniform(1, 9):6.2f}ms  pass" for case in range(12)]
    lines[200] = f"    case 15.04    4.20ms  {verdict} expected=4096 got=4095"
    return "\n".join([*lines, "24 suites, 288 cases, 287 pass, seed 88123"]), [f"{verdict} expected=4096", "seed 88123"]


@pytest.mark.parametrize("bullet", ["*", "-", "==", "#", "1.", "suite"])
@pytest.mark.parametrize("verdict", ["MISMATCH", "differs", "3"])
@pytest.mark.parametrize("path", ["out.txt", "history/run.txt", "guide.txt", "news", "changes.1"])
def test_what_a_program_wrote_is_no_document_because_of_its_file_s_name(bullet: str, verdict: str, path: str) -> None:
    text, marks = _suites(bullet, verdict)
    shown = plan(ToolOutput(text, "Read", {"file_path": f"/w/{path}"}), Settings()).body

    assert [mark for mark in marks if mark not in shown] == []


def test_a_document_in_a_text_file_is_one() -> None:
    words = "the store keeps what it is given for as long as any session of its owner may ask for it again".split()
    paragraphs = [" ".join(Random(n).sample(words, 14)).capitalize() + "." for n in range(40)]

    assert markdown.score(ToolOutput("\n\n".join(paragraphs), "Read", {"file_path": "/w/notes.txt"})) > 0
