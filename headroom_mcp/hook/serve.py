"""The script that an installed server entry runs: `python -I …/serve.py`.

`-I` keeps the project, which is the working directory, off the path: its `json.py` must not become ours.
"""

import importlib
import os
import sys

if __name__ == "__main__":
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    endpoint = importlib.import_module("headroom_mcp.hook.endpoint")
    importlib.import_module("headroom_mcp.server").main({endpoint.TOOL: endpoint.call})
