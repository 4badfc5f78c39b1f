"""The plugin's hook: the system's own python3, straight from this checkout. Needs the standard library only.

Written for any Python 3: one that is too old says so to the user, once, and nothing else.
"""

import os
import sys


def _say_once_that_python_is_too_old():
    event = sys.stdin.read()
    if "SessionStart" not in event:  # before anything is imported
        return

    import json

    if json.loads(event).get("hook_event_name") != "SessionStart":
        return
    version = "{}.{}".format(*sys.version_info[:2])
    folder = os.environ.get("CLAUDE_PLUGIN_DATA") or os.path.expanduser("~/.cache/headroom-server")
    os.makedirs(folder, 0o700, exist_ok=True)
    # An error, and so silence, where it has been said before.
    os.close(os.open(os.path.join(folder, "told-python-" + version), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    text = f"headroom: python3 on the PATH is {version}, and the plugin needs 3.10 or newer: nothing is compressed. "
    print(json.dumps({"systemMessage": text + "Put a newer python3 first on the PATH and start a new session."}))


if sys.version_info >= (3, 10):  # noqa: UP036 - the system's python3 may be any
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        from headroom_mcp.hook import entry
    except Exception:  # half-written during an update: the host keeps its original
        os._exit(0)
    entry.main()
else:
    try:
        _say_once_that_python_is_too_old()
    except Exception:  # told before, or nowhere to note it
        os._exit(0)
