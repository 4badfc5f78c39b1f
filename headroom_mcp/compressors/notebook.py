"""Jupyter notebooks as one reads them: each cell's source whole, its outputs by their text, without the JSON around them.

      {                                               [cell 3 · code c1]
       "cell_type": "code",                           df = pd.read_csv("sales.csv")
       "id": "c1",                              →     df.head()
       "outputs": [ … 60 lines of HTML … ],           [output · 60 lines]
       "source": ["df = pd.read_csv(…", …             month  amount …
      }                                               [… 52 lines of this output]

A plot is named by its type and size; of the same table in HTML and text, the text is shown. Errors are shown whole.
"""

from __future__ import annotations

from headroom_mcp.facts import find as common
from headroom_mcp.late import Any, json
from headroom_mcp.text import lines as text
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_HEAD_LINES = 5  # of an output that does not fit
_TAIL_LINES = 3
_MAX_FACT_LINES = 5
_MAX_TRACEBACK_LINES = 40
_MAX_LINE_CHARS = 400
_SAMPLE_CHARS = 400


def score(output: ToolOutput) -> float:
    """Return certainty for a JSON object that begins with cells and names its notebook format."""
    head = output.text[:_SAMPLE_CHARS].lstrip("\ufeff \n\t")
    return 0.95 if head.startswith("{") and '"cells"' in head and '"nbformat"' in output.text[-_SAMPLE_CHARS:] else 0.0


def facts(output: ToolOutput) -> list[Fact]:
    """Return lines that tell of a failure; they stand in outputs, which `compress` reads with their facts."""
    return [Fact(i, 0, "failures", i, i + 1) for i in common.failures(output.lines)]


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show every source and, in what is left of `budget`, the beginnings, ends and facts of outputs."""
    cells = _cells(output.text)
    if not cells:
        return None
    sources = [_source(number, cell) for number, cell in enumerate(cells, 1)]
    room = max(budget - tokens.estimate("\n".join(sources)), budget // 3)
    outputs = [(number, item) for number, cell in enumerate(cells) for item in _list(cell.get("outputs"))]
    share = room // max(1, len(outputs))
    shown: dict[int, list[str]] = {}
    left_out = total = 0
    for number, item in outputs:
        lines = _lines_of(item)
        picked = lines if _is_error(item) else _picked(lines, share)
        total += len(lines)
        left_out += len(lines) - sum(1 for line in picked if not line.startswith("[… "))
        shown.setdefault(number, []).extend([_title(item, lines), *picked])
    body = "\n".join(line for number, source in enumerate(sources) for line in (source, *shown.get(number, ())))
    part = Part(
        0,
        len(output.lines),
        "render",
        body,
        "JSON, HTML and images",
        left_out=left_out,
        total=total,
        unit="output lines",
    )
    return Compressed([part])


def _cells(raw: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    cells = document.get("cells") if isinstance(document, dict) else None
    found = cells if isinstance(cells, list) else []
    return found if all(isinstance(cell, dict) for cell in found) else []


def _source(number: int, cell: dict[str, Any]) -> str:
    name = " ".join(str(word) for word in (cell.get("cell_type", "cell"), cell.get("id", "")) if word)
    return f"[cell {number} · {name}]\n{_joined(cell.get('source'))}"


def _title(item: dict[str, Any], lines: list[str]) -> str:
    data = item.get("data")
    pictures = [
        f"{kind}, {len(_joined(value)):,} characters"
        for kind, value in sorted((data if isinstance(data, dict) else {}).items())
        if kind.startswith(("image/", "application/", "video/", "audio/"))
    ]
    what = "error" if _is_error(item) else str(item.get("name") or "output")
    count = f"{len(lines):,} line{'' if len(lines) == 1 else 's'}"
    return f"[{' · '.join([what, count, *pictures])}]"


def _lines_of(item: dict[str, Any]) -> list[str]:
    """Return the text of one output: a stream, an error's traceback, or the plainest form of a value."""
    if _is_error(item):
        traceback = text.split_lines("\n".join(str(line) for line in _list(item.get("traceback"))))
        said = f"{item.get('ename', 'Error')}: {item.get('evalue', '')}"
        if len(traceback) > _MAX_TRACEBACK_LINES:
            half = _MAX_TRACEBACK_LINES // 2
            gone = len(traceback) - 2 * half
            traceback = [*traceback[:half], f"[… {gone:,} lines of this traceback]", *traceback[-half:]]
        return traceback if any(said in line for line in traceback) else [*traceback, said]
    if "text" in item:
        return text.split_lines(_joined(item["text"]))
    data = item.get("data")
    if not isinstance(data, dict):
        return []
    for kind in ("text/plain", "text/markdown", "text/latex", "text/html"):
        if kind in data:
            return text.split_lines(_joined(data[kind]))
    return []


def _picked(lines: list[str], room: int) -> list[str]:
    """Return `lines`, or their ends and facts within about `room` tokens, with a count where some are left out."""
    clipped = [text.clip_middle(line, _MAX_LINE_CHARS) for line in lines]
    if tokens.estimate("\n".join(clipped)) <= room or len(lines) <= _HEAD_LINES + _TAIL_LINES:
        return clipped
    kept = {*range(_HEAD_LINES), *range(len(lines) - _TAIL_LINES, len(lines))}
    kept.update(fact.line for fact in common.find(ToolOutput("\n".join(lines)))[:_MAX_FACT_LINES])
    picked: list[str] = []
    position = 0
    for row in sorted(kept):
        if row > position:
            picked.append(f"[… {row - position:,} lines of this output]")
        picked.append(clipped[row])
        position = row + 1
    return picked


def _is_error(item: dict[str, Any]) -> bool:
    return item.get("output_type") == "error"


def _list(value: object) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else []


def _joined(value: object) -> str:
    """Return a multi-line string of the format: a string, or a list of lines."""
    if isinstance(value, list):
        return "".join(str(piece) for piece in value)
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
