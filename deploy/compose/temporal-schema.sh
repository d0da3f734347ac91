#!/bin/sh
# Makes Temporal's two databases, or brings them up to date. Run before each start of the server.
set -eu
schema=/etc/temporal/schema/postgresql/v12
for name in temporal temporal_visibility; do
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS --port $DB_PORT --user $POSTGRES_USER --db $name"
  # The password comes by the variable SQL_PASSWORD: on a command line others could see it.
  $tool create
  # A database that has a schema already refuses a second one.
  $tool setup-schema --version 0.0 || echo "$name has a schema already"
  $tool update-schema --schema-dir "$schema/${name#temporal_}/versioned"
done
