"""Whatever becomes of us, no command that we have written into anybody's settings says a word or fails."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from headroom_mcp.install import hosts
from tests import long_form
from tests.install import ruin

_SHELLS = tuple(
    {os.path.realpath(shell): shell for shell in ("/bin/bash", "/bin/dash", "/bin/sh") if shutil.which(shell)}.values()
)


def test_every_settings_file_has_a_command_and_in_a_sound_place_each_does_its_work() -> None:
    with ruin.place() as place:
        commands = ruin.commands(place, _SHELLS)

        assert {command.kind for command in commands} == {"hook", "server"}
        # installed and as a plugin: a hook in each shell, and a server; and a hook for each other host that runs one
        with_hooks = [name for name in hosts.HOSTS if hosts.has_hook(name)]
        assert len(commands) == 2 * len(_SHELLS) + len(with_hooks) + 2
        for command in commands:
            ended = ruin.run(place, command)
            assert ended.code == 0, (command, ended)
            if command.kind == "hook":
                assert ruin.replacement(command, ended), command
                assert ended.stderr == b""
            else:
                assert json.loads(ended.stdout)["result"]["serverInfo"]


@pytest.mark.parametrize("name", ruin.STATES)
def test_in_no_state_of_ruin_a_command_fails_or_says_anything(name: str) -> None:
    state = ruin.STATES[name]
    with ruin.place() as place:
        commands = ruin.commands(place, _SHELLS)
        if state.lives and not long_form.FULL:
            # A server that starts is most of the work: one of them here, the other there.
            servers = [command for command in commands if command.kind == "server"]
            commands.remove(servers[list(ruin.STATES).index(name) % len(servers)])
        state.happen(place)
        starts = None if state.lives else ruin.count_starts(place)
        for command in commands:
            ended = ruin.run(place, command)

            assert ended.code == 0, (command, ended)
            # A start is most of what a command that does nothing costs; two of them would be noticed.
            if starts:
                assert len(starts.read_text()) <= 1, command
                starts.write_text("")
            if state.lives and ended.stdout:
                json.loads(ended.stdout)
            else:
                assert (ended.stdout, ended.stderr) == (b"", b""), command


@pytest.mark.parametrize("name", ["stdin closed", "stdout closed", "scripts gone", "half an upgrade: scripts empty"])
def test_what_the_shell_can_see_starts_no_python(name: str) -> None:
    with ruin.place() as place:
        commands = ruin.commands(place)
        ruin.STATES[name].happen(place)
        starts = ruin.count_starts(place)
        for command in commands:
            ruin.run(place, command)

        assert starts.read_text() == ""


def test_a_hook_goes_on_when_its_environment_gets_another_python() -> None:
    with ruin.place() as place:
        hook = next(command for command in ruin.commands(place) if command.kind == "hook")
        ruin.STATES["package of another Python"].happen(place)

        assert b"updatedToolOutput" in ruin.run(place, hook).stdout


@pytest.mark.parametrize("length", range(100, 1600, 500))
def test_a_script_cut_anywhere_is_silent(length: int) -> None:
    with ruin.place() as place:
        commands = ruin.commands(place)
        for script in place.scripts():
            script.write_bytes(script.read_bytes()[:length])
        for command in commands:
            ended = ruin.run(place, command)

            assert ended.code == 0, (command, ended)
            assert ended.stderr == b"", command
