"""The script that an installed server entry runs: `python -I …/serve.py`.

`-I` keeps the project, which is the working directory, off the path: its `json.py` must not become ours. What cannot be
imported (half an upgrade, a library gone) ends in silence with exit code 0; `headroom doctor` reads why.
"""

import importlib
import os
import sys


def _serve() -> None:
    if sys.stdin is None or sys.stdout is None:  # nobody is at the other end
        return
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    try:
        endpoint = importlib.import_module("headroom_mcp.hook.endpoint")
        hidden = {endpoint.TOOL: endpoint.call}
        importlib.import_module("headroom_mcp.server.app")
        main = importlib.import_module("headroom_mcp.server").main
    except Exception as error:
        _record(error)
        os._exit(0)
    main(hidden)


def _record(error: Exception) -> None:
    try:
        importlib.import_module("headroom_mcp.settings.fault_log").record("server", error)
    except Exception:  # that is half an upgrade, too
        return


if __name__ == "__main__":
    _serve()
