"""Fields that are found only by how they are written: figures of padded hexadecimals, tagged lines in a frame, texts in quotes
below a head, a field before what looks like a path. What is planted in any of them is seen."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from headroom_mcp import compress_output
from headroom_mcp.settings.table import Settings


class _Row(NamedTuple):
    at: int
    id: str
    who: str
    state: str
    size: int


_FORMATS: dict[str, Callable[[_Row], str]] = {
    "register": lambda row: f"{row.who.upper():<10} @ 0x{0x40000000 + row.at * 4:08X} = 0x{row.size:08X}  ({row.id})",
    "dump": lambda row: f"{row.id} {row.who} {row.size:08x} {row.state}",
    "binary": lambda row: f"{row.who} {row.id} 0b{row.size:016b} {row.state}",
    "hex key": lambda row: f"who={row.who} size=0x{row.size:06x} state={row.state} id={row.id}",
    "hex csv": lambda row: f"{row.id},{row.who},{row.state},0x{row.size:08x}",
    "framed tags": lambda row: (
        f"{{1:F01X}}{{4:\n:20:{row.id}\n:23B:{row.state.upper()}\n:32A:EUR{row.size},\n:50K:/{row.who.upper()}\n:71A:SHA\n-}}"
    ),
    "opened tags": lambda row: (
        f"<<MSG\n:01:{row.id}\n:02:{row.state}\n:03A:{row.size}\n:04A:{row.who}\n:05A:END\nMSG>>"
    ),
    "quoted below": lambda row: f'{row.at} MINOR: {row.who} Base {row.id}\n"done, status={row.state}, rate={row.size}"',
    "quoted beside": lambda row: f'{row.at} MINOR: {row.who} key {row.id} "done, status={row.state}, rate={row.size}"',
    "before a path": lambda row: f"N{row.id} {row.who}/{row.state}/q{row.size}",
    "beside a path": lambda row: f"{row.id} {row.who}/{row.state} q{row.size}",
}
_WHO, _STATES = ("sorrel", "bracken", "fennel"), ("settled", "settled", "settled", "online")
_ODD: dict[str, Callable[[_Row], _Row]] = {
    "low": lambda row: row._replace(size=9),
    "high": lambda row: row._replace(size=48_213),
    "rare": lambda row: row._replace(state="forfeit"),
    "empty": lambda row: row._replace(state=""),
}
_WITHOUT_STATE = {"register"}


def _rows(dice: random.Random, count: int) -> list[_Row]:
    return [
        _Row(
            at + 100,
            f"a{dice.getrandbits(20):05x}",
            dice.choices(_WHO, (5, 3, 1))[0],
            dice.choice(_STATES),
            dice.randint(900, 2_700),
        )
        for at in range(count)
    ]


@pytest.mark.parametrize("name", _FORMATS)
@pytest.mark.parametrize("odd", _ODD)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_planted_in_a_field_is_seen(name: str, odd: str, seed: int, tmp_path: Path) -> None:
    if odd in ("rare", "empty") and name in _WITHOUT_STATE:
        return
    dice = random.Random(f"{name}{odd}{seed}")
    rows = _rows(dice, (60, 200, 500)[seed])
    at = dice.randrange(10, len(rows) - 10)
    rows[at] = _ODD[odd](rows[at])
    text = "\n".join(map(_FORMATS[name], rows)) + "\n"

    shown = compress_output(text, tool_name="Bash", settings=Settings(home=str(tmp_path))).text

    assert rows[at].id in shown
    assert len(shown) < len(text) / 2 or len(rows) < 100 or name == "before a path"  # not known, so whole
