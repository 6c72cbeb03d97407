#!/bin/sh
# The settings go in through standard input: on the command line every process could read the password.
set -eu
SECRETS=${SECRETS:-/run/secrets}
exec "${REDIS_SERVER:-redis-server}" - <<END
appendonly yes
maxmemory-policy noeviction
dir ${REDIS_DATA:-/data}
bind ${REDIS_BIND:-* -::*}
port ${REDIS_PORT:-6379}
requirepass $(cat "$SECRETS/redis_password")
END
