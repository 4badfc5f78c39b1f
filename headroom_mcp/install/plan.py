"""The one engine for files that are not ours: what is to be in them, written at once, and exactly taken out again.

    plan_install(site, targets) → Change → apply_install(owner, [change])
    plan_uninstall(site, owner) → Change → apply_uninstall(owner, [change])

A site is a file and where it lists servers; an owner is who asked: "user", "project:FOLDER", "local:FOLDER", "host:NAME".
Before anything is written, a copy of the file goes to the data folder, and a manifest says what is about to be added.
Uninstalling puts the copy back, to the byte, where nothing else has changed since; otherwise it removes our entries and
nothing else. A file that cannot be parsed is refused and left alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from headroom_mcp.install import entries, files, json_edit, toml_block
from headroom_mcp.types import SettingsError

Format = Literal["json", "jsonc", "toml", "whole"]  # whole: a file that is all ours
Path = tuple[str, ...]
# How a file that is all ours starts, in a language with such comments.
WHOLE_MARK = "// headroom: written by `headroom install`, removed by `headroom uninstall`"


class Site(NamedTuple):
    """A file, and the objects in it that list servers: those of one owner, and those of all (where "*" is any key).

    `empty`: what a JSON file of that host holds before anything is in it.
    """

    file: str
    format: Format
    servers: tuple[Path, ...] = ()
    all_servers: tuple[Path, ...] = ()
    empty: str = "{}\n"


class Target(NamedTuple):
    """What belongs in a site: `value` under `key` of the object at `path`, or in the array there where `key` is "".

    `replaces`: the user has something there, which our value has in it, and which uninstalling puts back.
    """

    path: Path
    key: str
    value: Any
    replaces: bool = False


class Change(NamedTuple):
    """What happens to one file. `before` is None where the file does not exist, `after` where it goes.

    `what` says it in words. `made`: the containers that were made for our entries. `own_server`: the user has a server
    of our name, which stays.
    """

    file: str
    before: bytes | None
    after: bytes | None
    what: str
    made: tuple[Path, ...] = ()
    own_server: bool = False

    @property
    def is_change(self) -> bool:
        """Whether the file's bytes differ at all."""
        return self.before != self.after


def plan_install(site: Site, targets: Sequence[Target]) -> Change:
    """Return the change that puts `targets` into the file. Raises: SettingsError for a file that is not to be touched."""
    before = files.read(site.file)
    if site.format == "toml":
        (target,) = targets
        return _toml_change(site.file, before, target)
    if site.format == "whole":
        (target,) = targets
        return _whole_change(site.file, before, target.value)
    text = site.empty if before is None else files.parsed(site.file, before, comments=site.format == "jsonc")
    if all(_holds(text, target) for target in targets) and not _has_unwanted_line(text, targets):
        return Change(site.file, before, before, "already there")
    text, _, _ = without_ours(text, site.servers)
    made: list[Path] = []
    what: list[str] = []
    own_server = False
    for target in targets:
        at = json_edit.find(text, target.path) if target.replaces else None
        if at is not None:
            text = json_edit.replace(text, json_edit.member(text, at, target.key), target.value)
            what.append(".".join((*target.path, target.key)))
            continue
        if target.key and json_edit.find(text, [*target.path, target.key]) is not None:
            own_server = True
            what.append(f"kept your own server {target.key!r}")
            continue
        try:
            text, new = json_edit.add(text, target.path, target.key, target.value)
        except ValueError as error:
            msg = f"{site.file}: {error}. Fix it by hand; nothing was changed."
            raise SettingsError(msg) from error
        made.extend(tuple(path) for path in new)
        what.append(".".join((*target.path, target.key) if target.key else target.path))
    return Change(site.file, before, text.encode("utf-8"), ", ".join(what), tuple(made), own_server)


def _toml_change(file: str, before: bytes | None, target: Target) -> Change:
    after, own_server = toml_block.add(file, before or b"", target.path, target.key, target.value)
    if own_server:
        return Change(file, before, before, f"kept your own server {target.key!r}", (), True)
    return Change(file, before, after, ".".join((*target.path, target.key)) if after != before else "already there")


def _whole_change(file: str, before: bytes | None, text: str) -> Change:
    after = text.encode("utf-8")
    if before is not None and not _is_ours(before):
        msg = f"{file} is not a file of ours. Move it away; nothing was changed."
        raise SettingsError(msg)
    return Change(file, before, after, "already there" if before == after else "our file")


def _is_ours(body: bytes) -> bool:
    """Tell whether a whole file is one that some version of ours has written."""
    return body.startswith(WHOLE_MARK.encode())


def apply_install(owner: str, site: Site, change: Change) -> None:
    """Write `change` and note it in the manifest. Raises: SettingsError; the file stays as it is then."""
    if not change.is_change or change.after is None:
        return
    manifest = files.load_manifest()
    known = manifest["files"].get(change.file)
    made = [list(path) for path in change.made]
    if known is not None:
        made = known["made"] + [path for path in made if path not in known["made"]]
    no_folder = not os.path.isdir(os.path.dirname(change.file))
    manifest["files"][change.file] = {
        "owners": sorted({owner, *(known["owners"] if known else ())}),
        "format": site.format,
        "after_sha256": files.sha256(change.after),
        "backup": _backup(site, change, known),
        "made": made,
        "made_folder": no_folder or bool(known and known["made_folder"]),
    }
    # First what is about to be: a kill after this line leaves a file that uninstall finds unchanged.
    files.save_manifest(manifest)
    files.write(change.file, change.after)


