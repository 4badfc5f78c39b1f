"""The script that an installed hook runs: `python -I -S …/run.py`. Thin, so that everything else comes from a .pyc.

`-I -S` leaves the package's folder off the path; it goes to the end, where it shadows nothing of the standard library.
"""

import os
import sys


def _run() -> None:
    if sys.version_info < (3, 10):  # noqa: UP036 - the environment's python may have been replaced by an older one
        return
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    # Where an editable install keeps its libraries (tree-sitter): asked only for what nothing before it has.
    version = "python{}.{}".format(*sys.version_info[:2])
    sys.path.append(os.path.join(os.path.dirname(os.path.dirname(sys.executable)), "lib", version, "site-packages"))
    try:
        from headroom_mcp.hook import entry
    except Exception:  # half-written during an upgrade: the host keeps its original
        os._exit(0)
    entry.main()


if __name__ == "__main__":
    _run()
