"""The one home of the line that installs an extra of ours: it is right for the way in which we were installed.

Whoever installed us from a checkout is sent back to it: an index might hold somebody else's package of our name.
"""

from __future__ import annotations

import os

_NAME = "headroom-mcp"


def remedy(extra: str) -> str:
    """Return the pip command that adds the extra `extra` to this installation."""
    from importlib import metadata

    try:
        ours = metadata.distribution(_NAME)
        said = ours.read_text("direct_url.json")
    except (metadata.PackageNotFoundError, OSError, UnicodeDecodeError):
        return _from_folder(_root(), extra)  # only a folder on the path
    return _from_url(said, extra) or f"pip install '{_NAME}[{extra}]=={ours.version}'"


def _from_url(said: str | None, extra: str) -> str:
    """Return the command for what `direct_url.json` says (PEP 610), "" where it says nothing: we came from an index."""
    import json
    from urllib.parse import unquote, urlsplit

    try:
        told = json.loads(said or "{}")
        url, folder, archive = str(told["url"]), told.get("dir_info"), told.get("vcs_info")
        path = unquote(urlsplit(url).path)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    if isinstance(folder, dict):
        return _from_folder(path, extra, editable=bool(folder.get("editable")))
    if isinstance(archive, dict):
        url = f"{archive.get('vcs', 'git')}+{url}@{archive.get('commit_id', 'HEAD')}"
    return f"pip install '{_NAME}[{extra}] @ {url}'"


def _from_folder(folder: str, extra: str, *, editable: bool = False) -> str:
    if not os.path.isfile(os.path.join(folder, "pyproject.toml")):
        return f"pip install '.[{extra}]' in a checkout of headroom"
    import shlex

    return f"pip install {'-e ' if editable else ''}{_quoted(shlex.quote(folder), folder, extra)}"


def _quoted(quoted: str, folder: str, extra: str) -> str:
    return f"'{folder}[{extra}]'" if "'" not in folder else f"{quoted}'[{extra}]'"


def _root() -> str:
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
