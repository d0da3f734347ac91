#!/bin/sh
# Makes Temporal's two databases, or brings them up to date. Run before each start of the server; the password comes by
# the variable SQL_PASSWORD, because others could see it on a command line.
set -eu
schema=/etc/temporal/schema/postgresql/v12
for name in temporal temporal_visibility; do
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS --port $DB_PORT --user $POSTGRES_USER --db $name"
  # The first two change nothing where they have been carried out before.
  $tool create
  $tool setup-schema --version 0.0
  $tool update-schema --schema-dir "$schema/${name#temporal_}/versioned"
done
