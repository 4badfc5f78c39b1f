"""Checksums in JSON: unasked they are cut and counted, as their own tools show them; what else looks like one stays."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from headroom_mcp.compressors import load
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_FORMS = {
    "sha512-": lambda name: "sha512-" + base64.b64encode(hashlib.sha512(name.encode()).digest()).decode(),
    "sha256:": lambda name: "sha256:" + hashlib.sha256(name.encode()).hexdigest(),
    "registry/": lambda name: f"registry/{name}@sha256:" + hashlib.sha256(name.encode()).hexdigest(),
}


def _shown(text: str, query: str = "") -> Part:
    compressed = load("json").compress(ToolOutput(text, "Bash", {"command": "cat lock.json"}, query), 100_000)
    assert compressed is not None
    [part] = compressed.parts
    return part


def _lock(form: str, count: int) -> str:
    packages = {f"pkg-{at}": {"version": f"1.{at}.0", "sum": _FORMS[form](f"pkg-{at}")} for at in range(count)}
    return json.dumps({"name": "app", "packages": packages}, indent=2)


@pytest.mark.parametrize("form", _FORMS)
def test_checksums_are_cut_and_counted_where_nobody_asks(form: str) -> None:
    text = _lock(form, 12)
    whole = _FORMS[form]("pkg-3")

    part = _shown(text)

    begin = whole[: whole.index("sha") + 15]
    assert part.text.startswith("[12 checksums cut after 8 characters]\n")
    assert f"{begin}…" in part.text and whole not in part.text
    assert not part.lossless and part.left_out == 12
    assert "1.11.0" in part.text


@pytest.mark.parametrize("form", _FORMS)
def test_checksums_stay_where_something_is_asked_or_they_are_few(form: str) -> None:
    asked, few = _shown(_lock(form, 12), "what is the checksum of pkg-3?"), _shown(_lock(form, 5))

    assert _FORMS[form]("pkg-3") in asked.text
    assert _FORMS[form]("pkg-3") in few.text
    assert few.lossless


def test_what_is_no_checksum_is_not_cut() -> None:
    rows = [{"name": f"sharing-{'x' * 40}{at}", "path": f"sha512/{'a' * 60}/{at}"} for at in range(12)]

    part = _shown(json.dumps(rows, indent=2))

    assert "checksums" not in part.text and part.lossless
