"""Compression hooks of the user's own: `pre_compress` and `post_compress` of installed packages.

    [project.entry-points."headroom_mcp.hooks"]
    tickets = "my_package.tickets"          # a module, or an object in one ("my_package.tickets:hooks")

    def pre_compress(text, tool_name, tool_input):   # before anything is read or stored
        return None     # go on · False: leave this output alone, store nothing · a text of as many lines: show that instead

    def post_compress(result, tool_name, tool_input):   # after the original was stored, with a `Result`
        return None     # go on · False: show the output as it was

Entry points are searched for when `headroom install` runs, and what was found stands in `hooks.json` in the data folder:
where there is none, a hook pays one `stat`. A hook that raises, or answers something else, is logged and passed over.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from headroom_mcp.late import Any
from headroom_mcp.settings import environment, fault_log, home
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import Result, ToolInput

GROUP = "headroom_mcp.hooks"
FILE = home.USER_HOOKS
_MAX_BYTES = 256 * 1024


def load(settings: Settings) -> list[Any]:
    """Return the user's hooks in force, [] where there are none."""
    path = os.path.join(environment.data_home(settings), FILE)
    if not os.path.exists(path):
        return []
    import json

    from headroom_mcp.settings import file as settings_file

    try:
        rows = json.loads(settings_file.read_regular(path, _MAX_BYTES))
        return [hook for row in rows if (hook := _import(row, settings)) is not None]
    except (OSError, ValueError, KeyError, TypeError) as error:
        fault_log.record("hooks.json", error, settings)
        return []


def before(hooks: Sequence[Any], text: str, tool_name: str, tool_input: ToolInput, settings: Settings) -> str | None:
    """Return the text to show instead of `text`, mostly itself; None to leave this output alone."""
    for hook in hooks:
        said = _call(hook, "pre_compress", (text, tool_name, dict(tool_input)), settings)
        if said is False:
            return None
        if isinstance(said, str):
            # Slices are asked for by line numbers, and those are the original's.
            if said.count("\n") == text.count("\n"):
                text = said
            else:
                fault_log.record("pre_compress", ValueError("it changed the number of lines"), settings)
    return text


def allow(hooks: Sequence[Any], result: Result, tool_name: str, tool_input: ToolInput, settings: Settings) -> bool:
    """Tell whether no hook objects to showing `result`."""
    answers = [_call(hook, "post_compress", (result, tool_name, dict(tool_input)), settings) for hook in hooks]
    return all(answer is not False for answer in answers)


def find() -> list[dict[str, str]]:
    """Return the hooks that installed packages offer: name, module, object in it, and the folder to import it from."""
    from importlib import metadata

    found = []
    for point in metadata.entry_points(group=GROUP):
        folder = str(point.dist.locate_file("")) if point.dist is not None else ""
        found.append({"name": point.name, "module": point.module, "attribute": point.attr, "folder": folder})
    return sorted(found, key=lambda row: (row["name"], row["module"]))


def save(found: Sequence[dict[str, str]]) -> None:
    """Write what was found to the data folder; nothing found leaves no file. Raises: OSError."""
    import json

    from headroom_mcp.settings import private

    path = os.path.join(environment.data_home(), FILE)
    if not found:
        if os.path.exists(path):
            os.remove(path)
        return
    private.folder(os.path.dirname(path))
    private.write(path, json.dumps(found, indent=1).encode("utf-8"))


def _import(row: dict[str, str], settings: Settings) -> Any:
    import importlib

    if row["folder"] and row["folder"] not in sys.path:
        sys.path.append(row["folder"])  # last: it must shadow nothing
    try:
        hook: Any = importlib.import_module(row["module"])
        for name in row["attribute"].split(".") if row["attribute"] else ():
            hook = getattr(hook, name)
    except Exception as error:  # somebody else's code
        fault_log.record(f"hook {row['name']}", error, settings)
        return None
    return hook


def _call(hook: Any, name: str, arguments: tuple[object, ...], settings: Settings) -> object:
    function = getattr(hook, name, None)
    if function is None:
        return None
    try:
        return function(*arguments)
    except Exception as error:  # as above
        fault_log.record(name, error, settings)
        return None
