"""Readers of untrusted text under atheris: `python -m tests.fuzz.targets TARGET [libFuzzer options]`."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["headroom_mcp"]):
    from headroom_mcp import compressors
    from headroom_mcp.commands import shell
    from headroom_mcp.hook import entry
    from headroom_mcp.retrieval import json_path as jsonpath
    from headroom_mcp.routing import router
    from headroom_mcp.settings import file as settings_file
    from headroom_mcp.settings.load import tightened
    from headroom_mcp.settings.table import Settings
    from headroom_mcp.text import marker, secrets
    from headroom_mcp.text import parts as render
    from headroom_mcp.tool_output import ToolOutput
    from headroom_mcp.types import HeadroomError, SettingsError

_HOME = tempfile.mkdtemp(prefix="headroom-atheris-")
_FILE = os.path.join(_HOME, "fuzzed.toml")


def route(data: bytes) -> None:
    """Sections cover every line."""
    given = atheris.FuzzedDataProvider(data)
    command = given.ConsumeUnicode(60)
    output = ToolOutput(given.ConsumeUnicode(len(data)), "Bash", {"command": command})
    position = 0
    for section in router.route(output):
        assert section.start == position
        position = section.stop
    assert position == len(output.lines)


def compress(data: bytes) -> None:
    """A kind that is drawn: total, and its parts cover every line."""
    given = atheris.FuzzedDataProvider(data)
    kind = compressors.BUILTIN[given.ConsumeIntInRange(0, len(compressors.BUILTIN) - 1)]
    query = given.ConsumeUnicode(20)
    output = ToolOutput(given.ConsumeUnicode(len(data)), "Bash", {}, query)
    module = compressors.load(kind)
    assert 0 <= module.score(output) <= 1
    compressed = module.compress(output, 200)
    if compressed is not None:
        render.check(compressed.parts, len(output.lines))


def json_path(data: bytes) -> None:
    """A path and a document: an answer, or our own error."""
    given = atheris.FuzzedDataProvider(data)
    path = given.ConsumeUnicode(80)
    with contextlib.suppress(HeadroomError):
        jsonpath.select_text(given.ConsumeUnicode(len(data)) or '{"a": [1, {"b": "c"}]}', path)


def markers(data: bytes) -> None:
    """Any text may look like a marker."""
    text = data.decode("utf-8", "replace")
    marker.refs(text)
    marker.ref_in(text)
    for line in text.split("\n"):
        assert marker.is_gap(line) == (marker.gap_range(line) is not None)


def settings(data: bytes) -> None:
    """A settings file is understood, or refused in words."""
    with open(_FILE, "wb") as file:
        file.write(data)
    with contextlib.suppress(SettingsError):
        tightened(Settings(), settings_file.read(_FILE, cache=False), _FILE)


def commands(data: bytes) -> None:
    """A shell command is read as far as it can be read."""
    for pipeline in shell.parse(data.decode("utf-8", "replace")):
        for words in pipeline:
            shell.name(words)
            shell.arguments(words)


def secret(data: bytes) -> None:
    """Masking keeps the line count."""
    text = data.decode("utf-8", "replace")
    assert secrets.mask(text).count("\n") == text.count("\n")


def hook(data: bytes) -> None:
    """The bytes of an event: nothing, JSON, or an error that the process logs."""
    try:
        reply = entry.answer(data)
    except (MemoryError, RecursionError):
        raise
    except Exception:
        return
    if reply.startswith(b"{"):
        json.loads(reply)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "router": route,
    "compressors": compress,
    "jsonpath": json_path,
    "marker": markers,
    "settings": settings,
    "shell": commands,
    "secrets": secret,
    "hook": hook,
}


def main() -> None:
    """Run one target for as long as libFuzzer's options say."""
    if sys.argv[1:2] == ["--list"] or sys.argv[1:2] == [] or sys.argv[1] not in TARGETS:
        print("\n".join(TARGETS))
        return
    os.environ["HEADROOM_HOME"] = _HOME
    entry.start_timer = lambda: None  # it would end this process
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
