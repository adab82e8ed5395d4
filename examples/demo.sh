#!/bin/sh
# The main job, on a copy of examples/contoso and an embedded tenant that is thrown away afterwards.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/contoso/." "$work"
cd "$work"

# In a pipeline these come from its secret store.
export GOOGLE_CLIENT_SECRET=demo-google-secret CONNECTOR_PASSWORD=demo-connector-password

run() { # run EXPECTED-EXIT-CODE COMMAND…
    expected=$1
    shift
    printf '\n$ %s\n' "$*"
    code=0
    "$@" || code=$?
    [ "$code" -eq "$expected" ] || { echo "demo: exit code $code where $expected was expected" >&2; exit 1; }
    [ "$code" -eq 0 ] || printf '(exit code %s)\n' "$code"
}

run 0 reconciler validate
run 0 reconciler plan --out approved.plan
run 0 reconciler apply approved.plan --yes
run 0 reconciler plan

printf '\n# Somebody changes the tenant in the portal: another address, another provider, no verification.\n'
python "$here/behind_the_back.py" .reconciler/local.db

run 2 reconciler drift
run 0 reconciler apply --yes
run 0 reconciler drift
