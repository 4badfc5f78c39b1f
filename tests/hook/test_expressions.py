"""Expressions that a hook takes over from the one before are those that `re` makes, or are made by `re`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp import late
from headroom_mcp.hook import expressions

from . import host

_ROOT = Path(__file__).parents[2]
# The hook as it is installed, and the modules that it has imported when it ends.
_SCRIPT = """
import os, sys
sys.path.append(sys.argv.pop(1))
from headroom_mcp.hook import entry
leave = os._exit
def told(code):
    with open(os.environ["TOLD"], "w") as file:
        file.write(" ".join(sys.modules))
    leave(code)
os._exit = told
entry.main()
"""
_PATTERNS = (
    (r"(?P<a>\d+)(?P=a)|(b)", 0),
    (r"(?i)straße|ΣΣ", 0),
    (r"^x.*$", re.MULTILINE | re.DOTALL),
    (rb"\x00(.)", 0),
    (r"[^\W\d_]+(?<!ab)(?=c)", re.IGNORECASE),
    (r"(?:a|b){2,300}?", re.ASCII),
)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """The file of expressions in a data folder of its own, filled and read again."""
    first = expressions.Kept(str(tmp_path))
    for pattern, flags in _PATTERNS:
        first.compile(pattern, flags)
    first.save()
    (file,) = tmp_path.iterdir()
    yield file
    late.compile_with(None)


def test_an_expression_taken_over_is_the_one_that_re_makes(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {pattern: re.compile(pattern, flags) for pattern, flags in _PATTERNS}
    monkeypatch.setattr(re, "compile", None)
    again = expressions.Kept(str(kept.parent))

    assert [again.compile(*given) for given in _PATTERNS] == list(made.values())
    assert [again.compile(*given).groupindex for given in _PATTERNS] == [one.groupindex for one in made.values()]


def test_every_expression_of_the_hook_can_be_taken_over() -> None:
    lists = json.loads(Path(__file__).with_name("hot_path.json").read_text(encoding="utf-8"))
    names = sorted({name for names in lists.values() for name in names})
    for name in names:
        __import__(name)
    patterns = [one for name in names for one in vars(sys.modules[name]).values() if isinstance(one, late.LatePattern)]
    lost = [
        one
        for one in patterns
        if expressions._row(one.pattern, one._given, re.compile(one.pattern, one._given)) is None
    ]

    assert len(patterns) > 100
    assert lost == []


@pytest.mark.parametrize("at", [0, 8, 40, 60, 75, 200, -1])
def test_a_damaged_file_gives_what_re_makes(kept: Path, at: int) -> None:
    body = bytearray(kept.read_bytes())
    body[at] ^= 0x20
    kept.write_bytes(body)

    _makes_all(kept)


@pytest.mark.parametrize("size", [0, 1, 50, 100, 1_000])
def test_half_a_file_gives_what_re_makes(kept: Path, size: int) -> None:
    kept.write_bytes(kept.read_bytes()[:size])

    _makes_all(kept)


def test_code_that_python_refuses_gives_what_re_makes(kept: Path) -> None:
    row = (32, b"\xff\xff\xff\x7f" * 4, 0, {}, (None,))
    kept.write_bytes(expressions._packed(dict.fromkeys(((p, int(flags)) for p, flags in _PATTERNS), row)))  # type: ignore[arg-type]

    _makes_all(kept)


def test_what_re_refuses_is_refused(kept: Path) -> None:
    with pytest.raises(re.error):
        expressions.Kept(str(kept.parent)).compile("(", 0)


def test_too_many_are_begun_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.stat().st_size
    monkeypatch.setattr(expressions, "_MAX_BYTES", 2 * before)
    again = expressions.Kept(str(kept.parent))
    again.compile("another one", 0)
    again.save()

    assert kept.stat().st_size < before
    assert list(expressions._read(str(kept))) == [("another one", 0)]


def test_no_folder_is_made_for_them(tmp_path: Path) -> None:
    kept = expressions.Kept(str(tmp_path / "none"))
    kept.compile("x", 0)
    kept.save()

    assert list(tmp_path.iterdir()) == []


def test_the_second_hook_imports_neither_re_nor_json(tmp_path: Path) -> None:
    event = _event("Show the log of the service")
    first, before = _hook(tmp_path, event)
    (file,) = (tmp_path / "home").glob("expressions.*")
    os.replace(file, tmp_path / "kept")
    _forget(tmp_path)
    without, _ = _hook(tmp_path, event)
    _forget(tmp_path)
    (tmp_path / "home").mkdir()
    os.replace(tmp_path / "kept", file)
    second, after = _hook(tmp_path, event)

    assert first and first == without == second
    assert "re" in before
    assert {"re", "enum", "json"}.isdisjoint(after)


def test_no_word_of_a_question_is_in_the_file(tmp_path: Path) -> None:
    _hook(tmp_path, _event("Where does zanzibar77 fail, or the go-between.py --quagga?"))
    (file,) = (tmp_path / "home").glob("expressions.*")

    assert not re.search(rb"zanzibar|quagga|between", file.read_bytes())


def _event(description: str) -> dict[str, Any]:
    event = host.bash(host.log())
    event["tool_input"]["description"] = description
    return event


def _makes_all(kept: Path) -> None:
    again = expressions.Kept(str(kept.parent))
    assert [again.compile(*given) for given in _PATTERNS] == [re.compile(*given) for given in _PATTERNS]


def _hook(folder: Path, event: dict[str, Any]) -> tuple[bytes, list[str]]:
    told = folder / "told"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _SCRIPT, str(_ROOT)],
        input=json.dumps(event).encode(),
        capture_output=True,
        env={**os.environ, "HEADROOM_HOME": str(folder / "home"), "TOLD": str(told)},
        check=True,
    )
    return run.stdout, told.read_text().split()


def _forget(folder: Path) -> None:
    for path in sorted((folder / "home").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (folder / "home").rmdir()
