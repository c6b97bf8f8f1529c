#!/bin/sh
# Renews the hashed locks: no header, no download addresses.
set -eu
uv=".tools/bin/uv"
flags="--universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet"
$uv pip compile $flags ${UPGRADE:+--upgrade} pyproject.toml -o requirements/runtime.lock
$uv pip compile $flags ${UPGRADE:+--upgrade} pyproject.toml --extra dev -c requirements/runtime.lock -o requirements/dev.lock
$uv pip compile $flags ${UPGRADE:+--upgrade} pyproject.toml --extra telemetry -c requirements/dev.lock -o requirements/telemetry.lock
$uv pip compile $flags ${UPGRADE:+--upgrade} pyproject.toml --extra spark -c requirements/dev.lock -o requirements/spark.lock
$uv pip compile $flags ${UPGRADE:+--upgrade} pyproject.toml --extra docs -c requirements/dev.lock -o requirements/docs.lock
printf 'hatchling>=1.27\n' | $uv pip compile $flags ${UPGRADE:+--upgrade} - -o requirements/build.lock
printf 'uv==%s\n' "$($uv --version | cut -d' ' -f2)" | $uv pip compile $flags - -o requirements/tools.lock
