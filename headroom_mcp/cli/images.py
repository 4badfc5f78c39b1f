"""`headroom images`: what an image costs a model, and the text in it."""

from __future__ import annotations

import os
import re

import click

from headroom_mcp.cli import _help, _io
from headroom_mcp.images import cost

_SIZE = re.compile(r"(\d+)\s*[xX×]\s*(\d+)")


@click.group(cls=_help.Group)
def images() -> None:
    """Say what images cost a model."""


@images.command()
@click.argument("images", metavar="FILE|WxH...", nargs=-1, required=True)
@click.option("--model", default="claude-opus-5-5", show_default=True, help="The model that will see them.")
@click.option(
    "--detail", help="The level the request names: low, high, original, auto; for Gemini also medium, ultra_high."
)
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
def tokens(images: tuple[str, ...], model: str, detail: str | None, as_json: bool) -> None:
    """Show the tokens of images: files, or sizes.

    And the size that the model will see.

    Example: headroom images tokens screenshot.png 1920x1080 --model gpt-6 --detail high
    """
    rows = []
    with _io.said_plainly():
        for image in images:
            width, height = _size(image)
            try:
                shown = cost.cost(width, height, model, detail)
            except ValueError as error:
                raise click.ClickException(str(error)) from None
            rows.append({"image": image, "width": width, "height": height, "model": model, "detail": detail,
                         "tokens": shown.tokens, "seen_width": shown.width, "seen_height": shown.height})  # fmt: skip
    if as_json:
        _io.echo_json(rows)
        return
    widest = max(len(str(row["image"])) for row in rows)
    for row in rows:
        resized = (row["seen_width"], row["seen_height"]) != (row["width"], row["height"])
        seen = f"  (seen as {row['seen_width']}x{row['seen_height']})" if resized else ""
        _io.echo(f"{row['image']!s:<{widest}}  {row['width']}x{row['height']}  {row['tokens']:,} tokens{seen}")
    if len(rows) > 1:
        _io.echo(f"{'together':<{widest}}  {sum(int(str(row['tokens'])) for row in rows):,} tokens")


@images.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--language", default="eng", show_default=True, help="As tesseract names it; deu+eng for two.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of lines, each with its region.")
def text(file: str, language: str, as_json: bool) -> None:
    """Print the text in an image, line by line.

    Read by tesseract (apt install tesseract-ocr).

    Example: headroom images text screenshot.png --json
    """
    from headroom_mcp.images import ocr

    with _io.said_plainly(), open(file, "rb") as stream:
        lines = ocr.lines_of(stream.read(), language)
    if as_json:
        rows = [{"text": one.text, "region": f"{one.x},{one.y},{one.width},{one.height}"} for one in lines]
        _io.echo_json(rows)
        return
    for line in lines:
        _io.echo(line.text)
    if not lines:
        _io.echo(f"[no text was found in {file}]", err=True)


def _size(image: str) -> tuple[int, int]:
    size = _SIZE.fullmatch(image.strip())
    if size and not os.path.exists(image):
        return int(size[1]), int(size[2])
    from headroom_mcp.images import pixels

    return pixels.size_of_file(image)
