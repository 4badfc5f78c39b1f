"""An installation of our own in every state of ruin, and the commands that it has left in other programs' settings.

python -m tests.install.ruin     # a table: each command in each state, its exit code, output, and time against `true`

Output beyond what `sh -c true` prints, since a shell has its own complaints; processor time, since others use the machine, too.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import resource
import shutil
import site
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from headroom_mcp.install import claude_code, command_lines, hosts
from tests.hook.host import bash as bash_event
from tests.hook.host import log

_ROOT = Path(__file__).parents[2]
_VERSION = "python{}.{}".format(*sys.version_info[:2])
_PYENV = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
_DROP_BOUNDING, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2  # linux/prctl.h, linux/capability.h
_RUNS = 7
_HOST = re.compile(r"(?:run\.py'?|\"\$1\") (\w+); }")  # … -I -S "$1" qwen; }
SCRIPTS = ("run.py", "serve.py", "failed.py")


class Place:
    """An environment with our package and a checkout as a plugin, in a folder whose name needs quoting."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent
        self.root = parent / 'it\'s $HOME, `really` "ours"'
        self.bin = self.root / "bin"
        self.packages = self.root / "lib" / _VERSION / "site-packages"
        self.package = self.packages / "headroom_mcp"
        self.plugin = self.root / "plugin"
        self.data = parent / "data"
        self.home = parent / "home"
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "HEADROOM_HOME": str(self.data),
            "CLAUDE_PLUGIN_ROOT": str(self.plugin),
            "CLAUDE_PLUGIN_DATA": str(parent / "plugin-data"),
        }
        self.cwd = parent / "project"
        self.before: list[Callable[[], object]] = []  # what the process does before it becomes the shell
        self._make()

    def _make(self) -> None:
        for folder in (self.bin, self.packages, self.home, self.cwd):
            folder.mkdir(parents=True)
        for name in ("python", "python3"):
            (self.bin / name).symlink_to(Path(sys.executable).resolve())
        (self.root / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
        (self.packages / "libraries.pth").write_text("\n".join(site.getsitepackages()) + "\n")
        self.plugin.mkdir()
        for target in (self.package, self.plugin / "headroom_mcp"):
            # With its times, by which Python knows what it has compiled; in a tenth of what `copytree` takes.
            subprocess.run(["cp", "-a", _ROOT / "headroom_mcp", target], check=True)
            shutil.rmtree(target / "evals")
        shutil.copytree(_ROOT / "hooks", self.plugin / "hooks")
        shutil.copytree(_ROOT / ".claude-plugin", self.plugin / ".claude-plugin")
        shutil.copy(_ROOT / "pyproject.toml", self.plugin / "pyproject.toml")
        self._build_plugin_environment()

    def _build_plugin_environment(self) -> None:
        """Make the environment of the plugin's server without the minute that pip takes."""
        code = f"import runpy; print(runpy.run_path({str(self.plugin / 'hooks' / 'serve.py')!r}, run_name='x')['venv_name']())"
        environment = {**os.environ, **self.environment}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        venv = Path(done.stdout.strip())
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (venv / "bin" / "python").chmod(0o755)
        (venv / "complete").touch()

    def scripts(self) -> list[Path]:
        """Return every script that a command of ours names."""
        return [self.package / "hook" / name for name in SCRIPTS] + [
            self.plugin / "hooks" / name for name in ("hook.py", "serve.py")
        ]

    def modules(self) -> list[Path]:
        """Return every module behind those scripts."""
        found = [*self.package.rglob("*.py"), *(self.plugin / "headroom_mcp").rglob("*.py")]
        return [path for path in found if path not in self.scripts()]


class Command(NamedTuple):
    """A command as its host starts it."""

    name: str
    argv: tuple[str, ...]
    kind: str  # "hook" or "server"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    stdout: bytes
    stderr: bytes
    took_ms: float  # of processor time, its children's included


def commands(place: Place, shells: tuple[str, ...] = ("/bin/sh",)) -> list[Command]:
    """Return each different command in every settings file that we write, and in the plugin's, for `place`."""
    found: dict[tuple[str, ...], Command] = {}
    for file in _settings_files(place):
        for argv, kind in _argvs(file, place, shells):
            found.setdefault(argv, Command(f"{kind} in {file.name} by {Path(argv[0]).name}", argv, kind))
    return list(found.values())


def _settings_files(place: Place) -> list[Path]:
    """Install everywhere, into throwaway settings, and return the files that were written; with the plugin's."""
    home = place.parent / "settings"
    home.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "HEADROOM_HOME": str(place.data), "PATH": os.environ["PATH"]}
    files: list[Path] = []
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        mock.patch.object(command_lines, "HOOK_FOLDER", str(place.package / "hook")),
        mock.patch.object(sys, "executable", str(place.bin / "python")),
    ):
        for scope in claude_code.SCOPES:
            changes = claude_code.plan_install(scope, str(home / "project"))
            claude_code.apply_install(scope, str(home / "project"), changes)
            files.extend(Path(change.file) for change in changes)
        for name in hosts.HOSTS:
            of_host = hosts.plan_install(name)
            hosts.apply_install(name, of_host)
            files.extend(Path(change.file) for change in of_host)
    shutil.rmtree(place.data)
    return [*files, place.plugin / "hooks" / "hooks.json", place.plugin / ".claude-plugin" / "plugin.json"]


