#!/bin/sh
# Runs once, on an empty data folder. The owner's role makes and changes tables; the application's only reads
# and writes rows, and neither is a superuser, so that grants and row-level security hold for both.
set -eu
SECRETS=${SECRETS:-/run/secrets}
export SECRETS
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\set owner_password `cat "$SECRETS/database_owner_password"`
\set password `cat "$SECRETS/database_password"`
CREATE ROLE painclinic_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE painclinic_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'password';
CREATE DATABASE painclinic OWNER painclinic_owner;
REVOKE ALL ON DATABASE painclinic FROM PUBLIC;
GRANT CONNECT ON DATABASE painclinic TO painclinic_app;
\connect painclinic
ALTER DEFAULT PRIVILEGES FOR ROLE painclinic_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO painclinic_app;
ALTER DEFAULT PRIVILEGES FOR ROLE painclinic_owner GRANT USAGE ON SEQUENCES TO painclinic_app;
SQL
