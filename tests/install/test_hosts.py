"""Our server's entry in other hosts' files: there, exactly gone again, and never in a file that cannot be parsed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from headroom_mcp.hook.claude_code import places
from headroom_mcp.install import hosts, json_edit, plan
from headroom_mcp.types import SettingsError

_HERS = {
    "toml": '# hers\nmodel = "gpt-5.5"\n\n[mcp_servers.other]\ncommand = "x"   # keep\n',
    "jsonc": '{\n\t// mine, with "quotes" and a { bracket\n\t"theme": "dark",\n\t/* two */ "PLACE": {\n'
    '\t\t"other": {"command": "x"}, // why\n\t}, // the last\n}\n',
}
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headroom-tests"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CODEX_HOME", "COPILOT_HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)


def _install(name: str) -> list[plan.Change]:
    changes = hosts.plan_install(name)
    hosts.apply_install(name, changes)
    return changes


def _is_change(changes: list[plan.Change]) -> bool:
    return any(change.is_change for change in changes)


def _uninstall(name: str) -> None:
    hosts.apply_uninstall(name, hosts.plan_uninstall(name))


def _hers(name: str) -> tuple[Path, str]:
    host = hosts.load(name)
    file = Path(host.file())
    file.parent.mkdir(parents=True)
    text = _HERS[host.FORMAT].replace("PLACE", host.PLACE[0])
    file.write_text(text)
    return file, text


def _entry(name: str) -> Any:
    host = hosts.load(name)
    text = Path(host.file()).read_text()
    if host.FORMAT == "jsonc":
        return json.loads(json_edit.plain(text))[host.PLACE[0]]["headroom"]
    from headroom_mcp.settings import file as settings_file

    return settings_file.toml_reader("x").loads(text)[host.PLACE[0]]["headroom"]


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_the_entry_starts_our_server_and_the_rest_stays(name: str) -> None:
    file, text = _hers(name)

    _install(name)

    entry = _entry(name)
    assert places.is_our_server(entry)
    assert os.environ["HEADROOM_HOME"] in json.dumps(entry)
    lines = file.read_text().splitlines()
    assert [line for line in text.splitlines() if line in lines] == text.splitlines()


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_uninstall_goes_back_to_the_byte(name: str) -> None:
    file, text = _hers(name)
    _install(name)
    assert not _is_change(hosts.plan_install(name))

    assert hosts.installed() == [name]
    _uninstall(name)

    assert file.read_text() == text
    assert hosts.installed() == []


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_a_file_that_we_made_goes_with_its_folder(name: str, tmp_path: Path) -> None:
    file = Path(hosts.load(name).file())
    _install(name)
    assert file.exists()

    _uninstall(name)

    assert not [found for found in tmp_path.rglob("*") if found.is_file() and "headroom-home" not in str(found)]
    assert not file.parent.exists()


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_what_the_user_changed_meanwhile_stays(name: str) -> None:
    file, text = _hers(name)
    _install(name)
    file.write_text(file.read_text().replace("dark", "light").replace("gpt-5.5", "gpt-6"))

    _uninstall(name)

    assert file.read_text() == text.replace("dark", "light").replace("gpt-5.5", "gpt-6")


@pytest.mark.parametrize("name", hosts.HOSTS)
@pytest.mark.parametrize("text", ["{ broken", "[1, 2]\n= 3", "{} /* open"])
def test_a_file_that_cannot_be_parsed_is_refused(name: str, text: str) -> None:
    file, _ = _hers(name)
    file.write_text(text)

    with pytest.raises(SettingsError, match="nothing was changed"):
        _install(name)
    assert file.read_text() == text


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_a_server_of_the_users_own_under_our_name_stays(name: str) -> None:
    host = hosts.load(name)
    file, _ = _hers(name)
    own = {"jsonc": f'{{"{host.PLACE[0]}": {{"headroom": {{"command": "hers"}}}}}}\n'}
    file.write_text(own.get(host.FORMAT, '[mcp_servers.headroom]\ncommand = "hers"\n'))
    before = file.read_text()

    assert not _install(name)[0].what.startswith(host.PLACE[0])
    _uninstall(name)

    assert file.read_text() == before


def test_servers_written_inline_in_toml_are_refused() -> None:
    file, _ = _hers("codex")
    file.write_text('mcp_servers = { other = { command = "x" } }\n')

    with pytest.raises(SettingsError, match="nothing was changed"):
        _install("codex")


def _generated(random: Random, depth: int = 0) -> str:
    """Return a JSON value with comments, commas before brackets, and every way of spacing."""
    space = random.choice(["", " ", "\n", "\n\t", "\r\n  "])
    note = random.choice(["", "", "", " /* a { note */", f' // it\'s "so"{random.choice(["", " :"])}\n'])
    kind = random.randrange(5 if depth < 3 else 3)
    if kind < 3:
        return random.choice(["1", "-2.5e3", "true", "null", '"text"', '"a // b"', '"{[\\""', '"ü\u2028"'])
    parts = []
    for index in range(random.randrange(4)):
        value = _generated(random, depth + 1)
        parts.append(f"{space}{note if index else ''}" + (value if kind == 3 else f'"k{index}":{space}{value}'))
    comma = "," if parts and random.random() < 0.3 else ""
    opened, closed = ("[", "]") if kind == 3 else ("{", "}")
    return f"{opened}{','.join(parts)}{comma}{note}{space}{closed}"


def _settings(random: Random, name: str, place: str) -> str:
    """Return a host's settings as a user may have written them, with servers and hooks of their own or without."""
    members = [f'"own{index}": {_generated(random)}' for index in range(random.randrange(4))]
    if random.random() < 0.5:
        members.append(f'"{place}": {{"other": {{"command": "x"}}{random.choice(["", ", // last", " /* x */"])}\n}}')
    if random.random() < 0.5:
        hers = '{"type": "command", "command": "hers"}'
        group = hers if name == "copilot" else f'{{"matcher": "*", "hooks": [{hers}]}}'
        event = random.choice(["PostToolUse", "AfterTool", "SessionStart", "Stop"])
        members.append(f'"hooks": {{ "{event}": [{group}{random.choice(["", ",", " // mine" + chr(10)])}] }}')
    random.shuffle(members)
    gap = random.choice(["\n  ", " ", "\n\t// why\n\t", "\r\n"])
    return f"{{{gap}{f',{gap}'.join(members)}{random.choice(['', gap])}}}{random.choice(['', chr(10)])}"