def _argvs(file: Path, place: Place, shells: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if file.suffix == ".js":  # a plugin names its command in one line
        command = next(line for line in file.read_text().splitlines() if line.startswith("const COMMAND = "))
        value: Any = {"command": json.loads(command.removeprefix("const COMMAND = "))}
    else:
        value = _toml(file) if file.suffix == ".toml" else json.loads(file.read_text(encoding="utf-8"))
    for handler in _objects(value):
        command, arguments = handler.get("command") or handler.get("bash"), handler.get("args")
        if isinstance(command, list):  # opencode's
            yield tuple(command), "server"
        elif isinstance(command, str) and isinstance(arguments, list):
            words = [command, *arguments]
            yield tuple(word.replace("${CLAUDE_PLUGIN_ROOT}", str(place.plugin)) for word in words), "server"
        elif isinstance(command, str):
            # The shells are tried with Claude Code's: the others differ by a word.
            for shell in shells[:1] if _HOST.search(command) else shells:
                yield (shell, "-c", command), "hook"


def _toml(file: Path) -> Any:
    from headroom_mcp.settings import file as settings_file

    return settings_file.toml_reader(str(file)).loads(file.read_text(encoding="utf-8"))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def run(place: Place, command: Command) -> Ended:
    """Run `command` as its host would, on an event that is worth an answer, or on the first message of a client."""
    given = json.dumps(_event(place, command)) if command.kind == "hook" else _INITIALIZE

    def prepare() -> None:
        for step in place.before:
            step()

    place.cwd.mkdir(exist_ok=True)
    before = _children_ms()
    done = subprocess.Popen(
        command.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place.cwd,
        env=place.environment, preexec_fn=prepare if place.before else None,  # without it nothing of us is copied
    )  # fmt: skip
    try:
        stdout, stderr = done.communicate(given.encode(), timeout=60)
    except subprocess.TimeoutExpired:
        done.kill()
        raise
    return Ended(done.returncode, stdout, stderr, _children_ms() - before)


def _children_ms() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) * 1000


def count_starts(place: Place) -> Path:
    """Make each sound interpreter of `place` write a line into a file when it is started; return that file."""
    counted = place.parent / "starts"
    counted.touch()
    for path in (*place.bin.glob("*"), *place.parent.glob("plugin-data/*/bin/python")):
        if path.is_symlink() and path.exists():
            real = path.resolve()
            path.unlink()
            path.write_text(f'#!/bin/sh\necho >>"{counted}"\nexec "{real}" "$@"\n')
            path.chmod(0o755)
    return counted


def host_of(command: Command) -> str:
    """Return the host whose hook a command is, "" for Claude Code's."""
    match = _HOST.search(command.argv[-1])
    return match[1] if match else ""


