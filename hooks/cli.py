"""The plugin's command line, `headroom …` with the code of this checkout: for the slash commands, a skill and a shell.

It runs in the environment that the plugin's server makes at its first start. Until that is there, `retrieve` works with what
the system's python3 has: originals must come back in the first session, too.
"""

import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_ROOT = os.path.dirname(_FOLDER)
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from headroom_mcp.cli import main; main(prog_name='headroom')"
)
_SOON = (
    "headroom is making its environment, which takes about a minute, once. Until then only `headroom retrieve REF "
    "[--lines A-B | --query WORDS | --json-path PATH]` works here."
)


def main(arguments):
    """Become `headroom`. Ends with exit code 1 where it cannot run yet."""
    sys.path.insert(0, _FOLDER)
    import serve

    for venv in _candidates(serve):
        python = serve.python_of(venv)
        if serve.is_built(venv):
            os.execv(python, [python, "-I", "-c", _START, _ROOT, *arguments])
    if arguments[:1] == ["retrieve"]:
        sys.exit(_retrieve(arguments[1:]))
    try:
        serve.build_apart(serve.venv_name())
    except OSError as error:
        sys.exit(f"headroom cannot make its environment: {error}")
    sys.exit(_SOON)


def _candidates(serve):
    """Return where the environment may be: a shell of the agent's is not told the plugin's data folder."""
    config = os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")
    data = os.path.join(config, "plugins", "data")
    folders = [os.path.join(data, name) for name in sorted(os.listdir(data))] if os.path.isdir(data) else []
    ours = [folder for folder in folders if os.path.basename(folder).startswith("headroom-")]
    return [serve.venv_name(), *(serve.venv_name(folder) for folder in ours)]


def _retrieve(arguments):
    """Print a slice of an original with the standard library alone."""
    import argparse

    sys.path.append(_ROOT)
    from headroom_mcp.retrieval.retrieve import retrieve
    from headroom_mcp.settings import environment
    from headroom_mcp.store import open_store
    from headroom_mcp.types import HeadroomError

    parser = argparse.ArgumentParser(prog="headroom retrieve")
    parser.add_argument("ref")
    parser.add_argument("--lines")
    parser.add_argument("--query")
    parser.add_argument("--json-path")
    asked = parser.parse_args(arguments)
    try:
        with open_store() as store:
            text = retrieve(
                asked.ref, query=asked.query, lines=asked.lines, json_path=asked.json_path, store=store,
                project=environment.project_dir(), session=environment.session_id(),
            )  # fmt: skip
    except HeadroomError as error:
        return f"Error: {error}"
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 10):  # noqa: UP036 - the system's python3 may be any
        sys.exit(
            "headroom needs Python 3.10 or newer, and python3 on the PATH is {}.{}. ".format(*sys.version_info[:2])
            + "Put a newer python3 first on the PATH."
        )
    main(sys.argv[1:])
