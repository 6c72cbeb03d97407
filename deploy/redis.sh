#!/bin/sh
# The password goes in through standard input: on the command line every process could read it.
set -eu
SECRETS=${SECRETS:-/run/secrets}
{
    echo "appendonly yes"
    echo "maxmemory-policy noeviction"
    echo "dir ${REDIS_DATA:-/data}"
    echo "port ${REDIS_PORT:-6379}"
    printf 'requirepass %s\n' "$(cat "$SECRETS/redis_password")"
} | exec "${REDIS_SERVER:-redis-server}" -
