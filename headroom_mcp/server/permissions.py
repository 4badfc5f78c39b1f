"""The user's `Read` rules, so that reading a file compressed goes round none of them.

Rules are in the `permissions.deny` and `permissions.ask` lists of Claude Code's settings files (we cannot ask, so both
refuse). `read_patterns` knows what a pattern covers. https://code.claude.com/docs/en/permissions#read-and-edit
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence

from headroom_mcp.server import read_patterns
from headroom_mcp.server.read_patterns import Place

# Read · Read(./secrets/**) · mcp__*
_RULE = re.compile(r"([^()]+)(?:\((.*)\))?", re.DOTALL)


def rule_against(paths: Sequence[str], project: str) -> str | None:
    """Return the rule that forbids or asks about the file with the absolute names `paths`, or None."""
    for settings, base in _settings_files(project):
        for rules in _lists(settings):
            patterns: dict[str, str] = {}
            for rule in rules:
                name, pattern = _parsed(rule)
                if pattern is None:
                    if _names_read(name):
                        return rule
                elif name == "Read":
                    patterns[pattern] = rule
            covered = read_patterns.covering(list(patterns), paths, Place(base, project))
            if covered is not None:
                return patterns[covered]
    return None


def _parsed(rule: str) -> tuple[str, str | None]:
    """Return the tool that `rule` names and the pattern in its parentheses, None for the whole tool."""
    match = _RULE.fullmatch(rule)
    if match is None:
        return "", ""
    return match[1], None if match[2] == "*" else match[2]


def _names_read(name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, name.split("*"))), "Read") is not None


def managed_folder() -> str:
    """Return where an organisation puts settings that nobody can change."""
    folders = {"darwin": "/Library/Application Support/ClaudeCode", "win32": r"C:\Program Files\ClaudeCode"}
    return folders.get(sys.platform, "/etc/claude-code")


def _settings_files(project: str) -> list[tuple[str, str]]:
    """Every settings file that may hold rules, with the folder from which its `/path` patterns start."""
    user = os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")
    folder = managed_folder()
    more = os.path.join(folder, "managed-settings.d")
    try:
        pieces = [name for name in os.listdir(more) if name.endswith(".json") and not name.startswith(".")]
    except OSError:
        pieces = []
    return [
        (os.path.join(folder, "managed-settings.json"), project),
        *((os.path.join(more, name), project) for name in sorted(pieces)),
        (os.path.join(user, "remote-settings.json"), project),  # what an organisation has sent to the client
        (os.path.join(user, "settings.json"), user),
        (os.path.join(project, ".claude", "settings.json"), project),
        (os.path.join(project, ".claude", "settings.local.json"), project),
    ]


def _lists(path: str) -> list[list[str]]:
    """Return the lists of rules in a settings file, [] for one that the client does not read either."""
    try:
        with open(path, encoding="utf-8-sig") as stream:
            permissions = json.load(stream)["permissions"]
            found = [permissions.get("deny"), permissions.get("ask")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return [[rule for rule in rules if isinstance(rule, str)] for rules in found if isinstance(rules, list)]
