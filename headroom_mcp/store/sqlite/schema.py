"""The schema, as an append-only list of migrations. `PRAGMA user_version` counts how many have run.

Never edit one that has been released; append. A newer file than this code knows is used as it is: migrations only add.
"""

from __future__ import annotations

from headroom_mcp.store.sqlite.driver import sqlite3

_M001_OUTPUTS = """
CREATE TABLE original (
    ref TEXT PRIMARY KEY,             -- the first 12 hex digits of sha256, or more where those collide
    sha256 TEXT NOT NULL UNIQUE,
    codec INTEGER NOT NULL,           -- 0: as it is, 1: zlib
    size_bytes INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    created_s REAL NOT NULL,
    used_s REAL NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX original_used ON original (used_s);
CREATE TABLE output (
    id INTEGER PRIMARY KEY,
    ref TEXT NOT NULL,
    session TEXT NOT NULL,
    project TEXT NOT NULL,
    tool_name TEXT NOT NULL,
    tool_use_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_s REAL NOT NULL,
    tokens_before INTEGER NOT NULL,
    tokens_host INTEGER NOT NULL,     -- what the host would have shown without us
    tokens_after INTEGER NOT NULL,
    shown_sha256 TEXT NOT NULL
);
CREATE INDEX output_ref ON output (ref);
CREATE INDEX output_session ON output (session, created_s);
CREATE TABLE retrieval (
    id INTEGER PRIMARY KEY,
    ref TEXT NOT NULL,
    session TEXT NOT NULL,
    project TEXT NOT NULL,
    created_s REAL NOT NULL,
    tokens INTEGER NOT NULL
);
CREATE TABLE expired (ref TEXT PRIMARY KEY, expired_s REAL NOT NULL);
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    query TEXT NOT NULL DEFAULT '',
    seen_s REAL NOT NULL,
    ended_s REAL
);
"""

_M002_SHOWN = """
CREATE TABLE shown (
    id INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    agent TEXT NOT NULL,
    label TEXT NOT NULL,              -- how the reader knows it: the command, the file
    created_s REAL NOT NULL,
    chars INTEGER NOT NULL,
    body BLOB NOT NULL                -- zlib of the text as shown
);
CREATE INDEX shown_context ON shown (session, agent, id);
"""

_M003_SEEN_FILES = """
CREATE TABLE seen_file (
    context TEXT NOT NULL,            -- a session, or SESSION/AGENT
    path TEXT NOT NULL,
    state TEXT NOT NULL,              -- shortened, whole, edited
    ref TEXT NOT NULL,
    seen_s REAL NOT NULL,
    PRIMARY KEY (context, path)
);
"""

_M004_MEMORY = """
CREATE TABLE note (
    row INTEGER PRIMARY KEY,          -- the order of saving; rowid of the words and the vector
    id TEXT NOT NULL UNIQUE,          -- what people and exports call it; the same on every machine
    text TEXT NOT NULL,
    tags TEXT NOT NULL,               -- JSON list
    scope TEXT NOT NULL,              -- project path, '' is global
    author TEXT NOT NULL,             -- user: a person's words, agent: a model's, tool: taken from tool output
    speaker TEXT NOT NULL,            -- who says it in a conversation
    session TEXT NOT NULL,
    tool TEXT NOT NULL,
    ref TEXT NOT NULL,                -- the original it was taken from
    topic TEXT NOT NULL,              -- what an automatic note is about; '' for notes that were asked for
    rests_on TEXT NOT NULL,           -- JSON object: file -> digest when the note was made
    created_s REAL NOT NULL,
    used_s REAL NOT NULL,
    uses INTEGER NOT NULL,
    superseded_by TEXT NOT NULL       -- id of the note that replaces it, '' while it holds
);
CREATE INDEX note_thread ON note (scope, session, row);
CREATE INDEX note_topic ON note (scope, topic) WHERE topic != '';
CREATE VIRTUAL TABLE note_words USING fts5 (
    body, near, far, tags, scope, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TABLE note_vector (
    row INTEGER NOT NULL,
    model TEXT NOT NULL,
    body BLOB NOT NULL,               -- little-endian float32, length 1
    PRIMARY KEY (row, model)
) WITHOUT ROWID;
CREATE TABLE observation (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    session TEXT NOT NULL,
    what TEXT NOT NULL,               -- failure, edit, command
    subject TEXT NOT NULL,            -- the command's key, the file's path
    detail TEXT NOT NULL,
    ref TEXT NOT NULL,
    created_s REAL NOT NULL
);
CREATE INDEX observation_scope ON observation (scope, what, subject);
"""

_M005_NOTES_BY_SCOPE = """
CREATE INDEX note_scope ON note (scope, row);
"""

_M006_OUTPUT_LABEL = """
ALTER TABLE output ADD COLUMN label TEXT NOT NULL DEFAULT '';
"""

_M007_CHARGES = """
CREATE TABLE charge (
    id INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    project TEXT NOT NULL,
    what TEXT NOT NULL,               -- what we ourselves put into a context: tool schemas, context added
    created_s REAL NOT NULL,
    tokens INTEGER NOT NULL
);
CREATE INDEX charge_session ON charge (session, what);
"""

_M008_PROJECTS = """
CREATE TABLE project (
    path TEXT PRIMARY KEY,
    identity TEXT NOT NULL            -- what stays when the folder is moved, see settings.project
);
"""

_M009_SHOWN_FOR = """
ALTER TABLE shown ADD COLUMN tool_use_id TEXT NOT NULL DEFAULT '';
"""

_M010_BILLS = """
CREATE TABLE bill (
    id INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    created_s REAL NOT NULL,
    tokens_input INTEGER NOT NULL,    -- what no cache had; these four in the provider's tokens
    tokens_cache_read INTEGER NOT NULL,
    tokens_cache_write INTEGER NOT NULL,
    tokens_output INTEGER NOT NULL,
    tokens_left_out INTEGER NOT NULL  -- an estimate of ours
);
"""

_M011_OUTPUT_HOST = """
ALTER TABLE output ADD COLUMN host TEXT NOT NULL DEFAULT '';
"""

_M012_DELIVERED = """
CREATE TABLE delivered (              -- what a team's store has of this one: see spool
    source TEXT NOT NULL,             -- output, retrieval, charge, bill, note; machine: who we are there
    id INTEGER NOT NULL,
    created_s REAL NOT NULL,          -- of the row: an id may be given again
    name TEXT NOT NULL,               -- what the row is called there
    state TEXT NOT NULL,              -- of a note, what replaces it
    PRIMARY KEY (source, id)
) WITHOUT ROWID;
"""

MIGRATIONS = (
    _M001_OUTPUTS, _M002_SHOWN, _M003_SEEN_FILES, _M004_MEMORY, _M005_NOTES_BY_SCOPE, _M006_OUTPUT_LABEL,
    _M007_CHARGES, _M008_PROJECTS, _M009_SHOWN_FOR, _M010_BILLS, _M011_OUTPUT_HOST, _M012_DELIVERED,
)  # fmt: skip


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database up to date, in one transaction; at once when it is."""
    if _version(connection) >= len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(_version(connection), len(MIGRATIONS)):
            for statement in MIGRATIONS[number].split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:  # an interrupt too: a migration runs whole or not at all; raised again
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
