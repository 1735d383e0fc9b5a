#!/usr/bin/env bash
# Writes requirements/*.txt anew from pyproject.toml: the newest versions that fit, with the hashes of their files, for every
# platform and Python that the project runs on. Needs uv. `scripts/lock.sh --upgrade` moves what is locked, otherwise it stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lock() {
  local file=requirements/$1.txt
  shift
  uv pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet \
    --custom-compile-command 'scripts/lock.sh --upgrade' --output-file "$file" >/dev/null
}

mkdir -p requirements
lock run "$@"
lock dev --extra test "$@"
