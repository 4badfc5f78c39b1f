"""`headroom demo`, from the checkout and from an installed wheel."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.cli import main
from headroom_mcp.evals import samples
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.types import Result

ROOT = Path(__file__).parents[2]


def _demo(source: Path, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "headroom_mcp", "demo"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(source)}, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""

    return done.stdout


def _seed(tmp_path: Path) -> tuple[samples.Sample, Result, str]:
    sample = samples.fatal_among_entries()
    settings = Settings(home=str(tmp_path))
    with open_store(settings) as store:
        result = compress_output(
            sample.text,
            tool_name=sample.tool_name,
            tool_input=sample.tool_input,
            query=sample.query,
            store=store,
            settings=settings,
        )
        assert result.ref is not None
        return sample, result, retrieve(result.ref, query="PG-5523", store=store)


def test_one_fatal_entry_in_a_hundred_survives_whole(tmp_path: Path) -> None:
    _, result, slice_ = _seed(tmp_path)

    assert [fact for fact in samples.FATAL_FACTS if fact not in result.text] == []
    assert "PG-5523" in slice_


def test_a_hundred_entries_cost_a_fourteenth_or_less(tmp_path: Path) -> None:
    sample, result, _ = _seed(tmp_path)

    assert tokens.count(result.text) <= 0.07 * tokens.count(sample.text)
    assert result.omitted != ()


def test_the_demo_fits_eighty_columns_and_gives_every_original_back(tmp_path: Path) -> None:
    shown = _demo(ROOT, tmp_path)

    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "originals came back from the store byte for byte" in shown
    assert "Tokens:" in shown
    assert list(tmp_path.iterdir()) == []


def test_the_demo_for_machines_names_what_was_lost_too() -> None:
    answer = json.loads(CliRunner().invoke(main, ["demo", "--json"], catch_exceptions=False).stdout)

    assert len(answer["outputs"]) >= 4
    assert all(output["same_bytes"] for output in answer["outputs"])
    assert all(output["tokens_after"] <= output["tokens_before"] for output in answer["outputs"])
    for output in answer["outputs"]:
        assert all(fact in output["shown"] for fact in output["facts_kept"])
        assert all(fact not in output["shown"] for fact in output["facts_lost"])


@pytest.mark.slow
def test_a_wheel_holds_all_it_needs(tmp_path: Path) -> None:
    build = ["pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT)]
    if importlib.util.find_spec("hatchling"):
        build = ["hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]  # what pip starts, in the end
    subprocess.run([sys.executable, "-m", *build], check=True, timeout=300, cwd=ROOT, stdout=subprocess.DEVNULL)
    [wheel] = tmp_path.glob("*.whl")
    site, folder = tmp_path / "site", tmp_path / "empty"
    folder.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(site)
        entry_points = next(archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))

    assert {name.split("/")[0].split("-")[0] for name in names} == {"headroom_mcp"}
    assert "headroom_mcp/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "headroom = headroom_mcp.cli:main" in entry_points
    assert "headroom-mcp = headroom_mcp.server:main" in entry_points
    assert "byte for byte" in _demo(site, folder)
