"""Screens of a browser session: pages of a made-up site in their states, drawn by chromium where it is installed."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from headroom_mcp.evals.images import paint

WIDTH, HEIGHT = 1280, 800
_AT_ONCE = 16  # screens in one picture of the browser: one below the other
_TIMEOUT_S = 120
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_NAMES = "Overview Orders Customers Invoices Deploys Settings Reports Alerts".split()
_STATES = ("", "vec", "vector queue", "menu", "saved", "row 7")
_STYLE = """body{margin:0;font:16px 'DejaVu Sans',sans-serif;color:#222}
section{width:1280px;height:800px;overflow:hidden;position:relative;background:#fff}
header{background:#1e3c78;color:#fff;padding:14px 24px;font-size:20px}nav{position:absolute;top:64px;left:0;width:200px}
nav a{display:block;padding:10px 24px;color:#345}main{position:absolute;left:220px;top:70px;width:1030px}
table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ccd;padding:6px 10px}input{font-size:16px;padding:6px;width:300px}
.menu{position:absolute;left:400px;top:120px;background:#fff;border:1px solid #888;padding:16px;line-height:30px}
.toast{position:absolute;right:30px;bottom:30px;background:#262;color:#fff;padding:16px}.on td{background:#fe9}
"""


class Screen(NamedTuple):
    """A page of the site and its state: what has been typed, opened or chosen on it."""

    page: int
    state: int


def session(seed: int, count: int) -> list[Screen]:
    """Return `count` screens as somebody sees them who works on a page for a while, goes on, and comes back."""
    dice = random.Random(f"session {seed}")
    now, found = Screen(0, 0), []
    for _ in range(count):
        found.append(now)
        step = dice.random()
        if step < 0.22:
            now = Screen(dice.randrange(len(_NAMES) - 2), 0)
        elif step < 0.85:
            now = now._replace(state=dice.randrange(len(_STATES)))
    return found


def drawn(screens: list[Screen]) -> dict[Screen, bytes]:
    """Return each of `screens` as the PNG of a screenshot."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    wanted = list(dict.fromkeys(screens))
    if browser is None:
        images = [paint.page(_NAMES[one.page], f"page {one.page}", _STATES[one.state]) for one in wanted]
        return {one: _png(image) for one, image in zip(wanted, images, strict=True)}
    shots: dict[Screen, bytes] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        group = wanted[start : start + _AT_ONCE]
        tall = _photographed(browser, "".join(map(_section, group)), HEIGHT * len(group))
        for at, one in enumerate(group):
            shots[one] = _png(tall.crop((0, at * HEIGHT, WIDTH, (at + 1) * HEIGHT)))
    return shots


def has_browser() -> bool:
    """Tell whether a browser draws the screens."""
    return any(map(shutil.which, _BROWSERS))


def _photographed(browser: str, body: str, height: int) -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        page.write_text(f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{body}", encoding="utf-8")
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
            f"--window-size={WIDTH},{height}", f"--screenshot={shot}", page.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=True)
        with Image.open(shot) as image:
            plain: Image.Image = image.convert("RGB")
            return plain


def _section(screen: Screen) -> str:
    dice = random.Random(f"page {screen.page}")
    name, state = _NAMES[screen.page], _STATES[screen.state]
    links = "".join(f"<a>{other}</a>" for other in _NAMES)
    rows = "".join(
        f"<tr class={'on' if state == f'row {row}' else 'off'}><td>{dice.randint(1000, 9999)}</td>"
        f"<td>{paint.words(dice, 3)}</td><td>{paint.words(dice, 4)}</td><td>{dice.randint(1, 400)}.{dice.randint(10, 99)}</td></tr>"
        for row in range(17)
    )
    typed = state if state in ("vec", "vector queue") else ""
    menu = f"<div class=menu>{'<br>'.join(('Rename', 'Copy', 'Export', 'Archive'))}</div>" if state == "menu" else ""
    toast = f"<div class=toast>{name} saved</div>" if state == "saved" else ""
    main = f"<main><p><input value='{typed}'></p><table>{rows}</table></main>"
    return f"<section><header>{name}</header><nav>{links}</nav>{main}{menu}{toast}</section>"


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
