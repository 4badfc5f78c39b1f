"""The schema of a shared store, as an append-only list of migrations; the table `migration` tells which have run.

Never edit one that has been released; append. Migrations only add, so that a process of the version before goes on working
while the others are replaced. They are run by `headroom admin migrate` as the owner of the database, never by a server.

Every table has a `tenant`, filled in by the database itself and compared by its row-level security, which binds the owner too:
a query that forgets the tenant sees no row of another one. Who may be which tenant is told by `access`: a role that is bound to
a tenant can be no other, whatever it sets; a server's role is the tenant that it names in its transaction.
"""

from __future__ import annotations

LOCK = 0x68656164726F6F6D  # "headroom": the advisory lock of whoever migrates

_M001_TENANTS = """
CREATE TABLE tenant (
    name TEXT PRIMARY KEY,
    created_s DOUBLE PRECISION NOT NULL,
    retention_days DOUBLE PRECISION,          -- NULL: as the server's settings say
    max_store_bytes BIGINT
);
CREATE TABLE access (
    role TEXT PRIMARY KEY,                    -- a login role of this database
    tenant TEXT                               -- the only one it may be; NULL: a server, which names one per transaction
);
CREATE TABLE token (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,              -- sha256 of the token: the token itself is nowhere
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,                    -- '' for all of the tenant's
    label TEXT NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    expires_s DOUBLE PRECISION,
    revoked_s DOUBLE PRECISION
);
CREATE FUNCTION headroom_tenant() RETURNS TEXT LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT COALESCE(a.tenant, NULLIF(current_setting('headroom.tenant', true), '')) FROM access a WHERE a.role = session_user
$$;
CREATE FUNCTION headroom_token(wanted TEXT) RETURNS TABLE (
    id TEXT, tenant TEXT, project TEXT, expires_s DOUBLE PRECISION, revoked_s DOUBLE PRECISION
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.id, t.tenant, t.project, t.expires_s, t.revoked_s FROM token t
    WHERE t.digest = wanted AND EXISTS (SELECT 1 FROM access a WHERE a.role = session_user AND a.tenant IS NULL)
$$;
CREATE FUNCTION headroom_limits() RETURNS TABLE (
    retention_days DOUBLE PRECISION, max_store_bytes BIGINT
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.retention_days, t.max_store_bytes FROM tenant t WHERE t.name = headroom_tenant()
$$;
CREATE FUNCTION headroom_tenants() RETURNS SETOF TEXT LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.name FROM tenant t WHERE EXISTS (SELECT 1 FROM access a WHERE a.role = session_user AND a.tenant IS NULL)
$$
"""

