#!/bin/sh
# The two kinds of role beside the owner: a server's, and one for the machines of a tenant. Neither owns a table or may pass over
# row-level security. `headroom admin admit` says what each may be.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  -v server="$HEADROOM_SERVER_PASSWORD" -v machines="$HEADROOM_MACHINES_PASSWORD" <<'SQL'
CREATE ROLE headroom_server LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'server';
CREATE ROLE headroom_machines LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'machines';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SQL
