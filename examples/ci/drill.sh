#!/bin/sh
# A drill of a recovery plan, on a schedule: its machines start in an isolated network from their newest recovery points,
# the tests look at them there, and all of it is cleaned up again.
#   drill.sh <plan> <network> [command that tests the machines]
# Writes results/drill.json, the run with each machine's times. Exit code 0: the plan works.
set -eu
plan="$1"
network="$2"
shift 2
mkdir -p results

clean_up() { npx --no siterecovery plan clean-up "$plan"; }
trap clean_up EXIT

npx --no siterecovery plan test-failover "$plan" --network "$network" --json > results/drill.json
if [ "$#" -gt 0 ]; then "$@"; fi
