"""Whether compressing is turned off, by a switch or by a setting, or settings cannot be read, which turns it off as well."""

from __future__ import annotations

import os

from headroom_mcp.install.doctor.check import Check
from headroom_mcp.settings import environment, holdout, switches
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import PROJECT_FILE, USER_FILE, Settings, said
from headroom_mcp.types import SettingsError

_TOOLS = ("Bash", "Read", "Grep", "Glob", "WebFetch", "Agent")


def checks(folder: str) -> list[Check]:
    """Return what there is to say about switches and settings for the project in `folder`."""
    home = environment.data_home()
    checks = []
    if os.path.exists(os.path.join(home, switches.OFF_SWITCH)):
        checks.append(Check("switch", "fail", "off for every session (`headroom off`)", "Run `headroom on`."))
    sessions = os.path.join(home, switches.SESSION_SWITCHES)
    count = len(os.listdir(sessions)) if os.path.isdir(sessions) else 0
    if count:
        remedy = "Run `headroom on --session ID`, or ignore it: other sessions are compressed."
        checks.append(Check("switch", "warn", f"off for {count} sessions ({sessions})", remedy))
    running = holdout.running(home)
    if running is not None:
        said = f"an experiment runs: {running.share:.0%} of the sessions are left as they are"
        checks.append(Check("switch", "ok", said))
    try:
        settings = load_settings(project=environment.project_dir(cwd=folder))
    except SettingsError as error:
        remedy = "Until then nothing is compressed; `headroom settings` shows whether it is mended."
        return [*checks, Check("settings of headroom", "fail", str(error), remedy)]
    return [*checks, *_settings(settings, folder)]


def _settings(settings: Settings, folder: str) -> list[Check]:
    name = "settings of headroom"
    if not settings.enabled:
        places = f"HEADROOM_ENABLED, {USER_FILE} in {environment.data_home()} or {PROJECT_FILE} in {folder}"
        remedy = f"Take it out of {places}; `headroom settings` shows which."
        return [Check(name, "fail", "enabled = false", remedy)]
    off = [tool for tool in _TOOLS if switches.is_tool_off(tool, settings.tools_off)]
    if len(off) == len(_TOOLS):
        return [Check(name, "fail", f"tools_off = {said(settings.tools_off)} names every tool", "Change tools_off.")]
    if off:
        remedy = "Change tools_off if that is not what you want."
        return [Check(name, "warn", f"the outputs of {', '.join(off)} stay as they are", remedy)]
    return [Check(name, "ok", "on")]
