"""Files of data whose documents or items are alike: told apart by what differs, not outlined as code."""

from __future__ import annotations

import pytest

from headroom_mcp import compress_output
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.settings.table import Settings


def _fields(at: int) -> dict[str, str]:
    """Return what item `at` holds; the 37th has no replicas, the 21st no fixed version."""
    return {
        "name": f"svc-{'cart pay mail auth'.split()[at % 4]}-{at}",
        "replicas": "0" if at == 37 else "3",
        "tag": "latest" if at == 21 else f"1.{at % 9}.{at % 4}",
        "port": str(8000 + at),
    }


def _document(at: int) -> str:
    has = _fields(at)
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {has['name']}\n  namespace: shop\n  labels:\n    app: {has['name']}\n"
        f"spec:\n  replicas: {has['replicas']}\n  template:\n    spec:\n      containers:\n        - name: main\n"
        f"          image: registry.example.com/shop/main:{has['tag']}\n          ports:\n            - containerPort: {has['port']}\n"
    )


def _item(at: int) -> str:
    return (
        "- "
        + "\n  ".join(f"{key}: {value}" for key, value in _fields(at).items())
        + "\n  owner: the team of the shop\n  tier: backend and more\n"
    )


def _table(at: int) -> str:
    return (
        "[[service]]\n"
        + "\n".join(f'{key} = "{value}"' for key, value in _fields(at).items())
        + '\nowner = "the team"\n\n'
    )


_FILES = {
    "k8s.yaml": "---\n".join(map(_document, range(80))),
    "services.yml": "".join(map(_item, range(250))),
    "services.toml": "".join(map(_table, range(250))),
}


@pytest.mark.parametrize("name", _FILES)
def test_the_odd_document_of_a_file_of_data_is_shown_and_the_others_are_counted(name: str) -> None:
    command = {"command": f"cat {name}"}
    result = compress_output(_FILES[name], tool_name="Bash", tool_input=command)
    findings = judge(Input(name, _FILES[name], "Bash", command), Settings())

    assert result.outcome == "compressed"
    assert "latest" in result.text
    for at in (21, 37):
        assert f"{_fields(at)['name']}" in result.text
    assert "definitions" not in result.text
    assert " like 1 (" in result.text
    assert findings is not None
    assert (findings.false, findings.unchecked) == ([], [])


def test_a_file_of_data_whose_parts_are_not_alike_stays_an_outline() -> None:
    words = "alpha beta gamma delta epsilon zeta".split()
    text = "".join(
        f"{words[at % 6]}{at}:\n"
        + "".join(f"  {words[(at * 7 + k * k) % 6]}_{at}_{k}: {'x' * (at % 5)}{k}\n" for k in range(1 + at * 5 % 17))
        for at in range(200)
    )
    shown = compress_output(text, tool_name="Bash", tool_input={"command": "cat config.yaml"}).text

    assert "by line number" not in shown
