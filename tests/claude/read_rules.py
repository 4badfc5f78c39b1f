"""Which files a real Claude Code refuses to read by which rules: `python -m tests.claude.read_rules CLAUDE` records them.

What it writes, `tests/server/read_rules.json`, is what our own reading of the rules is compared with. A tree is a small
project; a rule set is put into one of its settings files, then every file of `reads` is read in one turn. `$HOME` and
`$PROJECT` in a rule stand for the folders of the run. A run takes some seconds, all of them a quarter of an hour.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from headroom_mcp.install.live.fake_api import Call, FakeApi

RECORD = Path(__file__).parents[1] / "server" / "read_rules.json"
# What the client says instead of a file's content: by a rule for paths, for the tool, or one that would ask
_REFUSALS = (
    "denied by your permission settings",
    "has been denied",
    "haven't granted it yet",
    "No such tool available",
)


def load() -> dict[str, Any]:
    """Return the record: `client`, `trees` by name, and `rules`, each with what the client refused (`denied`)."""
    data: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    for rule in data["rules"]:
        if rule["denied"] == "all":
            rule["denied"] = data["trees"][rule["tree"]]["reads"]
    return data


def lay_out(tree: dict[str, Any], home: Path) -> Path:
    """Make the files and links of `tree` in a project below `home`; return the project."""
    project = home / "work" / "project"
    for name in tree["files"]:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("CONTENT\n")
    for name, target in tree["links"].items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).symlink_to(target)
    (project / ".claude").mkdir(exist_ok=True)
    (home / ".claude").mkdir(exist_ok=True)
    return project


def settings_file(rule: dict[str, Any], home: Path, project: Path) -> Path:
    """Write the rules of `rule` where it says, and nowhere else; return the file."""
    files = {
        "user": home / ".claude" / "settings.json",
        "project": project / ".claude" / "settings.json",
        "local": project / ".claude" / "settings.local.json",
    }
    for file in files.values():
        file.unlink(missing_ok=True)

    def meant(texts: list[str]) -> list[str]:
        return [text.replace("$HOME", str(home)).replace("$PROJECT", str(project)) for text in texts]

    permissions = {"deny": meant(rule["deny"]), "ask": meant(rule.get("ask", []))}
    files[rule["where"]].write_text(json.dumps({"permissions": permissions}))
    return files[rule["where"]]


def ask_client(claude: Path, rule: dict[str, Any], tree: dict[str, Any]) -> list[str]:
    """Return which of the files of `tree` the `claude` at this path refuses to read by `rule`."""
    with tempfile.TemporaryDirectory(prefix="headroom-rules-") as folder:
        home = Path(folder).resolve()
        project = lay_out(tree, home)
        settings_file(rule, home, project)
        environment = {
            "PATH": os.environ["PATH"], "SHELL": "/bin/bash", "HOME": str(home), "CLAUDE_CONFIG_DIR": str(home / ".claude"),
            "IS_SANDBOX": "1", "ANTHROPIC_API_KEY": "dummy", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1", "DISABLE_AUTOUPDATER": "1", "DISABLE_ERROR_REPORTING": "1",
        }  # fmt: skip
        with FakeApi([[Call("Read", {"file_path": str(project / name)}) for name in tree["reads"]], "done"]) as api:
            subprocess.run(
                [claude, "-p", "go", "--model", "claude-sonnet-4-5"],
                cwd=project, env={**environment, "ANTHROPIC_BASE_URL": api.url}, capture_output=True, timeout=300, check=True,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
            results = api.results()
    if not results:  # a rule that takes every tool away leaves nothing to call
        return list(tree["reads"])
    refused = []
    for number, name in enumerate(tree["reads"], 1):
        text = results[f"toolu_{number:024d}"]
        if "CONTENT" in text:
            continue
        assert any(words in text for words in _REFUSALS), f"{name}: {text[:300]}"
        refused.append(name)
    return refused


def main(claude: str) -> None:
    """Ask the client about every rule in the record, and write the record again."""
    version = subprocess.run(
        [claude, "--version"], capture_output=True, text=True, timeout=60, check=True
    ).stdout.split()[0]
    data = load()
    lines = []
    for rule in data["rules"]:
        tree = data["trees"][rule["tree"]]
        denied = ask_client(Path(claude), rule, tree)
        if denied != rule["denied"]:
            print(f"{rule['deny']}: {rule['denied']} became {denied}")
        lines.append(json.dumps({**rule, "denied": "all" if denied == tree["reads"] else denied}, ensure_ascii=False))
    trees = json.dumps(data["trees"], ensure_ascii=False)
    body = ",\n".join(lines)
    RECORD.write_text(f'{{"client": "{version}",\n"trees": {trees},\n"rules": [\n{body}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