def _event(place: Place, command: Command) -> dict[str, Any]:
    host = host_of(command)
    # A host's sample may write a transcript beside its project, which may be what is gone.
    folder = place.cwd if place.cwd.is_dir() else place.parent / "event"
    folder.mkdir(exist_ok=True)
    event = hosts.load(host).sample(log(), str(folder)) if host else bash_event(log(), cwd=str(place.cwd))
    # A session of its own: what is asked for once more comes whole.
    names = ("session_id", "sessionId", "conversation_id")
    return {**event, **{name: str(uuid.uuid4()) for name in names if name in event}}


def replacement(command: Command, ended: Ended) -> Any:
    """Return what a hook's answer shows instead of the output."""
    answer, host = json.loads(ended.stdout), host_of(command)
    return hosts.load(host).shown(answer) if host else answer["hookSpecificOutput"]["updatedToolOutput"]


_INITIALIZE = (
    json.dumps(
        {
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
        }
    )
    + "\n"
)  # fmt: skip


class State(NamedTuple):
    """A state of ruin: what has happened. `lives`: some of our commands may still do their work."""

    happen: Callable[[Place], object]
    lives: bool = False


def _interpreter(text: bytes, mode: int = 0o755) -> Callable[[Place], object]:
    """Return what puts a file with `text` in the place of every interpreter of ours."""

    def happen(place: Place) -> None:
        for path in (*place.bin.iterdir(), *place.parent.glob("plugin-data/*/bin/python")):
            path.unlink()
            path.write_bytes(text)
            path.chmod(mode)

    return happen


def _other_version(version: str) -> Callable[[Place], object]:
    def happen(place: Place) -> None:
        found = sorted(_PYENV.glob(f"{version}.*/bin/python"))
        for path in (*place.bin.iterdir(), *place.parent.glob("plugin-data/*/bin/python")):
            path.unlink()
            if found:
                path.symlink_to(found[-1])
            else:  # how that version answers to options and syntax that it does not know
                path.write_text("#!/bin/sh\necho 'SyntaxError: invalid syntax' >&2\nexit 2\n")
                path.chmod(0o755)

    return happen


def _each(paths: Callable[[Place], list[Path]], do: Callable[[Path], object]) -> Callable[[Place], object]:
    def happen(place: Place) -> None:
        for path in paths(place):
            do(path)

    return happen


