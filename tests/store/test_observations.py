"""What hooks saw is found and forgotten by every condition that is given, and by no other."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.store.rows import Observation

_SEEN = [
    Observation(0, scope, session, what, subject, "seen", "", float(10 * n))
    for n, (scope, what, subject, session) in enumerate(
        product(("p", "q"), ("edit", "command"), ("a", "b"), ("s", "t"))
    )
]


def _meets(seen: Observation, given: dict[str, object]) -> bool:
    before, since = given.get("before_s"), given.get("since_s")
    plain = {name: value for name, value in given.items() if not name.endswith("_s")}
    return (
        all(getattr(seen, name) == value for name, value in plain.items())
        and (not isinstance(before, float) or seen.created_s < before)
        and (not isinstance(since, float) or seen.created_s >= since)
    )


@pytest.mark.parametrize(
    "given",
    [
        {}, {"scope": "p"}, {"what": "edit"}, {"subject": "a"}, {"session": "t"}, {"before_s": 70.0}, {"before_s": 0.0},
        {"scope": "q", "what": "command"}, {"scope": "p", "subject": "b", "session": "s"}, {"what": "edit", "before_s": 71.0},
        {"subject": "none"},
    ],
)  # fmt: skip
def test_what_meets_all_that_is_given_is_forgotten_and_nothing_else(given: dict[str, object], tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        store.observations.add(_SEEN)
        store.observations.forget(**given)
        left = [one for scope in "pq" for what in ("edit", "command") for one in store.observations.find(scope, what)]

    assert sorted(one.created_s for one in left) == [seen.created_s for seen in _SEEN if not _meets(seen, given)]


@pytest.mark.parametrize(
    "given",
    [{}, {"subject": "b"}, {"session": "s"}, {"since_s": 20.0}, {"since_s": 21.0}, {"subject": "a", "session": "t"}],
)
@pytest.mark.parametrize("scope", ["p", "q", "r"])
def test_what_was_seen_in_a_scope_is_found_oldest_first(scope: str, given: dict[str, object], tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        store.observations.add(_SEEN)
        found = store.observations.find(scope, "edit", **given)
        later = store.observations.find(scope, "edit", after_id=found[0].id, **given) if found else []

    wanted = [seen for seen in _SEEN if _meets(seen, {"scope": scope, "what": "edit", **given})]
    assert [one._replace(id=0) for one in found] == wanted
    assert later == found[1:]