# {own}: the column of the tenant; {key}: text that is compared byte by byte, as SQLite does
_M002_OUTPUTS = """
CREATE TABLE original (
    {own},
    ref {key} NOT NULL,                       -- the first 12 hex digits of sha256, or more where those collide
    sha256 {key} NOT NULL,                    -- of the bytes that are stored
    codec INTEGER NOT NULL,                   -- 0: as it is, 1: zlib
    size_bytes BIGINT NOT NULL,
    stored_bytes BIGINT NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    used_s DOUBLE PRECISION NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (tenant, ref)
);
ALTER TABLE original ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX original_used ON original (tenant, used_s, ref);
CREATE TABLE output (
    {own},
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    ref {key} NOT NULL,
    session {key} NOT NULL,
    project {key} NOT NULL,
    tool_name {key} NOT NULL,
    tool_use_id {key} NOT NULL,
    kind {key} NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    tokens_before BIGINT NOT NULL,
    tokens_host BIGINT NOT NULL,
    tokens_after BIGINT NOT NULL,
    shown_sha256 {key} NOT NULL,
    label {key} NOT NULL DEFAULT '',
    host {key} NOT NULL DEFAULT '',
    delivery {key},                           -- which row of which machine this is; NULL: written here
    PRIMARY KEY (tenant, id)
);
CREATE INDEX output_ref ON output (tenant, ref, id);
CREATE INDEX output_session ON output (tenant, session, id);
CREATE INDEX output_call ON output (tenant, tool_use_id) WHERE tool_use_id <> '';
CREATE UNIQUE INDEX output_delivery ON output (tenant, delivery) WHERE delivery IS NOT NULL;
CREATE TABLE retrieval (
    {own},
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    ref {key} NOT NULL,
    session {key} NOT NULL,
    project {key} NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    tokens BIGINT NOT NULL,
    caller {key} NOT NULL DEFAULT '',         -- the token or subject that asked, for the audit
    delivery {key},
    PRIMARY KEY (tenant, id)
);
CREATE INDEX retrieval_ref ON retrieval (tenant, ref);
CREATE UNIQUE INDEX retrieval_delivery ON retrieval (tenant, delivery) WHERE delivery IS NOT NULL;
CREATE TABLE refusal (                        -- refs that were asked for and led nowhere
    {own},
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    ref {key} NOT NULL,
    project {key} NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    caller {key} NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE TABLE expired (
    {own}, ref {key} NOT NULL, expired_s DOUBLE PRECISION NOT NULL, PRIMARY KEY (tenant, ref)
);
CREATE TABLE session (
    {own},
    id {key} NOT NULL,
    project {key} NOT NULL,
    query TEXT NOT NULL DEFAULT '',
    seen_s DOUBLE PRECISION NOT NULL,
    ended_s DOUBLE PRECISION,
    PRIMARY KEY (tenant, id)
);
CREATE TABLE project (
    {own}, path {key} NOT NULL, identity {key} NOT NULL, PRIMARY KEY (tenant, path)
);
CREATE TABLE shown (
    {own},
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    session {key} NOT NULL,
    agent {key} NOT NULL,
    label {key} NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    chars BIGINT NOT NULL,
    body BYTEA NOT NULL,
    tool_use_id {key} NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, id)
);
CREATE INDEX shown_context ON shown (tenant, session, agent, id);
CREATE TABLE seen_file (
    {own},
    context {key} NOT NULL,
    path {key} NOT NULL,
    state {key} NOT NULL,
    ref {key} NOT NULL,
    seen_s DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (tenant, context, path)
);
CREATE TABLE charge (
    {own},
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    session {key} NOT NULL,
    project {key} NOT NULL,
    what {key} NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    tokens BIGINT NOT NULL,
    delivery {key},
    PRIMARY KEY (tenant, id)
);
CREATE INDEX charge_session ON charge (tenant, session, what);
CREATE UNIQUE INDEX charge_delivery ON charge (tenant, delivery) WHERE delivery IS NOT NULL;
CREATE TABLE bill (
    {own},
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    session {key} NOT NULL,
    project {key} NOT NULL,
    model {key} NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    tokens_input BIGINT NOT NULL,
    tokens_cache_read BIGINT NOT NULL,
    tokens_cache_write BIGINT NOT NULL,
    tokens_output BIGINT NOT NULL,
    tokens_left_out BIGINT NOT NULL,
    delivery {key},
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX bill_delivery ON bill (tenant, delivery) WHERE delivery IS NOT NULL
"""