def _cut(path: Path) -> None:
    body = path.read_bytes()
    path.write_bytes(body[: len(body) // 2])


def _become(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def do(path: Path) -> None:
        path.unlink()
        make(path)

    return do


def _obey_modes() -> None:
    """Let root obey file modes, as everybody else must."""
    libc = ctypes.CDLL(None)
    for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
        libc.prctl(_DROP_BOUNDING, capability, 0, 0, 0)


def _unreadable(paths: Callable[[Place], list[Path]]) -> Callable[[Place], object]:
    def happen(place: Place) -> None:
        for path in paths(place):
            path.chmod(0)
        place.before.append(_obey_modes)

    return happen


def _before(step: Callable[[], object]) -> Callable[[Place], object]:
    return lambda place: place.before.append(step)


def _limit(what: int, value: int) -> Callable[[Place], object]:
    return _before(lambda: resource.setrlimit(what, (value, value)))


def _folders(place: Place) -> list[Path]:
    return [place.package, place.plugin / "headroom_mcp", place.plugin / "hooks"]


def _no_home(place: Place) -> None:
    for name in ("HOME", "HEADROOM_HOME"):
        del place.environment[name]
    if os.geteuid() == 0:
        place.before.append(lambda: os.setgroups([]))


def _no_data_folder(place: Place) -> None:
    shutil.rmtree(place.data, ignore_errors=True)
    place.data.write_text("not a folder")


def _no_cwd(place: Place) -> None:
    place.before.append(place.cwd.rmdir)


def _packages_moved(place: Place) -> None:
    place.packages.parent.rename(place.packages.parent.with_name("python3.99"))


STATES: dict[str, State] = {
    "package gone": State(_each(_folders, shutil.rmtree)),
    "everything gone": State(lambda place: shutil.rmtree(place.root)),
    "scripts gone": State(_each(Place.scripts, Path.unlink)),
    "interpreter gone": State(_each(lambda place: list(place.bin.iterdir()), Path.unlink)),
    "interpreter not executable": State(_interpreter(b"#!/bin/sh\nexit 2\n", 0o644)),
    "interpreter of another machine": State(_interpreter(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8)),
    "interpreter half written": State(_interpreter(b"#!/bin/sh\nif true; then echo 'oops\n")),
    "interpreter without its library": State(_interpreter(b"#!/bin/sh\necho 'Fatal Python error' >&2\nexit 1\n")),
    "interpreter says block": State(_interpreter(b'#!/bin/sh\necho "can\'t open file" >&2\nexit 2\n')),
    "interpreter crashes": State(_interpreter(b"#!/bin/sh\nkill -SEGV $$\n")),
    "interpreter is killed": State(_interpreter(b"#!/bin/sh\nkill -KILL $$\n")),
    "Python 2.7": State(_other_version("2.7")),
    "Python 3.6": State(_other_version("3.6")),
    "Python 3.9": State(_other_version("3.9")),
    "half an upgrade: only the scripts": State(_each(Place.modules, Path.unlink)),
    "half an upgrade: modules cut": State(_each(Place.modules, _cut)),
    "half an upgrade: modules empty": State(_each(Place.modules, lambda path: path.write_text(""))),
    "half an upgrade: scripts cut": State(_each(Place.scripts, _cut)),
    "half an upgrade: scripts empty": State(_each(Place.scripts, lambda path: path.write_text(""))),
    "scripts are folders": State(_each(Place.scripts, _become(Path.mkdir))),
    "scripts are pipes": State(_each(Place.scripts, _become(os.mkfifo))),
    "scripts are links to themselves": State(_each(Place.scripts, _become(lambda path: path.symlink_to(path)))),
    "package unreadable": State(_unreadable(_folders)),
    "scripts unreadable": State(_unreadable(Place.scripts)),
    "modules unreadable": State(_unreadable(Place.modules), lives=True),  # compiled ones serve
    "interpreter unreachable": State(_unreadable(lambda place: [place.bin])),
    "package of another Python": State(_packages_moved, lives=True),
    "disk full": State(_limit(resource.RLIMIT_FSIZE, 0), lives=True),
    "no memory": State(_limit(resource.RLIMIT_AS, 24 << 20)),
    "no descriptors": State(_limit(resource.RLIMIT_NOFILE, 8), lives=True),
    "HOME unset": State(_no_home, lives=True),
    "no environment": State(lambda place: place.environment.clear(), lives=True),
    "data folder is a file": State(_no_data_folder, lives=True),
    "working directory gone": State(_no_cwd, lives=True),
    "stdin closed": State(_before(lambda: os.close(0))),
    "stdout closed": State(_before(lambda: os.close(1))),
}


@contextmanager
def place() -> Iterator[Place]:
    """Make a place of its own, and take it away again."""
    folder = Path(tempfile.mkdtemp(prefix="headroom-ruin-"))
    try:
        yield Place(folder)
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=False, capture_output=True)
        subprocess.run(["rm", "-rf", str(folder)], check=False, capture_output=True)


def main() -> None:
    """Print the table. The least of some runs, each beside a run of `true` started the same way."""
    worst = 0.0
    for name, state in STATES.items():
        with place() as ours:
            listed = commands(ours)
            true = Command("true", ("/bin/sh", "-c", "true"), "hook")
            state.happen(ours)
            for command in listed:
                pairs = [(run(ours, true), run(ours, command)) for _ in range(_RUNS)]
                base_ms = min(base.took_ms for base, _ in pairs)
                took_ms = min(ended.took_ms for _, ended in pairs)
                plain, last = pairs[-1]
                worst = worst if state.lives else max(worst, took_ms - base_ms)
                print(
                    f"{name:36} {command.name:34} exit {last.code}, {len(last.stdout)} + {len(last.stderr) - len(plain.stderr)} bytes, "
                    f"+{took_ms - base_ms:.1f} ms, x{took_ms / base_ms:.1f}{' (may still work)' if state.lives else ''}",
                    flush=True,
                )
    print(f"worst of the states in which nothing works: +{worst:.1f} ms")


if __name__ == "__main__":
    main()
