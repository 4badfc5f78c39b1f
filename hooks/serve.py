"""The plugin's server: from an environment of its own, made once, with the code of this checkout.

The server needs libraries that the hooks do not. They go to a venv in CLAUDE_PLUGIN_DATA, which outlives updates; its
name holds a digest of the dependencies, so that an update with other ones makes another venv, and any other goes on with this. The first start takes as long as pip
does: should the host give up before, the building goes on, and the next session finds it done.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

_KEPT_S = 7 * 86_400.0
_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main() -> None:
    """Become the server. Nothing but the protocol may go to stdout; where there is none to become, end in silence."""
    if sys.version_info < (3, 10):  # noqa: UP036 - the system's python3 may be any; the hook tells the user
        return
    venv = venv_name()
    if not is_built(venv) and build_apart(venv).wait() != 0:
        return
    _note_use(venv)
    python, script = python_of(venv), os.path.join(_ROOT, "headroom_mcp", "hook", "serve.py")
    with open(script, encoding="utf-8") as stream:
        compile(stream.read(), script, "exec")  # once it is running, nobody could hide what it says
    os.execv(python, [python, "-I", script])


def build_apart(venv: str) -> "subprocess.Popen[bytes]":
    """Begin to build `venv` in a session of its own, which outlives a host that stops waiting for us."""
    os.makedirs(os.path.dirname(venv), mode=0o700, exist_ok=True)
    with open(venv + ".log", "ab") as output:
        return subprocess.Popen(
            [sys.executable, "-I", os.path.abspath(__file__), "--build", venv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def build(venv: str) -> None:
    """Make `venv`, unless another session has done so meanwhile, and remove those of earlier versions."""
    with open(venv + ".lock", "w", encoding="utf-8") as lock:
        _wait_for(lock.fileno())
        if is_built(venv):
            return
        with open(os.path.join(_ROOT, "pyproject.toml"), encoding="utf-8") as stream:
            needs = dependencies(stream.read())
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        pip = [python_of(venv), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *needs], check=True)
        with open(_mark(venv), "w", encoding="utf-8") as mark:
            mark.write("\n".join(needs) + "\n")
        _remove_old(venv)


def dependencies(pyproject: str) -> list:
    """Return the requirements of the project (Python 3.10 cannot read TOML)."""
    block = re.search(r"^dependencies = \[\n(.*?)^\]", pyproject, re.MULTILINE | re.DOTALL)
    return re.findall(r'^\s*"([^"]+)"', block.group(1), re.MULTILINE) if block else []


def venv_name(data: str = "") -> str:
    """Return the folder of the venv for this Python and this version's dependencies, in the plugin's data folder `data`."""
    with open(os.path.join(_ROOT, "pyproject.toml"), encoding="utf-8") as stream:
        digest = hashlib.sha256("\n".join(dependencies(stream.read())).encode()).hexdigest()[:12]
    # Run from a checkout by hand, or as a project's server, there is no plugin data folder.
    data = data or os.environ.get("CLAUDE_PLUGIN_DATA") or os.path.expanduser("~/.cache/headroom-server")
    return os.path.join(data, f"venv-{sys.version_info[0]}.{sys.version_info[1]}-{digest}")


def is_built(venv: str) -> bool:
    """Tell whether `venv` is complete."""
    # An interpreter that the system has replaced leaves a link to nothing: then it is built again.
    return os.path.exists(_mark(venv)) and os.access(python_of(venv), os.X_OK)


def _mark(venv: str) -> str:
    return os.path.join(venv, "complete")


def python_of(venv: str) -> str:
    """Return the path of the interpreter of `venv`."""
    return os.path.join(venv, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def _note_use(venv: str) -> None:
    with contextlib.suppress(OSError):  # a file system that is read-only now
        os.utime(_mark(venv))  # see `_remove_old`


def _remove_old(venv: str) -> None:
    """Remove the venvs of earlier versions that nobody has started from for a week."""
    folder = os.path.dirname(venv)
    for name in os.listdir(folder):
        other = os.path.join(folder, name)
        if not name.startswith("venv-") or other.startswith(venv) or not is_built(other):
            continue
        if time.time() - os.stat(_mark(other)).st_mtime > _KEPT_S:
            shutil.rmtree(other, ignore_errors=True)
            for suffix in (".log", ".lock"):
                if os.path.exists(other + suffix):
                    os.remove(other + suffix)


def _wait_for(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: two first sessions at once build twice
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def _start() -> None:
    if sys.argv[1:2] == ["--build"]:
        build(sys.argv[2])
        return
    try:
        main()
    except Exception:  # a full disk, a folder gone, half an update: the host goes on without us
        os._exit(0)


if __name__ == "__main__":
    _start()
