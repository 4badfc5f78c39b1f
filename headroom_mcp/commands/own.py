"""Commands of ours: what they print was asked for as it is."""

from __future__ import annotations

from headroom_mcp.commands import shell

_SILENT = frozenset(("cd", "export", "set", "source", ".", "true"))  # these print nothing beside our own command


def runs_only_ours(command: str) -> bool:
    """Tell whether all that prints in `command` is `headroom retrieve` or `headroom compress`."""
    pipelines = [pipeline for pipeline in shell.parse(command) if shell.name(pipeline[0]) not in _SILENT]
    return bool(pipelines) and all(_is_ours(pipeline[0]) for pipeline in pipelines)


def _is_ours(words: list[str]) -> bool:
    # `python -m headroom_mcp` is read as the module it runs.
    return words[0].rpartition("/")[2] in ("headroom", "headroom_mcp") and words[1:2] in (["retrieve"], ["compress"])
