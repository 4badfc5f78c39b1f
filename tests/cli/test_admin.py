"""`headroom admin` says what is the matter and what to do, without a database at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import admin, main

_ROOT = Path(__file__).parents[2]


def test_an_age_that_is_not_valid_is_told_by_the_name_of_its_option() -> None:
    done = CliRunner().invoke(main, ["admin", "tokens", "create", "--tenant", "a", "--expires", "banana"])

    assert done.exit_code == 2
    assert "--expires 'banana'" in done.output and "--older-than" not in done.output


def test_tenants_are_listed_with_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg_pool")
    from headroom_mcp.store.postgres import upkeep

    held = [
        upkeep.Tenant("acme", 30.0, 20_000 << 20, 1, 2, 3, 4, 5, 6),
        upkeep.Tenant("other", None, None, 1, 2, 3, 4, 5, 6),
    ]

    class Opened:
        def tenants(self) -> Any:
            return held

    @contextmanager
    def opened() -> Iterator[Opened]:
        yield Opened()

    monkeypatch.setattr(admin, "_opened", opened)
    first, second = CliRunner().invoke(main, ["admin", "tenants", "list"]).output.splitlines()

    assert "acme (retention 30 days, quota 20,000 MB): 1 originals" in first
    assert "other (retention as the settings say, quota as the settings say)" in second
    assert "retention" not in CliRunner().invoke(main, ["admin", "stats"]).output


def test_a_database_without_our_tables_is_told_the_command_that_makes_them() -> None:
    psycopg = pytest.importorskip("psycopg")
    pytest.importorskip("psycopg_pool")
    from headroom_mcp.store.postgres import database

    with pytest.raises(Exception, match=r"`headroom admin migrate`"), database.said("read"):
        raise psycopg.errors.UndefinedTable('relation "tenant" does not exist')


def test_the_page_admits_the_roles_that_the_script_makes() -> None:
    page = (_ROOT / "docs" / "team.md").read_text()
    made = (_ROOT / "deploy" / "postgres" / "roles.sh").read_text()
    admitted = [line.split()[3] for line in page.splitlines() if line.startswith("headroom admin admit ")]

    assert admitted
    for role in admitted:
        assert f"CREATE ROLE {role} " in made
