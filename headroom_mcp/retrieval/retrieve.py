"""From a ref to the slice of the original that is asked for."""

from __future__ import annotations

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.settings import redaction
from headroom_mcp.settings.file import read_regular
from headroom_mcp.settings.load import in_force, load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.types import Origin, StoreError

if TYPE_CHECKING:
    from headroom_mcp.store import Store
    from headroom_mcp.store.rows import Original

_MAX_FILE_BYTES = 48 << 20  # no larger file is ever shown in short form


def retrieve(
    ref: str,
    *,
    query: str | None = None,
    lines: str | None = None,
    json_path: str | None = None,
    max_tokens: int = 2000,
    store: Store | None = None,
    project: str | None = None,
    session: str = "",
) -> str:
    """Return a slice of the original stored under `ref`: the lines `"120-180"`, the blocks about `query`, or what
    `json_path` selects; without any, the first page and how to go on. At most about `max_tokens` tokens. Of an image, lines
    are those of the text that tesseract reads in it.

    `project` limits the search to one project's originals (None: any). Raises: RefError, SliceError, StoreError,
    and MissingExtra for the text of an image without tesseract.
    """
    if store is None:
        from headroom_mcp.retrieval.where import store_of

        with store_of(ref, _settings(project), project=project, session=session) as (found, name):
            return retrieve(
                ref, query=query, lines=lines, json_path=json_path, max_tokens=max_tokens, store=found, project=name,
                session=session,
            )  # fmt: skip
    return _retrieved(store, ref, query, lines, json_path, max_tokens, project, session)


def _retrieved(
    opened: Store, ref: str, query: str | None, lines: str | None, json_path: str | None, max_tokens: int,
    project: str | None, session: str,
) -> str:  # fmt: skip
    from headroom_mcp.retrieval import slices

    original = opened.get(ref, project=project, session=session)
    if (query or lines) and (read := _read_in_picture(original)):
        text = redaction.for_model(opened.settings, slices.cut_lines(original, read, query, lines, max_tokens))
        return _charged(opened, ref, text, session, project)
    # Of a text with masked secrets the lines of the wrapper were shown: masking is no matter of what it wraps.
    opens = redaction.for_model(opened.settings, original.text) == original.text
    text = slices.cut(original, query=query, lines=lines, json_path=json_path, max_tokens=max_tokens, opens=opens)
    since = _since_then(opened.sessions.path_of(ref), original.text) if opened.is_local else ""
    text = redaction.for_model(opened.settings, text) + since
    return _charged(opened, ref, text, session, project)


def _charged(store: Store, ref: str, text: str, session: str, project: str | None) -> str:
    """Return `text`, charged to the ledger as a retrieval of `ref`."""
    try:
        store.retrieved(ref, tokens.estimate(text), origin=Origin(session=session, project=project or ""))
    except StoreError as error:  # a read-only store can still be read: only the ledger misses this
        from headroom_mcp.settings import fault_log as failures

        failures.record("retrieve", error, store.settings)
    return text


def _read_in_picture(original: Original) -> list[str]:
    """Return the lines of text that can be read in an image; none for what is no image. Raises: HeadroomError."""
    from headroom_mcp.retrieval import picture

    return picture.text_lines(original) if picture.is_picture(original) else []


def _since_then(path: str, stored: str) -> str:
    """Return a line that says that the file `path`, shown as `stored`, is another one by now; "" where it is the same."""
    if not path:
        return ""
    try:
        now = read_regular(path, _MAX_FILE_BYTES).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return f"\n[{path} is gone since: this is what it was]"
    except OSError:
        return ""
    same = _comparable(now) == _comparable(stored)
    return "" if same else f"\n[{path} has changed since: this is its old text]"


def _comparable(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").rstrip("\n")


def _settings(project: str | None) -> Settings:
    """Return the settings by which a slice is masked: a project may ask for more of that than its user does."""
    return in_force(project).here if project else load_settings()
