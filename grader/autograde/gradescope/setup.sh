#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the autograder's image: it installs what run_autograder needs.
set -euo pipefail

AUTOGRADER="${AUTOGRADER:-/autograder}"
OPTIONS=(@OPTIONS@)
export DEBIAN_FRONTEND=noninteractive
cd "$AUTOGRADER/source"

# A Python that the course can work with and that can make a virtual environment.
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if command -v "$name" > /dev/null &&
            "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

apt-get update
apt-get install -y --no-install-recommends bubblewrap ca-certificates libseccomp2 python3-venv
if ! find_python > /dev/null; then
    apt-get install -y --no-install-recommends python3.11 python3.11-venv # Ubuntu 22.04's own Python is 3.10
fi

"$(find_python)" -m venv "$AUTOGRADER/venv"
PYTHON="$AUTOGRADER/venv/bin/python"
install=("$PYTHON" -m pip install --no-cache-dir --quiet --constraint constraints.txt)
"${install[@]}" --no-deps --extra-index-url https://download.pytorch.org/whl/cpu torch # 200 MB instead of several GB
"${install[@]}" --editable .

# The reference once: it shows in this log whether there can be a sandbox, and builds the catalogues that were not ready.
PYTHONPATH="$AUTOGRADER/source" "$PYTHON" -m grader.autograde.on_gradescope \
    --submission solutions --results reference.json "${OPTIONS[@]}" || true
rm -f reference.json
