"""Somebody else's files, read and written with care, and the record of what was added to them.

A file is written at once: a temporary one is renamed over it, after a copy of it went to the data folder and the manifest
says what is about to be there. What cannot be parsed is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from headroom_mcp.install import json_edit
from headroom_mcp.settings import environment, private
from headroom_mcp.types import SettingsError

_MANIFEST = "install.json"


def load_manifest() -> dict[str, Any]:
    """Return what was installed where: under "files", by path, who asked for it and what the file was before.

    Raises: SettingsError when the manifest cannot be read.
    """
    path = os.path.join(environment.data_home(), _MANIFEST)
    try:
        with open(path, encoding="utf-8") as stream:
            manifest: dict[str, Any] = json.load(stream)
        return _with_owners(manifest)
    except FileNotFoundError:
        return {"files": {}}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        msg = f"{path} cannot be read: {error}. Move it away; our entries can still be found and removed."
        raise SettingsError(msg) from error


def _with_owners(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return `manifest` in today's form: earlier ones had a scope for each file, and the other hosts in a table apart."""
    files = {}
    for file, entry in manifest["files"].items():
        owners = entry["owners"] if "owners" in entry else [entry["scope"]]
        files[file] = {**entry, "owners": owners, "format": entry.get("format", "json")}
    for name, entry in manifest.get("hosts", {}).items():
        kind = "toml" if entry["file"].endswith(".toml") else "jsonc"
        files[entry["file"]] = {**entry, "owners": [f"host:{name}"], "format": kind}
    return {"files": files}


def save_manifest(manifest: dict[str, Any]) -> None:
    """Keep what was installed where. Raises: SettingsError."""
    write_own(_MANIFEST, json.dumps(manifest, indent=2).encode("utf-8"))


def save_backup(file: str, body: bytes) -> str:
    """Keep `body` as a copy of `file` in the data folder and return its path. Raises: SettingsError."""
    # Named by content: a second install can never overwrite what the first one saved.
    backup = os.path.join(_own_folder("backups"), f"{os.path.basename(file)}.{sha256(body)[:16]}")
    write(backup, body)
    return backup


def write_own(name: str, body: bytes) -> None:
    """Write the file `name` in the data folder. Raises: SettingsError."""
    write(os.path.join(_own_folder(), name), body)


def _own_folder(*name: str) -> str:
    """Return the data folder, or the folder `name` in it, made for its owner alone. Raises: SettingsError."""
    try:
        return private.folder(environment.data_home(), *name)
    except OSError as error:
        folder = os.path.join(environment.data_home(), *name)
        msg = (
            f"{folder} cannot be made: {error}. Nothing was changed; set HEADROOM_HOME to a folder that you can write."
        )
        raise SettingsError(msg) from error


def read(file: str) -> bytes | None:
    """Return the bytes of `file`, None where there is none. Raises: SettingsError."""
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        msg = f"{file} cannot be read: {error}. Nothing was changed."
        raise SettingsError(msg) from error


def parsed(file: str, body: bytes | None, *, comments: bool = False) -> str:
    """Return the text of a settings file; it keeps its byte order mark. Raises: SettingsError where it is not valid JSON."""
    if body is None or not body.removeprefix(json_edit.BOM.encode()).strip():
        return "{}\n"
    try:
        text = body.decode("utf-8")
        value = json_edit.check(text, comments=comments)
    except (ValueError, RecursionError) as error:
        msg = f"{file} is not valid JSON: {error}. Fix it by hand; nothing was changed."
        raise SettingsError(msg) from error
    if not isinstance(value, dict):
        msg = f"{file} does not hold a JSON object. Fix it by hand; nothing was changed."
        raise SettingsError(msg)
    return text


def write(file: str, body: bytes) -> None:
    """Write `body` at once: a reader sees the old file or the new one. A symbolic link stays one."""
    file = os.path.realpath(file)
    temporary = f"{file}.headroom-{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        mode = os.stat(file).st_mode & 0o777 if os.path.exists(file) else _mode_of_new(file)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, file)
    except OSError as error:
        if os.path.exists(temporary):
            os.remove(temporary)
        msg = f"{file} cannot be written: {error}. Nothing was changed."
        raise SettingsError(msg) from error


def _mode_of_new(file: str) -> int:
    # A project's files are shared, by git if not by users; the others hold what is one user's own.
    return 0o644 if os.path.basename(file) in ("settings.json", ".mcp.json") else 0o600


def remove_folder(folder: str) -> bool:
    """Remove `folder` if it is empty; tell whether it was."""
    try:
        os.rmdir(folder)
    except OSError:  # something else lives there by now
        return False
    return True


def sha256(body: bytes) -> str:
    """Return the digest of a file's bytes."""
    return hashlib.sha256(body).hexdigest()
