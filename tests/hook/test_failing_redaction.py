"""Secrets in what a failing command printed: with `redact = "model"` no way of ending shows one.

Beyond reach are shells that run no EXIT trap of ours: killed ones, those replaced by `exec`, those with a trap of their own.
"""

from __future__ import annotations

import os
import random
import string
from pathlib import Path

import pytest

from headroom_mcp import open_store
from headroom_mcp.hook.claude_code import failing_output, trap
from headroom_mcp.text import marker
from tests import long_form
from tests.hook.bash_tool import Host
from tests.hook.host import log

pytestmark = pytest.mark.skipif(not trap.is_possible(), reason="no trap here")

_ENDINGS = (
    "exit 1",
    "exit 3",
    "exit 130",
    "exit 143",
    "exit 255",
    "false",
    "nonexistent_command_x",
    "grep nothing /dev/null",
    "git grep nothing",
    "cat printed | grep -v .",
    "diff /dev/null printed | sort; false",
    "diff printed /dev/null > /dev/null",
    "find /nowhere 2> /dev/null",
    "test -e /nowhere",
    "[ -e /nowhere ]",
    "cmp printed /dev/null 2> /dev/null",
    "exit 3 # headroom retrieve",
    "echo headroom compress; exit 3",
)


def _secrets(count: int) -> list[tuple[str, str]]:
    """Return lines with a secret in them, and the secrets: of some issuers, and short ones that their mask is longer than."""
    chooser = random.Random(6)

    def word(length: int) -> str:
        return "".join(chooser.choices(string.ascii_letters + string.digits, k=length))

    found = []
    for number in range(count):
        secret = (f"ghp_{word(36)}", f"sk-ant-{word(40)}", f"AKIA{word(16).upper()}", f"{word(3)}9{word(4)}")[
            number % 4
        ]
        line = f"DB_PASSWORD={secret}" if number % 4 == 3 else f"token {secret} was refused"
        found.append((line, secret))
    return found


@pytest.fixture(name="host")
def _host(tmp_path: Path) -> Host:
    Path(os.environ["HEADROOM_HOME"], "config.toml").write_text('redact = "model"\n')
    return Host(tmp_path)


def _ways_to_end() -> list[tuple[str, str]]:
    """Return endings, each with a size: with each of the three in the long form, and the first of them in the short one."""
    sizes = ("small", "middling", "large")
    return [
        (ending, size)
        for number, ending in enumerate(_ENDINGS)
        for size in (sizes if long_form.FULL or number == 0 else (sizes[number % 3],))
    ]


@pytest.mark.parametrize(("ending", "size"), _ways_to_end())
def test_no_way_to_end_shows_a_secret(host: Host, ending: str, size: str) -> None:
    secrets = _secrets(4)
    lines = [line for line, _ in secrets] + log({"small": 2, "middling": 30, "large": 2_000}[size]).splitlines()
    random.Random(1).shuffle(lines)
    (host.project / "printed").write_text("\n".join(lines) + "\n")

    host.run(f"cat printed\n{ending}")
    shown = host.output.read_text()

    assert [secret for _, secret in secrets if secret in shown] == []
    assert "DB_PASSWORD=" in shown or size == "large"


def test_the_original_is_stored_as_it_was(host: Host) -> None:
    line, secret = _secrets(4)[3]
    (host.project / "printed").write_text(line + "\n" + log(400) + "\n")

    host.run("cat printed; exit 3")
    shown = host.output.read_text()

    assert secret not in shown
    with open_store() as store:
        assert secret in store.get(marker.refs(shown)[-1]).text


def test_a_store_that_cannot_be_opened_does_not_show_it(host: Host) -> None:
    line, secret = _secrets(1)[0]
    (host.project / "printed").write_text(line + "\n" + log(400) + "\n")
    home = Path(os.environ["HEADROOM_HOME"])
    for name in ("headroom.db", "store.db", "originals.db"):
        (home / name).mkdir()

    assert host.run("cat printed; exit 3") == 3
    assert secret not in host.output.read_text()


def test_a_command_that_no_transcript_knows_does_not_show_it(host: Host) -> None:
    line, secret = _secrets(1)[0]
    (host.project / "printed").write_text(line + "\n")

    host.run_shell("cat printed; exit 3")

    assert secret not in host.output.read_text()


@pytest.mark.parametrize(
    ("before", "after"), [(b"short", b"a longer one"), (b"a longer one", b"short"), (b"", b"some")]
)
def test_what_masking_makes_longer_is_written_whole(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = tmp_path / "out"
    path.write_bytes(before)

    assert failing_output._write(str(path), path.stat(), before, after)
    assert path.read_bytes() == after


@pytest.mark.parametrize("fails_at", [0, 1])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"as it was")
    real, calls = os.pwrite, []

    def pwrite(descriptor: int, body: bytes, offset: int) -> int:
        calls.append(offset)
        return real(descriptor, body[:2] if len(calls) - 1 == fails_at else body, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(OSError, match="could be written"):
        failing_output._write(str(path), path.stat(), b"as it was", b"what is longer than it was")

    assert path.read_bytes() == b"as it was"
