"""Notebooks as one reads them."""

from __future__ import annotations

import json

from headroom_mcp.compressors import notebook
from headroom_mcp.tool_output import ToolOutput


def _notebook(*cells: dict[str, object]) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _code(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "id": "c", "metadata": {}, "outputs": list(outputs), "source": source.splitlines(True)}


def _shown(text: str, budget: int = 300) -> str:
    compressed = notebook.compress(ToolOutput(text, "Bash", {"command": "cat a.ipynb"}), budget)
    assert compressed is not None
    return "\n".join(part.text for part in compressed.parts)


def test_every_source_is_shown_as_it_runs() -> None:
    shown = _shown(_notebook(_code('print("a\\tb")\nx = 1'), {"cell_type": "markdown", "source": "# Title"}))

    assert 'print("a\\tb")\nx = 1' in shown
    assert "[cell 2 · markdown]\n# Title" in shown


def test_a_long_stream_keeps_its_ends_its_failures_and_a_count() -> None:
    lines = [f"epoch {i}\n" for i in range(300)]
    lines[150] = "ValueError: loss is nan\n"
    shown = _shown(_notebook(_code("train()", {"output_type": "stream", "name": "stdout", "text": lines})))

    assert "[stdout · 300 lines]\nepoch 0\n" in shown
    assert "ValueError: loss is nan" in shown
    assert "epoch 299" in shown
    assert "lines of this output]" in shown


def test_an_error_is_whole_and_a_picture_is_named_by_its_size() -> None:
    error = {
        "output_type": "error",
        "ename": "NameError",
        "evalue": "name 'm' is not defined",
        "traceback": ["\x1b[31m--\x1b[0m"],
    }
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 9_000, "text/plain": ["<Figure>"]}}
    shown = _shown(_notebook(_code("m", error), _code("plot()", picture)))

    assert "NameError: name 'm' is not defined" in shown
    assert "[output · 1 line · image/png, 9,000 characters]\n<Figure>" in shown
    assert "AAAA" not in shown


def test_json_that_is_no_notebook_is_not_ours() -> None:
    assert notebook.score(ToolOutput('{"cells": 3}')) == 0.0
    assert notebook.compress(ToolOutput('{"cells": [1, 2], "nbformat": 4}'), 100) is None
    assert notebook.compress(ToolOutput('{"cells": ['), 100) is None
