"""The plugin's server: from an environment of its own, made once, with the code of this checkout.

The server needs libraries that the hooks do not. They go to a venv in CLAUDE_PLUGIN_DATA, which outlives updates; its
name holds a digest of pyproject.toml, so that other dependencies make another venv. The first start takes as long as pip
does: should the host give up before, the building goes on, and the next session finds it done.
"""

import hashlib
import os
import re
import subprocess
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main() -> None:
    """Become the server. Nothing but the protocol may go to stdout; where there is none to become, end in silence."""
    if sys.version_info < (3, 10):  # noqa: UP036 - the system's python3 may be any; the hook tells the user
        return
    venv = _venv()
    if not _is_built(venv) and not _built_by_another_process(venv):
        return
    python, script = _python(venv), os.path.join(_ROOT, "headroom_mcp", "hook", "serve.py")
    with open(script, encoding="utf-8") as stream:
        compile(stream.read(), script, "exec")  # once it is running, nobody could hide what it says
    os.execv(python, [python, "-I", script])


def _built_by_another_process(venv: str) -> bool:
    """Build `venv` in a session of its own, which outlives a host that stops waiting for us; tell whether that worked."""
    os.makedirs(os.path.dirname(venv), mode=0o700, exist_ok=True)
    with open(venv + ".log", "ab") as output:
        builder = subprocess.Popen(
            [sys.executable, "-I", os.path.abspath(__file__), "--build"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return builder.wait() == 0


def build() -> None:
    """Make the venv, unless another session has done so meanwhile."""
    venv = _venv()
    with open(venv + ".lock", "w", encoding="utf-8") as lock:
        _wait_for(lock.fileno())
        if _is_built(venv):
            return
        with open(os.path.join(_ROOT, "pyproject.toml"), encoding="utf-8") as stream:
            needs = dependencies(stream.read())
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        pip = [_python(venv), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *needs], check=True)
        with open(_mark(venv), "w", encoding="utf-8") as mark:
            mark.write("\n".join(needs) + "\n")


def dependencies(pyproject: str) -> list:
    """Return the requirements of the project (Python 3.10 cannot read TOML)."""
    block = re.search(r"^dependencies = \[\n(.*?)^\]", pyproject, re.MULTILINE | re.DOTALL)
    return re.findall(r'^\s*"([^"]+)"', block.group(1), re.MULTILINE) if block else []


def _venv() -> str:
    with open(os.path.join(_ROOT, "pyproject.toml"), "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()[:12]
    # Run from a checkout by hand, or as a project's server, there is no plugin data folder.
    data = os.environ.get("CLAUDE_PLUGIN_DATA") or os.path.expanduser("~/.cache/headroom-server")
    return os.path.join(data, f"venv-{sys.version_info[0]}.{sys.version_info[1]}-{digest}")


def _is_built(venv: str) -> bool:
    # An interpreter that the system has replaced leaves a link to nothing: then it is built again.
    return os.path.exists(_mark(venv)) and os.access(_python(venv), os.X_OK)


def _mark(venv: str) -> str:
    return os.path.join(venv, "complete")


def _python(venv: str) -> str:
    return os.path.join(venv, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def _wait_for(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: two first sessions at once build twice
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def _start() -> None:
    if "--build" in sys.argv:
        build()
        return
    try:
        main()
    except Exception:  # a full disk, a folder gone, half an update: the host goes on without us
        os._exit(0)


if __name__ == "__main__":
    _start()
