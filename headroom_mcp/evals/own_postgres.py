"""A PostgreSQL of our own, for tests and measurements: the distribution's, in a throwaway folder, on a free port of 127.0.0.1, as a
user that is not root. `HEADROOM_POSTGRES_BIN` names the folder of the binaries where they lie elsewhere.
"""

from __future__ import annotations

import ctypes
import getpass
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_USERS = ("postgres", "nobody")
# A test's database may be lost with the machine; what is tested of crashes turns this on again.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_COMMON = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
}


def binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres`, None where PostgreSQL is not installed."""
    found = [os.environ.get("HEADROOM_POSTGRES_BIN", ""), *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    beside = shutil.which("initdb")
    if beside:
        found.append(os.path.dirname(beside))
    return next((Path(folder) for folder in found if folder and os.path.exists(os.path.join(folder, "initdb"))), None)


@dataclass
class Cluster:
    """A running server. `owner` and `url` are addresses: of the superuser, and of a role for what `database` holds."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    user: str
    settings: dict[str, str]

    def owner(self, database: str = "postgres") -> str:
        """Return the address for the superuser."""
        return f"postgresql://owner@127.0.0.1:{self.port}/{database}"

    def url(self, role: str, database: str) -> str:
        """Return the address for a role whose password is "secret"."""
        return f"postgresql://{role}:secret@127.0.0.1:{self.port}/{database}"

    def kill(self) -> None:
        """End every process of it at once, as a crash would."""
        for child in _children(self.process.pid):
            _signal(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for child in _children(self.process.pid):
            _signal(child, signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def start(self) -> None:
        """Start it again, on the same port and data."""
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.process = _started(self.folder, self.port, self.user, self.settings)


def begin(*, durable: bool = False, folder: str | None = None, **settings: str) -> Cluster | None:
    """Return a new server; `durable`: one that survives a crash of the machine, None where PostgreSQL is not installed."""
    found = binaries()
    if found is None:
        return None
    home = Path(folder or tempfile.mkdtemp(prefix="headroom-pg-"))
    user = _user()
    home.chmod(0o755)
    data = home / "data"
    data.mkdir()
    if user != getpass.getuser():
        entry = pwd.getpwnam(user)
        os.chown(home, entry.pw_uid, entry.pw_gid)
        os.chown(data, entry.pw_uid, entry.pw_gid)
    done = subprocess.run(
        [found / "initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"],
        capture_output=True, user=_as(user), check=False, cwd="/",
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    port = _free_port()
    given = {**_COMMON, **({} if durable else _FAST), **settings}
    return Cluster(home, port, _started(home, port, user, given), user, given)


def end(cluster: Cluster) -> None:
    """Stop it and remove its files."""
    cluster.stop()
    shutil.rmtree(cluster.folder, ignore_errors=True)


def _started(home: Path, port: int, user: str, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    found = binaries()
    assert found is not None
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            [found / "postgres", "-D", home / "data", "-p", str(port), "-k", "", *options],
            stdout=log, stderr=log, user=_as(user), cwd="/", preexec_fn=_end_with_parent(),
        )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ready = subprocess.run([found / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False)
        if ready.returncode == 0:
            return process
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError((home / "log").read_text(errors="replace"))


def _end_with_parent() -> Callable[[], object] | None:
    """Return what lets the kernel stop the server when whoever started it is gone, killed or not; None but on Linux."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # before the child is another user, who may not read our libraries
    return lambda: libc.prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG; PostgreSQL stops fast at SIGINT


def _user() -> str:
    if os.geteuid() != 0:
        return getpass.getuser()
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _USERS if name in names)


def _as(user: str) -> str | None:
    return user if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _children(parent: int) -> list[int]:
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            words = Path(path).read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == parent:
            found.append(int(path.split("/")[2]))
    return found


def run_sql(cluster: Cluster, statements: list[str], database: str = "postgres") -> None:
    """Run statements as the superuser, each by itself. Raises: RuntimeError."""
    found = binaries()
    assert found is not None
    words = [word for statement in statements for word in ("-c", statement)]
    done = subprocess.run(
        [found / "psql", "-v", "ON_ERROR_STOP=1", "-q", cluster.owner(database), *words],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())


def _signal(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except OSError:
        return
