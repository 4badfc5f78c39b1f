"""What a listing shows when not all of it can be shown."""

from __future__ import annotations

from headroom_mcp.compressors.listing import kind as listing
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput

_MODULES = (
    "__init__ adapters api auth certs compat cookies hooks models sessions status structures utils retry cache".split()
)


def test_compiled_copies_of_what_was_asked_for_leave_room_for_the_top_of_the_tree() -> None:
    blocks = [".:\nCHANGES.md\nMakefile\nREADME.md\nrequests\nsetup.py\ntest_requests.py"]
    for folder in ("requests", *(f"requests/packages/part{i}" for i in range(9))):
        blocks.append("\n".join([f"./{folder}:", "__pycache__", *(f"{module}.py" for module in _MODULES)]))
        blocks.append("\n".join([f"./{folder}/__pycache__:", *(f"{module}.cpython-39.pyc" for module in _MODULES)]))
    query = (
        "In requests, a session header with the value None is sent. See `sessions.py`, Session in requests sessions."
    )
    output = ToolOutput("\n\n".join(blocks), "Bash", {"command": "ls -R"}, query)

    compressed = listing.compress(output, 550)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert "test_requests.py" in shown
    assert "./requests:" in shown and "sessions.py" in shown.split()
    assert shown.count(".pyc") < 5
