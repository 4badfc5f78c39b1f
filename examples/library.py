"""Compress an output in a Python program, and read what was left out.

Run: python examples/library.py
"""

from __future__ import annotations

import tempfile

from headroom_mcp import Settings, compress_output, open_store, retrieve


def build_log() -> str:
    """A build of 1,500 steps, one of which warns and one of which fails."""
    lines = [f"[{step:4d}/1500] compile src/module_{step:04d}.c" for step in range(1, 1501)]
    lines[611] += "\nsrc/module_0612.c:88:5: warning: unused variable 'size'"
    lines[1203] += "\nsrc/module_1204.c:17:12: error: 'MAX_USERS' undeclared"
    return "\n".join(lines)


with tempfile.TemporaryDirectory() as folder:
    settings = Settings(home=folder)  # without it, the store of `HEADROOM_HOME` or the platform's data folder is used
    with open_store(settings) as store:
        original = build_log()
        result = compress_output(
            original, tool_name="Bash", tool_input={"command": "make"}, store=store, settings=settings
        )
        print(result.text)
        print()
        print(f"{result.kind}: {result.tokens_before:,} tokens became {result.tokens_after:,}")
        print(
            f"left out: {sum(gap.last - gap.first + 1 for gap in result.omitted):,} lines in {len(result.omitted)} gaps"
        )

        if result.ref is not None:  # None: too small, or nothing was gained, and `text` is the original
            print(retrieve(result.ref, lines="610-614", store=store))
            print(retrieve(result.ref, query="MAX_USERS", store=store))

            assert store.get(result.ref).text == original
