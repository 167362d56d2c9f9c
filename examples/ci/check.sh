#!/bin/sh
# What a change has to pass: the definition is right, and the stack keeps to the policies.
#   check.sh [definition] [stack]
# Needs no machine and no disk image: commit the inventory lock beside the definition. Write it where the machines are:
#   npx siterecovery inventory --output inventory.lock.json
# Writes results/siterecovery.sarif for the code scanning of GitHub and others. Exit code 0: it may be taken in.
set -eu
definition="${1:-siterecovery.yaml}"
stack="${2:-dev}"
mkdir -p results

# The report is written whatever it says; the second run says it in the log, and ends with its exit code.
npx --no siterecovery validate "$definition" --format sarif --output results/siterecovery.sarif || true
npx --no siterecovery validate "$definition"

# Pulumi passes over names of policies that it does not know; `validate` refuses them.
if [ -f policies.json ]; then npx --no siterecovery validate "$definition" --policy-config policies.json; fi
set -- --policy-pack node_modules/siterecovery/policy-pack
if [ -f policies.json ]; then set -- "$@" --policy-pack-config policies.json; fi
pulumi preview --stack "$stack" --non-interactive "$@"