# No GIN index over the words: a query of one tenant may not use it, for what compares words is not leakproof, and PostgreSQL
# asks the policy first. The notes in view are found by their scope, and ranked.
_M003_MEMORY = """
CREATE TEXT SEARCH DICTIONARY headroom_stem (TEMPLATE = snowball, Language = english);
CREATE TEXT SEARCH CONFIGURATION headroom (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION headroom ALTER MAPPING FOR asciiword, word, numword WITH headroom_stem;
CREATE TABLE note (
    {own},
    row BIGINT GENERATED ALWAYS AS IDENTITY,
    id {key} NOT NULL,
    text TEXT NOT NULL,
    tags TEXT NOT NULL,
    scope {key} NOT NULL,
    author {key} NOT NULL,
    speaker TEXT NOT NULL,
    session {key} NOT NULL,
    tool {key} NOT NULL,
    ref {key} NOT NULL,
    topic {key} NOT NULL,
    rests_on TEXT NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    used_s DOUBLE PRECISION NOT NULL,
    uses BIGINT NOT NULL,
    superseded_by {key} NOT NULL,
    words TSVECTOR,                           -- A: its own words, B: its neighbours', C: those two away, D: its tags
    PRIMARY KEY (tenant, row)
);
CREATE UNIQUE INDEX note_id ON note (tenant, id);
CREATE INDEX note_scope ON note (tenant, scope, row);
CREATE INDEX note_thread ON note (tenant, scope, session, row);
CREATE INDEX note_topic ON note (tenant, scope, topic) WHERE topic <> '';
CREATE TABLE note_vector (
    {own},
    row BIGINT NOT NULL,
    model {key} NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (tenant, row, model)
);
CREATE TABLE observation (
    {own},
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    scope {key} NOT NULL,
    session {key} NOT NULL,
    what {key} NOT NULL,
    subject {key} NOT NULL,
    detail TEXT NOT NULL,
    ref {key} NOT NULL,
    created_s DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX observation_scope ON observation (tenant, scope, what, subject)
"""

# How much a tenant holds, counted as it is written: a sum over all rows would be read for every quota. A row for each of some
# slots, so that two writers seldom wait for each other.
_M004_USAGE = """
CREATE TABLE usage (
    {own},
    slot INTEGER NOT NULL,
    originals BIGINT NOT NULL,
    stored_bytes BIGINT NOT NULL,
    PRIMARY KEY (tenant, slot)
);
CREATE FUNCTION headroom_count() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    way INTEGER := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO usage AS u (tenant, slot, originals, stored_bytes)
        SELECT c.tenant, pg_backend_pid() % 32, way * COUNT(*), way * SUM(c.stored_bytes) FROM changed c GROUP BY c.tenant
        ON CONFLICT (tenant, slot) DO UPDATE
            SET originals = u.originals + excluded.originals, stored_bytes = u.stored_bytes + excluded.stored_bytes;
    RETURN NULL;
END
$$;
CREATE TRIGGER original_added AFTER INSERT ON original REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION headroom_count();
CREATE TRIGGER original_removed AFTER DELETE ON original REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION headroom_count()
"""

MIGRATIONS = (_M001_TENANTS, _M002_OUTPUTS, _M003_MEMORY, _M004_USAGE)

TABLES = (
    "original", "output", "retrieval", "refusal", "expired", "session", "project", "shown", "seen_file", "charge", "bill",
    "note", "note_vector", "observation", "usage",
)  # fmt: skip
"""Those that hold what tenants have, each under row-level security."""

OWNER_TABLES = ("tenant", "access", "token")
"""Those that say who may be whom: no role but the owner reads them."""

_OWN = 'tenant TEXT COLLATE "C" NOT NULL DEFAULT headroom_tenant()'
_KEY = 'TEXT COLLATE "C"'


def statements(number: int) -> list[str]:
    """Return the statements of migration `number`, from 0."""
    text = MIGRATIONS[number].replace("{own}", _OWN).replace("{key}", _KEY)
    found: list[str] = []
    inside = False  # a function's body has semicolons of its own
    for piece in text.split(";\n"):
        if inside:
            found[-1] += ";\n" + piece
        else:
            found.append(piece)
        inside ^= piece.count("$$") % 2 == 1
    return [statement for statement in found if statement.strip()]


def protection(table: str) -> list[str]:
    """Return the statements that put `table` under row-level security; as often as one likes."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS own ON {table}",
        f"CREATE POLICY own ON {table} USING (tenant = (SELECT headroom_tenant()))"
        " WITH CHECK (tenant = (SELECT headroom_tenant()))",
    ]
