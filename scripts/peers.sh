#!/bin/sh
# Builds an environment for each peer that the benches compare with: .tools/peers/<name>, from requirements/peers/<name>.lock.
# RENEW=1 makes the locks anew from requirements/peers/<name>.in.
set -eu
uv=".tools/bin/uv"
flags="--python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet"
for name in ${*:-rulelift iguanas imodels skope-rules}; do
    lock="requirements/peers/$name.lock"
    if [ -n "${RENEW:-}" ] || [ ! -f "$lock" ]; then
        $uv pip compile $flags --universal "requirements/peers/$name.in" -o "$lock"
    fi
    $uv venv --quiet --clear --python 3.11 ".tools/peers/$name"
    $uv pip install --quiet --require-hashes --python ".tools/peers/$name/bin/python" -r "$lock"
done
