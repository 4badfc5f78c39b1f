"""What is purged is gone from the file, and only what was asked for is gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.types import ExpiredRef, Origin


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=str(tmp_path))) as store:
        yield store


def _bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.name.startswith("headroom.db"))


def test_purged_bytes_are_in_no_file_any_more(store: Store, tmp_path: Path) -> None:
    body = os.urandom(40_000)  # does not compress, so it stands in the file as it is
    store.put(body, origin=Origin(session="s", project="/p"))
    store.contexts.note_shown("s", "", "cat", "shown text")
    assert body[2000:2100] in _bytes_on_disk(tmp_path)

    store.sessions.note_file("s/agent", "/p/secret-plan.txt", "whole")

    store.purge()

    assert body[2000:2100] not in _bytes_on_disk(tmp_path)
    assert b"secret-plan" not in _bytes_on_disk(tmp_path)
    assert store.contexts.shown_in("s", "") == []


def test_a_purged_ref_answers_expired(store: Store) -> None:
    ref = store.put("text", origin=Origin(session="s", project="/p"))
    store.purge(session="s")

    with pytest.raises(ExpiredRef, match="Run the tool again"):
        store.get(ref)


def test_an_original_that_another_project_has_shown_stays_for_it(store: Store) -> None:
    ref = store.put("text", origin=Origin(session="s", project="/p"))
    store.put("text", origin=Origin(session="t", project="/q"))

    done = store.purge(project="/p")

    assert (done.originals, done.outputs) == (0, 1)
    assert store.get(ref, project="/q").text == "text"


def test_an_age_leaves_what_is_younger(store: Store) -> None:
    ref = store.put("old", origin=Origin(project="/p"))
    store.connection.execute("UPDATE output SET created_s = created_s - 864000 WHERE ref = ?", (ref,))
    young = store.put("young", origin=Origin(project="/p"))

    done = store.purge(older_than_s=86400)

    assert done.originals == 1
    assert store.get(young).text == "young"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Say what to purge"),
        (["--all", "--session", "s"], "--all takes no other criterion"),
        (["--older-than", "soon"], "is not a valid age"),
    ],
)
def test_an_unclear_order_purges_nothing_and_says_what_to_write(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    result = CliRunner().invoke(main, ["purge", *arguments], env={"HEADROOM_HOME": str(tmp_path)})

    assert result.exit_code == 2
    assert message in result.output


def test_the_command_counts_what_it_removed(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        store.put("text", origin=Origin(session="s", project="/p"))
    result = CliRunner().invoke(main, ["purge", "--all", "--yes", "--json"], env={"HEADROOM_HOME": str(tmp_path)})

    assert result.exit_code == 0
    assert '"originals": 1, "outputs": 1' in result.output
