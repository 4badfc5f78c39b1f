"""An agent loop of your own: every tool result goes through the flow, and the model gets a tool to fetch slices.

The model here is a script, so that this runs without a key; put a real one in its place.
Run: python examples/own_agent.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator

from headroom_mcp import HeadroomError, Settings, compress_output, open_store, retrieve

QUESTION = "Which file of the standard library defines JSONDecodeError?"


def scripted_model(question: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Ask for a long listing, then for a slice of it. `yield` gives the tool's answer back."""
    listing = yield "shell", {"code": "import json.decoder, inspect; print(inspect.getsource(json.decoder))"}
    ref = listing.rsplit("[headroom ", 1)[1].split(":")[0]
    yield "headroom_retrieve", {"ref": ref, "query": "class JSONDecodeError"}


def run_tool(name: str, arguments: dict[str, str], home: str) -> str:
    """Run one tool call and return what the model is to read."""
    settings = Settings(home=home)
    with open_store(settings) as store:
        if name == "headroom_retrieve":
            try:
                return retrieve(arguments["ref"], query=arguments["query"], store=store)
            except HeadroomError as error:  # the message says what to do next: let the model read it
                return str(error)
        output = subprocess.run(
            [sys.executable, "-c", arguments["code"]], capture_output=True, text=True, check=False
        ).stdout
        return compress_output(
            output, tool_name=name, tool_input=arguments, query=QUESTION, store=store, settings=settings
        ).text


with tempfile.TemporaryDirectory() as folder:
    model = scripted_model(QUESTION)
    call = next(model)
    while True:
        answer = run_tool(*call, home=folder)
        print(f"--- {call[0]} {call[1]}\n{answer}\n")
        try:
            call = model.send(answer)
        except StopIteration:
            break
