"""The table of settings: which values each form takes, from a file and from a variable, and who may change them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.settings import environment, load, redaction, table
from headroom_mcp.settings.table import Knob, Settings
from headroom_mcp.types import SettingsError


def _knob(form: str) -> Knob:
    return Knob("thing", "", form, "", "")._replace(variable="HEADROOM_THING")


@pytest.mark.parametrize(
    ("form", "fine", "wrong", "called"),
    [
        ("switch", [True, False], [1, "on", None], "a switch (true or false)"),
        ("whole", [0, 7], [-1, 1.5, True, "7"], "a whole number"),
        ("days", [0.5, 3], [0, -1, True, "3"], "a number of days above 0"),
        ("share", [0, 0.99], [1, -0.1, False, "0"], "a share from 0 to below 1"),
        ("path", ["", "/a"], [1, None], "a path"),
        ("text", ["", "é"], [1, ["a"]], "a text"),
        (
            "database",
            ["", "postgresql://a@h/n", "postgres://h/n"],
            ["mysql://h/n", "h/n", 3],
            "the address of a database (postgresql://user:password@host/name)",
        ),
        ("words", [[], ["a", "é"]], ["a", [1], [""]], "a list of words"),
        ("patterns", [[], ["a+"]], ["a+", [1]], "a list of regular expressions"),
        ("none|some|all", ["none", "all"], ["", "non", 3], "one of none, some, all"),
    ],
)
def test_each_form_takes_its_values_and_says_what_it_is(
    form: str, fine: list[Any], wrong: list[Any], called: str
) -> None:
    for value in fine:
        taken = table.checked(_knob(form), value, "here")
        assert taken == (tuple(value) if isinstance(value, list) else value)
        assert isinstance(taken, float) == (form in ("days", "share"))
    for value in wrong:
        with pytest.raises(SettingsError) as caught:
            table.checked(_knob(form), value, "here")
        assert str(caught.value) == f"here: thing = {table.said(value)} is not {called}."


@pytest.mark.parametrize(
    ("form", "raw", "value"),
    [
        *[("switch", raw, True) for raw in ("1", "true", "ON", " yes ")],
        *[("switch", raw, False) for raw in ("0", "False", "off", "no")],
        ("whole", " 12 ", 12),
        ("days", "0.5", 0.5),
        ("share", "0", 0.0),
        ("words", " a, b ,,c", ("a", "b", "c")),
        ("text", " some text ", "some text"),
    ],
)
def test_a_variable_is_read_as_its_form(form: str, raw: str, value: object) -> None:
    assert table.parse_variable(_knob(form), raw) == value


@pytest.mark.parametrize(("form", "raw"), [("switch", "maybe"), ("whole", "1.5"), ("days", "soon")])
def test_a_variable_of_another_form_says_which_one_and_what_it_takes(form: str, raw: str) -> None:
    with pytest.raises(SettingsError, match=f"HEADROOM_THING='{raw}' is not a .*; unset it or give one"):
        table.parse_variable(_knob(form), raw)


def test_values_are_said_as_a_file_has_them() -> None:
    assert [table.said(value) for value in (True, ["a", "é"], 0.5, Path("/a"))] == ["true", '["a", "é"]', "0.5", '"/a"']


def test_the_data_folder_is_no_key_of_a_file() -> None:
    assert table.knob("home") is None
    assert table.knob("no_such_key") is None
    assert all(table.knob(row.name) is row for row in table.KNOBS if row.name != "home")


@pytest.mark.parametrize(
    ("store_redact", "redact", "made"),
    [
        (True, "none", "store"),
        (True, "model", "both"),
        (True, "store", "store"),
        (True, "both", "both"),
        (False, "none", "none"),
        (False, "model", "model"),
    ],
)
def test_what_a_server_for_many_stores_is_masked(store_redact: bool, redact: Any, made: str) -> None:
    given = Settings(store_redact=store_redact, redact=redact)

    assert redaction.shared(given).redact == made
    assert (redaction.shared(given) is given) == (redact == made)


def test_a_project_is_the_hosts_folder_else_the_given_else_where_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    monkeypatch.chdir(tmp_path / "c")
    real = tmp_path.resolve()

    assert environment.project_dir({"CLAUDE_PROJECT_DIR": str(tmp_path / "link")}, str(tmp_path / "b")) == str(
        real / "a"
    )
    assert environment.project_dir({"claude_project_dir": str(tmp_path / "a")}, str(tmp_path / "b")) == str(real / "b")
    assert environment.project_dir({}) == str(real / "c")


def test_the_data_folder_is_the_settings_else_the_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "variable"))

    assert environment.data_home(Settings(home=str(tmp_path / "set"))) == str(tmp_path / "set")
    assert environment.data_home(Settings()) == environment.data_home() == str(tmp_path / "variable")


@pytest.mark.parametrize(
    ("own", "value", "made"),
    [
        ({"enabled": True}, {"enabled": False}, {"enabled": False}),
        ({"enabled": False}, {"enabled": True}, {"enabled": False}),
        ({"enabled": True}, {"enabled": True}, {"enabled": True}),
        ({"tools_off": ("Bash",)}, {"tools_off": ("Read", "Bash")}, {"tools_off": ("Bash", "Read")}),
        ({"redact": "store"}, {"redact": "model"}, {"redact": "both"}),
        ({"redact": "both"}, {"redact": "none"}, {"redact": "both"}),
        ({"redact": "none"}, {"redact": "store"}, {"redact": "store"}),
        ({"deny": ("a",)}, {"deny": ("b+",)}, {"deny": ("a",), "project_deny": ("b+",)}),
        ({"images": "all"}, {"images": "same"}, {"images": "same"}),
        ({"images": "all"}, {"images": "none"}, {"images": "none"}),
        ({"images": "same"}, {"images": "all"}, {"images": "same"}),
        ({"images": "none"}, {"images": "same"}, {"images": "none"}),
    ],
)
def test_a_project_makes_settings_safer_and_never_less_safe(
    own: dict[str, Any], value: dict[str, Any], made: dict[str, Any]
) -> None:
    found = load.tightened(Settings(**own), value, "here")

    assert {name: getattr(found, name) for name in made} == made


def test_a_switch_of_one_session_ends_masking_for_that_session_only(tmp_path: Path) -> None:
    from headroom_mcp.settings import switches

    user = Settings(home=str(tmp_path), redact="both")
    (tmp_path / switches.SESSION_SWITCHES).mkdir()
    (tmp_path / switches.SESSION_SWITCHES / switches.switch_name("s1")).touch()
    in_force = load.InForce(user, user._replace(enabled=False), None)

    assert [in_force.masks(session) for session in ("s1", "s2", "")] == [False, True, True]
