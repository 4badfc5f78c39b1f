"""A real Claude Code in its Bedrock and Vertex AI modes behind `headroom wrap`, with the credentials left to the proxy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install.live.fake_api import Call
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from tests.claude.clouds import CloudApi
from tests.proxy.google_account import service_account
from tests.proxy.sigv4 import SECRET

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude

_LOG = "for i in $(seq 400); do echo 2026-01-01 12:00:00 INFO parcel $i was delivered; done; echo ERROR parcel 401 was lost"
_MODES = {
    "bedrock": {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
    },
    "vertex_ai": {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "CLOUD_ML_REGION": "us-east5",
        "ANTHROPIC_VERTEX_PROJECT_ID": "p-1",
    },
}


@pytest.mark.parametrize("mode", _MODES)
def test_results_are_short_what_goes_out_is_signed_and_the_answer_s_frames_are_whole(
    sandbox: Sandbox, mode: str, tmp_path: Path
) -> None:
    turns = [
        Call("Bash", {"command": _LOG, "description": "x"}),
        Call("Bash", {"command": "echo two", "description": "x"}),
        ".",
    ]
    with CloudApi(turns) as api:
        base = "ANTHROPIC_BEDROCK_BASE_URL" if mode == "bedrock" else "ANTHROPIC_VERTEX_BASE_URL"
        environment = {
            **{name: value for name, value in sandbox.environment.items() if not name.startswith("ANTHROPIC_")},
            **_MODES[mode],
            base: api.url + ("/v1" if mode == "vertex_ai" else ""),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        if mode == "bedrock":
            pytest.importorskip("botocore")
        else:
            pytest.importorskip("google.auth")
            environment["GOOGLE_APPLICATION_CREDENTIALS"] = service_account(tmp_path, f"{api.url}/token")
        command = [
            sys.executable, "-m", "headroom_mcp", "wrap", str(sandbox.claude), "-p", "go", "--model", "claude-sonnet-4-5",
            "--permission-mode", "bypassPermissions",
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=sandbox.project, env=environment, capture_output=True, text=True, timeout=150, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:] + str(api.paths)
    assert api.refused == []
    long, short = api.texts()
    assert "ERROR parcel 401 was lost" in long
    assert "; headroom retrieve " in long
    assert len(long) < 3_000
    assert short.startswith("two")
    with open_store(Settings(home=str(sandbox.store))) as store:
        (sums,) = store.ledger.billed().values()
    assert sums.requests >= 3
    assert sums.tokens_output >= 60
