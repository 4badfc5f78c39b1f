"""The script that a failing command's EXIT trap runs (see `trap`): `python -I -S …/failed.py …`. Thin, like run.py.

Its own standard output and error lead nowhere: nothing may be added to what the host will show, not even by accident.
"""

import os
import sys


def _run() -> None:
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    version = "python{}.{}".format(*sys.version_info[:2])
    sys.path.append(os.path.join(os.path.dirname(os.path.dirname(sys.executable)), "lib", version, "site-packages"))
    try:
        from headroom_mcp.hook.claude_code import failing_output
    except Exception:  # half-written during an upgrade: the host shows what it has
        os._exit(0)
    failing_output.main(sys.argv[1:])


if __name__ == "__main__":
    _run()