def _backup(site: Site, change: Change, known: dict[str, Any] | None) -> str | None:
    """Return where the file is kept as it was before us, None where there was none."""
    if change.before is None or site.format == "whole":
        return None
    if known is not None and known["after_sha256"] == files.sha256(change.before):
        backup: str | None = known["backup"]  # untouched since: what was there before us still is what to go back to
        return backup
    if site.format == "toml":
        return files.save_backup(change.file, toml_block.remove(change.before))
    # What an installation that nobody wrote down has left is not what to go back to.
    text = files.parsed(change.file, change.before, comments=site.format == "jsonc")
    made = [tuple(path) for path in known["made"]] if known else []
    base, removed, _ = without_ours(text, site.all_servers)
    base = without_empty(base, made)
    return files.save_backup(change.file, base.encode("utf-8") if known or removed else change.before)


def plan_uninstall(site: Site, owner: str | None) -> Change:
    """Return the change that removes what `owner` has put into the file, or (None) everything of ours.

    Raises: SettingsError.
    """
    before = files.read(site.file)
    if before is None:
        return Change(site.file, None, None, "not there")
    known = files.load_manifest()["files"].get(site.file)
    others = [one for one in known["owners"] if not _is_owner(one, owner)] if known else []
    if known is not None and not others and known["after_sha256"] == files.sha256(before):
        if known["backup"] is None:
            return Change(site.file, before, None, "removed: it was made by us")
        original = files.read(known["backup"])
        if original is not None:
            return Change(site.file, before, original, "as it was before")
    if site.format == "whole":
        return Change(
            site.file,
            before,
            None if _is_ours(before) else before,
            "our file" if _is_ours(before) else "nothing of ours",
        )
    after = _stripped(site, before, owner, known, shared=bool(others))
    return Change(site.file, before, after, "our entries removed" if after != before else "nothing of ours")


def _stripped(site: Site, before: bytes, owner: str | None, known: dict[str, Any] | None, *, shared: bool) -> bytes:
    if site.format == "toml":
        return toml_block.remove(before)
    text = files.parsed(site.file, before, comments=site.format == "jsonc")
    text, removed, emptied = without_ours(text, site.all_servers if owner is None else site.servers)
    if not removed:
        return before
    # Without a manifest, what is empty once we are gone was ours; where others are left, their containers stay.
    made = emptied if known is None else [] if shared else [tuple(path) for path in known["made"]]
    return without_empty(text, made).encode("utf-8")


def apply_uninstall(owner: str | None, change: Change) -> None:
    """Write `change` and forget it. Raises: SettingsError when the file cannot be written."""
    if change.is_change:
        if change.after is None:
            os.remove(os.path.realpath(change.file))
        else:
            files.write(change.file, change.after)
    manifest = files.load_manifest()
    known = manifest["files"].pop(change.file, None)
    if known is None:
        return
    known["owners"] = [one for one in known["owners"] if not _is_owner(one, owner)]
    if known["owners"]:
        if change.before is not None and known["after_sha256"] == files.sha256(change.before):
            known["after_sha256"] = files.sha256(change.after or b"")
        manifest["files"][change.file] = known
    elif known["made_folder"] and not files.remove_folder(os.path.dirname(change.file)):
        # Something else of ours may live there still: whoever leaves last takes the folder along.
        for other, left in manifest["files"].items():
            if os.path.dirname(other) == os.path.dirname(change.file):
                left["made_folder"] = True
    files.save_manifest(manifest)


def _is_owner(one: str, owner: str | None) -> bool:
    # Before owners had a folder, a scope was all that was noted.
    return owner is None or one == owner or one == owner.partition(":")[0]


def without_ours(text: str, servers: Sequence[Path]) -> tuple[str, int, list[Path]]:
    """Return `text` without our hooks and servers, how many there were, and the paths of what may be empty now."""
    removed = 0
    emptied: list[Path] = []
    while (place := entries.find(text, servers)) is not None:
        if place.was:
            text = json_edit.replace(text, place.slot, place.was)
        else:
            text = json_edit.remove(text, place.container, place.slot)
        emptied.extend(place.path[:length] for length in range(1, len(place.path) + 1))
        removed += 1
    return text, removed, emptied


def without_empty(text: str, made: Sequence[Path]) -> str:
    """Return `text` without the containers at the paths `made`, as far as they are empty and hold no comment."""
    for path in sorted(set(made), key=len, reverse=True):
        at = json_edit.find(text, path)
        parent = json_edit.find(text, path[:-1])
        if at is None or parent is None or json_edit.value_at(text, at) or json_edit.has_comment(text, at):
            continue
        slot = [slot for slot in json_edit.members(text, parent) if slot.key == path[-1]][-1]
        text = json_edit.remove(text, parent, slot)
    return text


def _has_unwanted_line(text: str, targets: Sequence[Target]) -> bool:
    """Tell whether there is a status line of ours that is not wanted any more."""
    wanted = any("statusLine" in (*target.path, target.key) for target in targets)
    return not wanted and entries.status_line(text) is not None


def _holds(text: str, target: Target) -> bool:
    at = json_edit.find(text, [*target.path, target.key] if target.key else target.path)
    if at is None:
        return False
    value = json_edit.value_at(text, at)
    return bool(value == target.value) if target.key else isinstance(value, list) and target.value in value
