"""Patterns of Claude Code's `Read(…)` rules: which paths one covers. Taken down from the client itself (tests/server).

They are gitignore's, in any case of letters, with the client's own beginnings and ends:

    //etc/keys     from the root of the file system        secrets/**    a folder of that name at any depth
    ~/keys         from the home folder                    src/*.pem     a slash within: from the project
    /keys          from the folder of the settings         .env, ./.env  without one: at any depth
    !keep.env      takes back what a pattern before it in the same list covers

A repository may bring its own settings, so matching takes no more steps than the pattern's length times the path's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

# The set of characters at a "[", which ends at the first "]"
_SET = re.compile(r"\[([^\]]*)\]")
_MEANS_MORE = re.compile(r"[*?\[\\]")
_LINKED = os.sep  # patterns of what links lead to are absolute

# What stands for one character of a name, None (a star) for any number of them
Token = Callable[[str], bool] | None
# What stands for one name of a path, None (two stars) for any number of them
Step = Sequence[Token] | None


class Place(NamedTuple):
    """Where patterns start: the folder of the settings file for `/…`, the project for names and `./…`."""

    settings: str
    project: str


class Pattern(NamedTuple):
    """A pattern, step by step from the folder `root`. `of_folders`: only a folder, with all that is in it, is meant."""

    root: str
    steps: Sequence[Step]
    of_folders: bool
    takes_back: bool


def covering(sources: Sequence[str], paths: Sequence[str], place: Place) -> str | None:
    """Return the pattern among `sources`, one list of rules, that covers one of the absolute `paths`; None where none does."""
    groups: dict[tuple[str, str], list[tuple[str, Pattern]]] = {}
    for source in sources:
        for pattern in parse(source, place):
            # Only patterns of the same beginning take each other back, even where two beginnings mean the same folder.
            groups.setdefault((_beginning(source), pattern.root), []).append((source, pattern))
    for group in groups.values():
        for path in paths:
            covered = _covering(group, path)
            if covered is not None:
                return covered
    return None


def parse(source: str, place: Place) -> list[Pattern]:
    """Return what stands in parentheses after `Read` as patterns: none where it can cover nothing, two where it names a
    link, which stands for what it leads to as well."""
    takes_back = source.startswith("!")
    beginning = _beginning(source)
    root = {"//": "/", "~/": os.path.expanduser("~"), "/": place.settings}.get(beginning, place.project)
    body = _body(source[1:] if takes_back or beginning in ("//", "~/") else source)
    if not body.strip("/") or body == ".":
        return []
    bodies = [(root, body)]
    if beginning and (target := _target(root, body)) is not None:
        bodies.append((_LINKED, target))
    patterns = [(folder, _steps(text), text.endswith("/")) for folder, text in bodies]
    return [
        Pattern(folder, steps, of_folders, takes_back) for folder, steps, of_folders in patterns if steps is not None
    ]


def _body(text: str) -> str:
    """Return a pattern without what the client takes off its ends."""
    body = re.sub("//+", "/", text[2:] if text.startswith("./") else text)
    if body.endswith("/**"):
        body = body[:-3] or "**"
    stripped = body.rstrip(" \t\r\n")
    is_escaped = (len(stripped) - len(stripped.rstrip("\\"))) % 2
    return stripped + body[len(stripped) : len(stripped) + is_escaped]


def _target(root: str, body: str) -> str | None:
    """Return the pattern of where the links lead that `body` names before anything in it stands for more than itself."""
    names = body.strip("/").split("/")
    plain = next((at for at, name in enumerate(names) if _MEANS_MORE.search(name)), len(names))
    named = os.path.join(os.path.realpath(root), *names[:plain])
    real = os.path.realpath(named)
    if real == os.path.normpath(named):
        return None
    rest = names[plain:] if not body.endswith("/") else [*names[plain:], ""]
    return "/".join([_MEANS_MORE.sub(r"\\\g<0>", real), *rest])


def _beginning(source: str) -> str:
    return next((start for start in ("//", "~/", "/") if source.startswith(start)), "")


def _covering(group: Sequence[tuple[str, Pattern]], path: str) -> str | None:
    """Return the pattern of `group` that covers `path` or a folder above it: what is in such a folder cannot be taken back."""
    inside = _relative(path, group[0][1].root)
    if inside is None:
        return None
    names = inside.split("/")
    covered = [(source, pattern, _depths(pattern, names)) for source, pattern in group]
    for depth in range(1, len(names) + 1):
        last = next(((source, pattern) for source, pattern, depths in reversed(covered) if depth in depths), None)
        if last is not None and not last[1].takes_back:
            return last[0]
    return None


def _relative(path: str, root: str) -> str | None:
    for folder in (root, os.path.realpath(root)):
        inside = os.path.relpath(path, folder).replace(os.sep, "/")
        if inside not in (".", "..") and not inside.startswith("../"):
            return inside
    return None


def _depths(pattern: Pattern, names: Sequence[str]) -> set[int]:
    """Return after how many of `names`, which lead to a file, the pattern is complete."""
    steps = pattern.steps
    at = _skipping(steps, {0})  # the steps that may come next
    depths = set()
    for depth, name in enumerate(names, 1):
        taken = set()
        for step in at - {len(steps)}:
            meant = steps[step]
            if meant is None:
                taken.add(step)
            elif _matches(meant, name):
                taken.add(step + 1)
        at = _skipping(steps, taken)
        if len(steps) in at and (depth < len(names) or not pattern.of_folders):
            depths.add(depth)
    return depths


def _skipping(steps: Sequence[Step], at: set[int]) -> set[int]:
    """Return `at` with the steps behind two stars, which may stand for no name at all."""
    found = set(at)
    for step, meant in enumerate(steps):
        if step in found and meant is None:
            found.add(step + 1)
    return found


def _steps(body: str) -> list[Step] | None:
    """Return the steps of a pattern; None where it can match nothing."""
    names = body.strip("/").split("/")
    steps: list[Step] = []
    if names[0] == "**" and len(names) > 1:
        steps.append(None)
        names = names[1:]
    elif "/" not in body[:-1]:
        steps.append(None)
    for at, name in enumerate(names):
        if name == "**" and at:  # directly behind two stars at the beginning they are one star
            if at == len(names) - 1 and not body.endswith("/"):
                steps.append([None])
            steps.append(None)
            continue
        tokens = _tokens(name)
        if tokens is None:
            return None
        steps.append(tokens)
    return steps


def _tokens(name: str) -> list[Token] | None:
    """Return the tokens of one name of a pattern; None where it can match nothing."""
    tokens: list[Token] = []
    position = 0
    while position < len(name):
        char = name[position]
        position += 1
        if char == "*":
            tokens.append(None)
        elif char == "?":
            tokens.append(bool)
        elif char == "[":
            found = _SET.match(name, position - 1)
            if found is None or found[1].endswith("\\"):  # it ends nowhere
                return None
            tokens.append(_one_of(found[1]))
            position = found.end()
        else:
            if char == "\\":
                if position == len(name):  # an escape of nothing
                    return None
                char = name[position]
                position += 1
            tokens.append(_one_of(char, is_set=False))
    return tokens


def _one_of(members: str, *, is_set: bool = True) -> Callable[[str], bool]:
    """Return whether a character is one of `members`, in any case. In a set, `a-z` is a range; `!` and `^` mean nothing."""
    parts = re.findall(r".-.|.", re.sub(r"\\(.)", r"\1", members), re.DOTALL) if is_set else [members]
    ranges = [(part[0], part[-1]) for part in parts]

    def is_member(char: str) -> bool:
        cases = (char, char.lower(), char.upper())
        return any(low <= case <= high for low, high in ranges for case in cases if len(case) == 1)

    return is_member


def _matches(step: Sequence[Token], name: str) -> bool:
    """Tell whether `name` is what `step` stands for. A star first takes nothing, then ever more; only the last one is asked."""
    at = position = 0
    star = taken = -1
    while position < len(name):
        token = step[at] if at < len(step) else _nothing
        if token is None:
            star, taken = at, position
            at += 1
        elif token(name[position]):
            at += 1
            position += 1
        elif star >= 0:
            taken += 1
            at, position = star + 1, taken
        else:
            return False
    return all(token is None for token in step[at:])


def _nothing(_char: str) -> bool:
    return False
