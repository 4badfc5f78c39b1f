"""The forms that compete: each writes the same value, losslessly for a reader, in another way."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from headroom_mcp.evals.readability.shapes import spelled
from headroom_mcp.evals.readability.texts import Text
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput

Row = dict[str, Any]


def as_json(value: Any) -> str:
    """Return what an API answers, on one line; of a text, what the command has printed."""
    return value.text if isinstance(value, Text) else json.dumps(value)


def without_blanks(value: Any) -> str:
    """Return JSON as most servers answer, without blanks between its parts."""
    return json.dumps(value, separators=(",", ":"))


def other_order(value: Any) -> str:
    """Return the JSON of the same records from the last to the first: what the place in a text makes of an answer."""
    return json.dumps(dict(reversed(value.items())) if isinstance(value, dict) else value[::-1])


def ours(value: Any) -> str:
    """Return what an agent reads: the whole flow's short form."""
    given = value if isinstance(value, Text) else Text(json.dumps(value), "curl -s localhost/data")
    output = ToolOutput(given.text, "Bash", {"command": given.command})
    output.limit_chars = given.limit_chars
    return plan(output, Settings()).body or given.text


def comma_separated(value: Any) -> str:
    """Return CSV with a header; fields of objects by their path."""
    rows, names = _flat(value)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([spelled(row[name]) for name in names] for row in rows)
    return out.getvalue()


def markdown(value: Any) -> str:
    """Return a Markdown table."""
    rows, names = _flat(value)
    lines = ["|" + "|".join(names) + "|", "|" + "|".join("-" for _ in names) + "|"]
    lines += ["|" + "|".join(spelled(row[name]) for name in names) + "|" for row in rows]
    return "\n".join(lines)


def header_again(value: Any) -> str:
    """Return CSV whose header stands again before every sixth row."""
    lines = comma_separated(value).splitlines()
    out: list[str] = []
    for at, line in enumerate(lines[1:]):
        out += [f"# {lines[0]}", line] if at % 6 == 0 else [line]
    return "\n".join(out)


def pairs(value: Any) -> str:
    """Return rows of key=value, every field in every row."""
    rows, names = _flat(value)
    return "\n".join(" ".join(f"{name}={_word(row[name])}" for name in names) for row in rows)


def sparse(value: Any) -> str:
    """Return rows of key=value; what is the same in all rows is said once, and so is that false and null are left out."""
    rows, names = _flat(value)
    same = [name for name in names if len({spelled(row[name]) for row in rows}) == 1]
    head = [f"{len(rows)} rows"]
    if same:
        head.append("in all: " + " ".join(f"{name}={_word(rows[0][name])}" for name in same))
    left_out = {
        kind: [name for name in names if name not in same and any(row[name] is gone for row in rows)]
        for kind, gone in (("false", False), ("null", None))
    }
    head += [f"{', '.join(gone)}: {kind} where not written" for kind, gone in left_out.items() if gone]
    lines = [
        " ".join(
            f"{name}={_word(row[name])}"
            for name in names
            if name not in same and row[name] is not None and row[name] is not False
        )
        for row in rows
    ]
    return "\n".join([" · ".join(head), *lines])


def anchored(value: Any) -> str:
    """Return rows as `sparse`, but the first field and sentences without their names, which they can do without."""
    rows, names = _flat(value)
    lines = sparse(value).splitlines()
    plain = [name for name in names if name == names[0] or all(" " in spelled(row[name]) for row in rows)]
    head = f"{lines[0]} · first, without a name: {', '.join(plain)}"
    out = []
    for row, line in zip(rows, lines[1:], strict=True):
        for name in plain:
            line = line.replace(f"{name}={_word(row[name])}", _word(row[name]), 1)
        out.append(line)
    return "\n".join([head, *out])


def _word(value: Any) -> str:
    text = spelled(value)
    return json.dumps(text) if " " in text or "=" in text or not text else text


def _flat(value: Any) -> tuple[list[Row], list[str]]:
    """Return the records of `value`, fields of objects by their path, and the names of all fields in order."""
    records = [{"name": key, **row} for key, row in value.items()] if isinstance(value, dict) else value
    rows = [_flattened(record) for record in records]
    return rows, list(dict.fromkeys(name for row in rows for name in row))


def _flattened(record: Row, before: str = "") -> Row:
    found: Row = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= _flattened(value, f"{before}{name}.")
        else:
            found[before + name] = value
    return found


FORMS: dict[str, Callable[[Any], str]] = {
    "json": as_json,
    "json, without blanks": without_blanks,
    "json, other order": other_order,
    "ours": ours,
    "csv": comma_separated,
    "markdown": markdown,
    "csv, header again": header_again,
    "key=value": pairs,
    "sparse key=value": sparse,
    "sparse, anchored": anchored,
}
