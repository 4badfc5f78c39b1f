"""What a session's start tells the user about our installation, each thing once: it answers twice, it is outdated, it is gone.

The text is for the user alone (`systemMessage`); no model reads it. What cannot be noted as told is not told, for it would
come with every session.
"""

from __future__ import annotations

import os

from headroom_mcp.hook.claude_code import places
from headroom_mcp.settings import environment, private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TOLD = "told"  # a folder of empty files, one for each text
_SCOPES = ("user", "project", "local")


def add(payload: dict[str, Any], reply: dict[str, object] | str | None) -> dict[str, object] | str | None:
    """Return the answer to a SessionStart event with what is to be told, if anything. Raises: OSError."""
    if isinstance(reply, str):
        return reply
    cwd = payload.get("cwd")
    texts = [text for text in problems(cwd if isinstance(cwd, str) else "") if _is_new(text)]
    return {**(reply or {}), "systemMessage": "headroom: " + " ".join(texts)} if texts else reply


def problems(folder: str) -> list[str]:
    """Return what is wrong with how we are installed for the project in `folder`, each with the command that mends it."""
    found: list[str] = []
    where: list[str] = []
    plugin = bool(os.environ.get("CLAUDE_PLUGIN_ROOT"))
    files = {scope: places.settings_file(scope, folder) for scope in _SCOPES}
    for scope, file in files.items():
        if file in list(files.values())[: _SCOPES.index(scope)]:  # a home that is the project
            continue
        settings, _ = places.read(file)
        plugin = plugin or places.has_plugin(settings)
        ours = places.our_handlers(settings)
        where.extend([f"{file} (`headroom uninstall --scope {scope}`)"] * bool(ours))
        commands = [str(handler["command"]) for handler in ours if handler.get("type") != "mcp_tool"]
        gone = [path for path in map(places.missing, commands) if path]
        if gone:
            found.append(f"{file} names {gone[0]}, which is gone. Run `headroom install --scope {scope}`.")
        elif not all(map(places.is_guarded, commands)):
            found.append(
                f"The hooks in {file} are of an earlier version, which would block prompts if their script went missing. "
                f"Run `headroom install --scope {scope}`."
            )
    where.extend(["the plugin (`claude plugin disable headroom@headroom`)"] * plugin)
    if len(where) > 1:
        found.append(f"Every output is answered {len(where)} times. Keep one of: {'; '.join(where)}.")
    return found


def _is_new(text: str) -> bool:
    """Tell whether `text` has not been told yet, and note it."""
    from headroom_mcp.text import sha256

    folder = private.folder(environment.data_home(), _TOLD)
    name = sha256.of(text.encode("utf-8", "backslashreplace"))[:16]
    try:
        os.close(private.open_file(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
