"""A server for a team, with two tenants that have an original each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

pytest.importorskip("psycopg_pool", reason="the extra team is not installed")
pytest.importorskip("uvicorn", reason="the extra team is not installed")

from headroom_mcp.store.postgres.upkeep import Admin
from headroom_mcp.types import Origin
from tests.server.http.client import Client, Served
from tests.shared import Team


@dataclass
class Site:
    """A running server; `tokens` opens each tenant, `refs` is an original of each."""

    served: Served
    team: Team
    tokens: dict[str, str]
    refs: dict[str, str]

    def client(self, tenant: str) -> Client:
        return Client(self.served.port, self.tokens[tenant])

    def token(self, tenant: str, project: str = "", days: float | None = None) -> tuple[str, str]:
        with Admin(self.team.owner) as admin:
            secret, made = admin.make_token(tenant, project, days=days)
        return secret, made.id


TENANTS = ("http-acme", "http-bold")


def text_of(tenant: str) -> str:
    return "".join(f"{tenant} line {number} secret word of {tenant}\n" for number in range(1, 400))


@pytest.fixture(name="site", scope="session")
def _site(team: Team, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    team.add(*TENANTS)
    for name in list(os.environ):
        if name.startswith("HEADROOM_") and name not in ("HEADROOM_HOME", "HEADROOM_FAULTS", "HEADROOM_TESTS"):
            del os.environ[name]
    with Admin(team.owner) as admin:
        tokens = {tenant: admin.make_token(tenant)[0] for tenant in TENANTS}
    refs = {}
    for tenant in TENANTS:
        with team.open(tenant) as store:
            refs[tenant] = store.put(text_of(tenant), origin=Origin("s", project="shop"), kind="log")
    served = Served(tmp_path_factory.mktemp("http") / "home", team.server, "--rate", "0")
    try:
        yield Site(served, team, tokens, refs)
    finally:
        served.end()
