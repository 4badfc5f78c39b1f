"""The user's `Read(...)` rules, so that reading a file compressed goes round none of them.

Rules are gitignore-like patterns in the `permissions.deny` and `permissions.ask` lists of Claude Code's settings files
(we cannot ask, so both refuse): `//abs/path`, `~/path`, `/path` from the folder of the settings, `./path` or `path` from
the project; a pattern without a slash matches a name anywhere. https://code.claude.com/docs/en/permissions#read-and-edit
"""

from __future__ import annotations

import json
import os
import re
import sys

# Read(./secrets/**)
_READ_RULE = re.compile(r"^Read(?:\((.*)\))?$", re.DOTALL)


def rule_against(path: str, project: str) -> str | None:
    """Return the rule that forbids or asks about the absolute path `path`, or None."""
    for settings, base in _settings_files(project):
        for rule in _rules(settings):
            match = _READ_RULE.match(rule)
            if match and _covers(match.group(1) or "**", path, base, project):
                return rule
    return None


def _settings_files(project: str) -> list[tuple[str, str]]:
    """Every settings file that may hold rules, with the folder from which its `/path` patterns start."""
    user = os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")
    managed = {"darwin": "/Library/Application Support/ClaudeCode", "win32": r"C:\Program Files\ClaudeCode"}
    return [
        (os.path.join(managed.get(sys.platform, "/etc/claude-code"), "managed-settings.json"), "/"),
        (os.path.join(user, "settings.json"), user),
        (os.path.join(project, ".claude", "settings.json"), project),
        (os.path.join(project, ".claude", "settings.local.json"), project),
    ]


def _rules(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8") as stream:
            permissions = json.load(stream)["permissions"]
            rules = [*permissions.get("deny", ()), *permissions.get("ask", ())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # no such file, or not ours to mend
        return []
    return [rule for rule in rules if isinstance(rule, str)]


def _covers(pattern: str, path: str, base: str, project: str) -> bool:
    if pattern.startswith("//"):
        roots, relative = ["/"], pattern[2:]
    elif pattern.startswith("~/"):
        roots, relative = [os.path.expanduser("~")], pattern[2:]
    elif pattern.startswith("/"):
        # Versions differ in which of the two they mean; a rule too many refuses, a rule too few leaks.
        roots, relative = [base, project], pattern[1:]
    else:
        roots, relative = [project], pattern[2:] if pattern.startswith("./") else pattern
        if "/" not in relative.rstrip("/"):
            relative = f"**/{relative}"
    try:
        wanted = re.compile(_regex(relative.rstrip("/")) + "(?:/.*)?", re.DOTALL)
    except re.error:  # a class like [z-a]: the pattern can only mean itself
        wanted = re.compile(re.escape(relative))
    for root in roots:
        inside = os.path.relpath(path, os.path.realpath(root)).replace(os.sep, "/")
        if not inside.startswith("../") and wanted.fullmatch(inside):
            return True
    return False


def _regex(pattern: str) -> str:
    """Return the regular expression of a gitignore-like pattern: `*` and `?` stay within a name, `**` does not."""
    out = []
    for piece in re.split(r"(\*\*/|/\*\*|\*\*|\*|\?|\[[^\]]+\])", pattern):
        out.append(
            {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(piece) or _literal(piece)
        )
    return "".join(out)


def _literal(piece: str) -> str:
    if len(piece) > 2 and piece[0] == "[" and piece[-1] == "]":
        return "[" + piece[1:-1].replace("\\", r"\\").replace("!", "^", 1 if piece[1] == "!" else 0) + "]"
    return re.escape(piece)
