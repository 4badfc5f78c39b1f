"""A deadline for those whose process goes on when an output takes too long: the library, where asked to, and the command line.

A hook ends its own process, and the server has workers that it can stop. Here the work goes on in a thread of its own and
its answer is dropped: the plan of an output is pure, so nothing it does later matters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from headroom_mcp.late import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeVar

    Answer = TypeVar("Answer")


def within(seconds: float, work: Callable[[], Answer]) -> Answer:
    """Return what `work` returns. Raises: TimeoutError when that takes longer than `seconds`, and what `work` raises."""
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as error:  # it belongs to the thread that waits
            errors.append(error)

    thread = threading.Thread(target=run, name="headroom plan", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        msg = f"no answer within {seconds:g} s"
        raise TimeoutError(msg)
    return answers[0]
