"""What the fault suite found, as a table at the end of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import long_form

Note = Callable[[str, int, int, int, int], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a fault test."""
    for item in items:
        if "faults" in item.path.parts:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(name="note")
def _note(request: pytest.FixtureRequest) -> Note:
    """Return a function that notes: the fault, how often it struck, answers, dangling refs, damaged answers."""

    def note(fault: str, struck: int, answers: int, dangling: int, damaged: int) -> None:
        # A property of the report reaches the terminal from a worker process, too.
        request.node.user_properties.append(("fault", (fault, struck, answers, dangling, damaged)))

    return note


@pytest.fixture(name="full", scope="session")
def _full() -> bool:
    """Whether the long form runs: HEADROOM_FAULTS=full. The short one is for every change."""
    return long_form.FULL_FAULTS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    rows = [value for report in reports for name, value in report.user_properties if name == "fault"]
    if not rows:
        return
    terminalreporter.section("faults")
    terminalreporter.write_line(f"{'fault':<44}{'struck':>8}{'answers':>9}{'dangling':>10}{'damaged':>9}")
    for fault, struck, answers, dangling, damaged in sorted(map(tuple, rows)):
        terminalreporter.write_line(f"{fault:<44}{struck:>8,}{answers:>9,}{dangling:>10,}{damaged:>9,}")