@pytest.mark.parametrize("part", range(5))
def test_500_generated_configurations_come_back_to_the_byte(part: int) -> None:
    names = [name for name in hosts.HOSTS if hosts.load(name).FORMAT == "jsonc"]
    for number in range(part * 100, part * 100 + 100):
        random = Random(number)
        name = names[number % len(names)]
        host = hosts.load(name)
        file = Path(host.file())
        file.parent.mkdir(parents=True, exist_ok=True)
        body = _settings(random, name, host.PLACE[0]).encode()
        file.write_bytes(body)

        _install(name)
        once = file.read_bytes()
        _install(name)

        assert file.read_bytes() == once, (number, name)
        assert places.is_our_server(_entry(name)), (number, name)
        assert json_edit.check(once.decode(), comments=True), (number, name)
        _uninstall(name)
        assert file.read_bytes() == body, (number, name)
        if number % 2:  # and where a user has changed something meanwhile, all that is hers stays
            _install(name)
            file.write_bytes(file.read_bytes() + b"\n")
            _uninstall(name)
            left = file.read_bytes().decode()
            assert json_edit.check(left, comments=True) == json_edit.check(body.decode(), comments=True), (number, name)
            assert "headroom" not in left, (number, name)
        file.unlink()


@pytest.mark.parametrize("name", [name for name in hosts.HOSTS if hosts.has_hook(name)])
def test_the_hooks_file_goes_back_to_the_byte_beside_hooks_of_the_users(name: str) -> None:
    ((site, _),) = [row for row in hosts.wanted(name) if row[0].file != hosts.load(name).file()] or [(None, None)]
    if site is None or site.format == "whole":
        return
    file = Path(site.file)
    file.parent.mkdir(parents=True)
    hers = b'{"version": 1,\n "hooks": {"PostToolUse": [{"hooks": [{"type": "command", "command": "hers"}]}]}}'
    file.write_bytes(hers)

    _install(name)
    assert b"headroom" in file.read_bytes()
    assert json.loads(file.read_bytes())["hooks"]["PostToolUse"][0]["hooks"][0]["command"] == "hers"
    _uninstall(name)

    assert file.read_bytes() == hers


def test_a_plugin_that_is_not_ours_is_refused() -> None:
    (_, (site, _)) = hosts.wanted("opencode")
    file = Path(site.file)
    file.parent.mkdir(parents=True)
    file.write_text("export const Headroom = async () => ({})\n")

    with pytest.raises(SettingsError, match="not a file of ours"):
        _install("opencode")
    assert file.read_text() == "export const Headroom = async () => ({})\n"


# The hosts themselves, from npm: hundreds of megabytes, so only where asked for.
_PACKAGES = {
    "codex": ("@openai/codex@0.169.0", ["codex", "mcp", "list"]),
    "gemini": ("@google/gemini-cli@0.61.0", ["gemini", "mcp", "list"]),
    "opencode": ("opencode-ai@1.18.33", ["opencode", "mcp", "list"]),
    "qwen": ("@qwen-code/qwen-code@0.24.4", ["qwen", "mcp", "list"]),
    "copilot": ("@github/copilot@1.0.102", ["copilot", "mcp", "list"]),
}


@pytest.mark.skipif(not os.environ.get("HEADROOM_TEST_HOSTS"), reason="HEADROOM_TEST_HOSTS=1 downloads other hosts")
@pytest.mark.parametrize("name", _PACKAGES)
def test_the_host_itself_lists_our_server(name: str, tmp_path: Path) -> None:
    package, command = _PACKAGES[name]
    npm = shutil.which("npm")
    folder = _CACHE / f"host-{name}"
    program = folder / "node_modules" / ".bin" / command[0]
    if not program.exists():
        assert npm is not None
        subprocess.run([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", package], check=True)
    _install(name)
    project = tmp_path / "project"
    project.mkdir()
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TERM": "dumb", "CI": "1"}
    done = subprocess.run(
        [str(program), *command[1:]], cwd=project, env=environment, capture_output=True, text=True, timeout=90,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert "headroom" in done.stdout + done.stderr, done.stdout + done.stderr
    print(done.stdout + done.stderr, file=sys.stderr)
