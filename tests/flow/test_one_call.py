"""One call of `compress_output`, step by step: who is given what, and every field of the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from headroom_mcp.flow import compress, footer, user_hooks
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_in_memory, open_store
from headroom_mcp.text import tokens
from headroom_mcp.types import Origin, Result, Shown, View

_GIVEN = {"command": "make all"}
_LOG = "".join(f"2026-01-01 INFO worker {n % 7} finished job {n}\n" for n in range(900))
_TOKEN = "ghp_" + "a1B2" * 9
_SECRET = f"the token is {_TOKEN}\nand that is all"
_MASKED = "the token is [secret: github token]\nand that is all"


class _Hook:
    """A hook of a user's that answers as it is told and notes what it is asked."""

    def __init__(self, before: object = None, after: object = None) -> None:
        self.answers = {"before": before, "after": after}
        self.asked: list[tuple[object, ...]] = []

    def pre_compress(self, *given: object) -> object:
        self.asked.append(given)
        return self.answers["before"]

    def post_compress(self, *given: object) -> object:
        self.asked.append(given)
        return self.answers["after"]


@pytest.fixture(name="put")
def _put(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What is stored: (store, original, tool, kind, tokens before, tokens after, what is shown under a ref)."""
    noted: list[tuple[Any, ...]] = []
    put = compress._put

    def noting(
        store: Store, call: Any, output: Any, kind: str, before: int, after: int, shown: Callable[[str], str]
    ) -> str:
        noted.append((store, call.original, output.tool_name, kind, before, after, shown("f" * 12)))
        return put(store, call, output, kind, before, after, shown)

    monkeypatch.setattr(compress, "_put", noting)
    return noted


def _hooked(monkeypatch: pytest.MonkeyPatch, *hooks: _Hook) -> list[tuple[object, ...]]:
    """Put hooks in force; return whose settings are asked for and handed on."""
    settings_given: list[tuple[object, ...]] = []
    before, allow = user_hooks.before, user_hooks.allow

    def load(settings: Settings) -> list[Any]:
        settings_given.append(("load", settings))
        return list(hooks)

    def noting_before(*given: Any) -> str | None:
        settings_given.append(("before", given[-1]))
        return before(*given)

    def noting_allow(*given: Any) -> bool:
        settings_given.append(("allow", given[-1]))
        return allow(*given)

    monkeypatch.setattr(user_hooks, "load", load)
    monkeypatch.setattr(user_hooks, "before", noting_before)
    monkeypatch.setattr(user_hooks, "allow", noting_allow)
    return settings_given


def _asked(text: str, settings: Settings | None = None, **more: Any) -> Result:
    return compress_output(text, tool_name="Bash", tool_input=_GIVEN, settings=settings or Settings(), **more)


def test_a_hook_is_asked_before_with_the_text_and_after_with_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = _Hook()
    settings = Settings(budget_tokens=900)
    given = _hooked(monkeypatch, hook)

    result = _asked(_LOG, settings)

    assert result.outcome == "compressed"
    assert hook.asked == [(_LOG, "Bash", _GIVEN), (result, "Bash", _GIVEN)]
    assert given == [("load", settings), ("before", settings), ("allow", settings)]
    assert given[1][1] is settings is given[2][1]


def test_no_hook_is_asked_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    given = _hooked(monkeypatch)

    assert _asked(_LOG).outcome == "compressed"
    assert [who for who, _ in given] == ["load"]


def test_a_hook_may_leave_an_output_alone(monkeypatch: pytest.MonkeyPatch, put: list[Any]) -> None:
    hook = _Hook(before=False)
    _hooked(monkeypatch, hook)

    result = _asked(_LOG)

    count = tokens.estimate(_LOG)
    assert result == Result(_LOG, "", None, count, count, "unknown")
    assert len(hook.asked) == 1
    assert put == []


def test_what_a_hook_says_instead_is_read_in_its_place_with_all_its_hints(
    monkeypatch: pytest.MonkeyPatch, put: list[Any]
) -> None:
    changed = _LOG.replace("worker 3", "worker x")
    hook = _Hook(before=changed)
    _hooked(monkeypatch, hook)
    seen: list[Any] = []
    inner = compress._compress
    monkeypatch.setattr(compress, "_compress", lambda call, output: [seen.append(output), inner(call, output)][1])

    result = _asked(_LOG, query="job 17", store=(store := open_in_memory(Settings())))

    (output,) = seen
    assert (output.text, output.tool_name, output.tool_input, output.query) == (changed, "Bash", _GIVEN, "job 17")
    assert output.opens is False
    assert result.outcome == "compressed"
    assert put[0][:4] == (store, _LOG, "Bash", result.kind)
    assert result.ref is not None and store.get(result.ref).text == _LOG


def test_a_small_output_that_a_hook_has_changed_is_shown_changed_and_its_original_kept(
    monkeypatch: pytest.MonkeyPatch, put: list[Any]
) -> None:
    _hooked(monkeypatch, _Hook(before="two words"))
    with open_in_memory(Settings()) as store:
        result = _asked("four small words here", store=store)

        before, after = tokens.estimate("four small words here"), tokens.estimate("two words")
        assert result == Result("two words", "redacted", result.ref, before, after, "compressed")
        assert put == [(store, "four small words here", "Bash", "redacted", before, after, "two words")]
        assert result.ref is not None and store.get(result.ref).text == "four small words here"


def test_an_objection_afterwards_shows_what_the_hooks_left(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = _LOG.replace("worker 3", "worker x")
    count = tokens.estimate(_LOG)
    _hooked(monkeypatch, _Hook(after=False))
    assert _asked(_LOG) == Result(_LOG, "", None, count, count, "unknown")

    _hooked(monkeypatch, _Hook(before=changed, after=False))
    result = _asked(_LOG)
    assert result == Result(changed, "redacted", result.ref, count, tokens.estimate(changed), "compressed")
    assert result.ref is not None


@pytest.mark.parametrize(
    ("redact", "shown"), [("none", _SECRET), ("store", _SECRET), ("model", _MASKED), ("both", _MASKED)]
)
@pytest.mark.parametrize("at_hand", [True, False])
def test_a_secret_is_masked_whatever_else_comes_of_a_text(
    redact: str, shown: str, at_hand: bool, put: list[Any], tmp_path: Any
) -> None:
    settings = Settings(redact=redact, home=str(tmp_path))
    with open_store(settings) as store:
        result = _asked(_SECRET, settings, store=store if at_hand else None)

        before, after = tokens.estimate(_SECRET), tokens.estimate(shown)
        if shown == _SECRET:
            assert result == Result(_SECRET, "", None, before, before, "small")
            assert put == []
        else:
            assert result == Result(_MASKED, "redacted", result.ref, before, after, "compressed")
            original = _MASKED if redact == "both" else _SECRET
            assert [row[1:] for row in put] == [(original, "Bash", "redacted", before, after, _MASKED)]
            assert (put[0][0] is store) == at_hand
            assert result.ref is not None and store.get(result.ref).text == original
            # A store that is handed over stays open; one that was opened for this is closed.
            assert store.get(result.ref).ref == result.ref


def test_a_store_that_is_opened_for_one_text_is_the_settings_own_and_is_closed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    settings = Settings(redact="model", home=str(tmp_path))
    opened: list[Any] = []
    inner = compress._open

    def noting(given: Settings) -> Store:
        assert given is settings
        store = inner(given)
        close = store.close
        monkeypatch.setattr(store, "close", lambda: [opened.append("closed"), close()][1], raising=False)
        return store

    monkeypatch.setattr(compress, "_open", noting)

    assert _asked(_SECRET, settings).text == _MASKED
    assert opened == ["closed"]
    assert _asked(_LOG, settings).outcome == "compressed"
    assert _asked(_LOG, settings, session="s").outcome == "compressed"


@pytest.mark.parametrize("deny", [("token is",), ("make all",)])
@pytest.mark.parametrize(("redact", "shown"), [("none", _SECRET), ("model", _MASKED)])
def test_what_is_denied_is_not_stored_and_masked_all_the_same(
    deny: tuple[str, ...], redact: str, shown: str, put: list[Any]
) -> None:
    result = _asked(_SECRET, Settings(redact=redact, deny=deny))

    before, after = tokens.estimate(_SECRET), tokens.estimate(shown)
    if redact == "none":
        assert result == Result(_SECRET, "", None, before, before, "unknown")
    else:
        assert result == Result(_MASKED, "redacted", None, before, after, "compressed")
    assert put == []


@pytest.mark.parametrize(("redact", "shown"), [("none", _SECRET), ("both", _MASKED)])
def test_a_failure_of_ours_shows_the_original_masked_and_is_noted(
    monkeypatch: pytest.MonkeyPatch, redact: str, shown: str
) -> None:
    from headroom_mcp.settings import fault_log

    noted: list[Any] = []
    error = RuntimeError("broken")

    def fail(*_: object) -> Any:
        raise error

    monkeypatch.setattr(compress, "_answer", fail)
    monkeypatch.setattr(fault_log, "record", lambda *given: noted.append(given))
    settings = Settings(redact=redact)

    result = _asked(_SECRET, settings)

    before, after = tokens.estimate(_SECRET), tokens.estimate(shown)
    if redact == "none":
        assert result == Result(_SECRET, "", None, before, before, "failed")
    else:
        assert result == Result(_MASKED, "redacted", None, before, after, "compressed")
    assert noted == [("compress_output", error, settings)]


def test_hints_come_through_to_the_output_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(compress, "_answer", lambda call, output: seen.append((call, output)))
    shown = [Shown("make", "above")]
    settings = Settings(redact="model")

    compress_output(
        _SECRET, tool_name="Read", tool_input={"file_path": "/a"}, query="why?", settings=settings, earlier=shown
    )
    compress_output("plain", query=None, session="s", settings=settings)
    compress_output("plain", settings=settings, origin=Origin("o"), session="s", view=View(part=True))

    (call, output), (plain_call, plain), (other, asked) = seen
    assert (output.text, output.tool_name, output.tool_input, output.query) == (
        _MASKED,
        "Read",
        {"file_path": "/a"},
        "why?",
    )
    assert (output.opens, plain.opens) == (False, True)
    assert (call.text, call.original, call.settings, call.earlier) == (_SECRET, _SECRET, settings, shown)
    assert (call.view, call.store, call.origin) == (View(), None, Origin())
    assert (plain.query, plain.tool_name, plain_call.origin) == ("", "", Origin("s"))
    assert (asked.query, other.origin, other.view) == ("", Origin("o"), View(part=True))


@pytest.mark.parametrize("text", ["\x89PNG\r\n" + "\0\x01\x02\ufffd\x90" * 900])
def test_bytes_are_left_alone_and_called_so(text: str) -> None:
    count = tokens.estimate(text)

    assert _asked(text) == Result(text, "binary", None, count, count, "unknown")


def test_a_view_that_shows_everything_gets_it() -> None:
    count = tokens.estimate(_LOG)

    assert _asked(_LOG, view=View(whole=True)) == Result(_LOG, "", None, count, count, "unknown")


@pytest.mark.parametrize("at_hand", [True, False])
@pytest.mark.parametrize("session", ["", "s"])
def test_what_is_counted_and_recorded_is_what_is_shown(
    at_hand: bool, session: str, put: list[Any], tmp_path: Any
) -> None:
    settings = Settings(home=str(tmp_path))
    view = View(way_back="headroom retrieve")
    with open_store(settings) as store:
        result = _asked(_LOG, settings, session=session, view=view, store=store if at_hand else None)

        assert result.ref is not None and f"; headroom retrieve {result.ref} " in result.text
        assert result.tokens_before == tokens.estimate(_LOG)
        assert result.tokens_after == tokens.estimate(result.text.replace(result.ref, "0" * 12))
        assert put[0][1:6] == (_LOG, "Bash", result.kind, result.tokens_before, result.tokens_after)
        assert put[0][6] == result.text.replace(result.ref, "f" * 12)
        assert store.was_shown(result.ref, result.text)
        assert [shown.text for shown in store.contexts.shown_in(session, "")] == ([result.text] if session else [])


@pytest.mark.parametrize("earlier", [None, []])
def test_where_nothing_is_gained_the_kind_is_told_and_nothing_is_kept(
    earlier: list[Shown] | None, put: list[Any]
) -> None:
    words = "\n".join(f"{n:x}{n * 7919:x} {n * 104729:b}" for n in range(40))
    count = tokens.estimate(words)
    settings = Settings(min_saving=0.99)

    result = _asked(words, settings, earlier=earlier)

    assert result == Result(
        words, "general", None, count, count, "no_gain" if count >= settings.min_tokens else "small"
    )
    assert put == []


def test_a_footer_is_reckoned_with_before_an_answer_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    refs: list[str] = []
    added = footer.added
    monkeypatch.setattr(footer, "added", lambda planned, ref, way: [refs.append(ref), added(planned, ref, way)][1])

    result = _asked(_LOG)

    assert set(refs) == {"0" * 12, result.ref}
