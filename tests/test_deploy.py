"""What deploy/ says is true of this package: its commands, paths, ports and variables are there, and nothing runs with rights."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

yaml = pytest.importorskip("yaml", reason="needs PyYAML")

_ROOT = Path(__file__).parents[1]
_DEPLOY = _ROOT / "deploy"
_KUBERNETES = sorted((_DEPLOY / "kubernetes").glob("*.yaml"))

pytestmark = pytest.mark.skipif(not _DEPLOY.exists(), reason="only in a checkout")


def _documents(path: Path) -> list[Any]:
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def _compose() -> dict[str, Any]:
    return dict(_documents(_DEPLOY / "compose.yaml")[0])


def _objects(kind: str = "") -> list[dict[str, Any]]:
    found = [document for path in _KUBERNETES for document in _documents(path)]
    return [document for document in found if not kind or document["kind"] == kind]


def _pods() -> list[dict[str, Any]]:
    return [found["spec"]["template"]["spec"] for found in _objects() if found["kind"] in ("Job", "Deployment")]


def _dockerfile() -> str:
    return (_DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def _commands() -> Iterator[tuple[str, list[str]]]:
    """Yield every command of ours that deploy/ runs or tells to run: where, and its words after `headroom`."""
    default = re.search(r"^CMD (\[.*\])$", _dockerfile(), re.MULTILINE)
    assert default is not None
    yield "Dockerfile", yaml.safe_load(default[1])
    for name, service in _compose()["services"].items():
        if "entrypoint" not in service and service.get("image") == "headroom":
            yield f"compose {name}", service["command"]
    for pod in _pods():
        for container in pod["containers"]:
            if "args" in container:
                yield container["name"], container["args"]
    for path in [*_DEPLOY.rglob("*.yaml"), *(_ROOT / "docs").glob("team.md")]:
        for line in re.findall(r"(?<![\w/.-])headroom ((?:admin|serve)\b[^`\n&#│]*)", path.read_text(encoding="utf-8")):
            yield f"{path.name}: {line}", re.sub(r"[\"'$\]]", " ", line).split()


def test_every_command_is_one_of_ours_with_options_that_it_has() -> None:
    from headroom_mcp.cli import main

    seen = 0
    for where, words in _commands():
        seen += 1
        command: click.Command = main
        context = click.Context(main)
        rest = list(words)
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            found = command.get_command(context, rest[0])
            if found is None:
                break
            command, rest = found, rest[1:]
        assert command is not main, where
        options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        given = [word.partition("=")[0] for word in rest if word.startswith("--")]
        assert set(given) <= options, (where, given)
    assert seen >= 8


def test_variables_are_ours_and_settings_have_them() -> None:
    from headroom_mcp.settings.table import KNOBS

    known = {knob.variable for knob in KNOBS}
    text = _dockerfile() + "".join(path.read_text(encoding="utf-8") for path in _DEPLOY.rglob("*.yaml"))
    used = set(re.findall(r"\bHEADROOM_[A-Z_]+\b", text))
    own_of_the_files = {
        "HEADROOM_SERVER_PASSWORD",
        "HEADROOM_MACHINES_PASSWORD",
        "HEADROOM_TENANT",
        "HEADROOM_PUBLIC_URL",
    }

    assert {"HEADROOM_STORE", "HEADROOM_HOME"} <= used
    assert used <= known | own_of_the_files
    example = (_DEPLOY / ".env.example").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", (_DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert asked == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_probes_and_ports_are_those_of_the_server() -> None:
    source = (_ROOT / "headroom_mcp" / "server" / "http" / "app.py").read_text(encoding="utf-8")
    (deployment,) = _objects("Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    (service,) = _objects("Service")

    for probe in ("livenessProbe", "readinessProbe"):
        assert f'"{container[probe]["httpGet"]["path"]}"' in source
        assert container[probe]["httpGet"]["port"] == container["ports"][0]["name"]
    port = container["ports"][0]["containerPort"]
    assert container["args"][container["args"].index("--port") + 1] == str(port)
    assert f"EXPOSE {port}" in _dockerfile()
    assert f"{port}:{port}" in _compose()["services"]["server"]["ports"][0]
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert labels == service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    assert f'"{deployment["spec"]["template"]["metadata"]["annotations"]["prometheus.io/path"]}"' in source


def test_nothing_of_ours_runs_as_root_or_writes_to_its_image() -> None:
    assert re.search(r"^USER 1\d{4}:1\d{4}$", _dockerfile(), re.MULTILINE)
    for name, service in _compose()["services"].items():
        if name != "database":
            assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"]), name
            assert service["security_opt"] == ["no-new-privileges:true"]
    for pod in _pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            given = container["securityContext"]
            assert given["readOnlyRootFilesystem"] is True
            assert given["allowPrivilegeEscalation"] is False
            assert given["capabilities"] == {"drop": ["ALL"]}
            assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]


def test_only_the_migration_has_the_owners_address() -> None:
    owners = {
        container["name"]
        for pod in _pods()
        for container in pod["containers"]
        if {"secretRef": {"name": "headroom-owner"}} in container["envFrom"]
    }
    secrets = {found["metadata"]["name"] for found in _objects("Secret")}

    assert owners == {"migrate"}
    assert secrets == {"headroom-owner", "headroom-server"}
    services = _compose()["services"]
    assert [
        name
        for name, service in services.items()
        if "owner:" in str(service.get("environment", {}).get("HEADROOM_STORE"))
    ] == [
        "migrate",
        "tenant",
    ]


def test_files_that_are_named_are_there() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.*) \S+$", _dockerfile(), re.MULTILINE) for word in line.split()
    ]
    assert copied
    assert [name for name in copied if not (_ROOT / name).exists()] == []
    for service in _compose()["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert not source.startswith(".") or (_DEPLOY / source).exists()
        for needed in service.get("depends_on", {}):
            assert needed in _compose()["services"]
        if "build" in service:
            assert (_DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()
    (kustomization,) = [found for found in _objects() if found["kind"] == "Kustomization"]
    assert [name for name in kustomization["resources"] if not (_DEPLOY / "kubernetes" / name).exists()] == []


def test_every_object_has_what_kubernetes_asks_of_it() -> None:
    versions = {
        "Kustomization": "kustomize.config.k8s.io/v1beta1", "Namespace": "v1", "Secret": "v1", "Service": "v1", "Job": "batch/v1",
        "Deployment": "apps/v1", "PodDisruptionBudget": "policy/v1", "NetworkPolicy": "networking.k8s.io/v1",
    }  # fmt: skip
    for found in _objects():
        assert found["apiVersion"] == versions[found["kind"]]
        assert found["kind"] == "Kustomization" or re.fullmatch(r"[a-z0-9-]+", found["metadata"]["name"])


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kustomize_builds_the_manifests() -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", _DEPLOY / "kubernetes"], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    built = [document for document in yaml.safe_load_all(done.stdout) if document]
    assert {document["metadata"].get("namespace", "headroom") for document in built} == {"headroom"}
    assert "image: registry.example.com/headroom:0.1.0" in done.stdout
    assert "image: headroom\n" not in done.stdout


def test_the_script_for_the_roles_is_sound_and_gives_no_right_away() -> None:
    path = _DEPLOY / "postgres" / "roles.sh"
    text = path.read_text(encoding="utf-8")

    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0
    for role in re.findall(r"CREATE ROLE .*", text):
        assert "NOSUPERUSER" in role
        assert "NOBYPASSRLS" in role


def test_the_script_for_the_roles_runs_on_a_real_database(team: Any) -> None:
    from headroom_mcp.store.postgres.driver import psycopg
    from tests import shared

    sql = (
        (_DEPLOY / "postgres" / "roles.sh").read_text(encoding="utf-8").partition("<<'SQL'\n")[2].partition("\nSQL")[0]
    )
    sql = sql.replace(":'server'", "'a'").replace(":'machines'", "'b'")
    fresh = shared.prepared(team.cluster, "deployed")
    with psycopg.connect(fresh.owner, autocommit=True) as connection:
        for statement in sql.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        rights = connection.execute(
            "SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname LIKE 'headroom_%'"
        ).fetchone()
    assert rights == (False,)
    fresh.add("acme")
    with shared.Admin(fresh.owner) as admin:
        admin.admit("headroom_server", None)
        admin.admit("headroom_machines", "acme")
