# Shared by the scripts here: saying things, and finding uv and the two Pythons. Sourced, not run.

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# uv does not read pip's configuration. Where a machine has told pip to use an index of its own instead of the public one
# (a mirror, a folder of wheels), tell uv the same, unless uv has been told already. An index that pip only has in addition is
# left alone: uv would take its copy of a version for the only one, and miss the wheels for the other Python.
pip_index_for_uv() {
  local key value own='' extra=''
  NO_INDEX=''
  while IFS='=' read -r key value; do
    value=${value#[\'\"]}
    value=${value%[\'\"]}
    case "${key##*.}" in
      index-url) own=1 && export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$value}" ;;
      no-index) case "$value" in 1 | true | True | yes | on) own=1 && NO_INDEX=--no-index ;; esac ;;
      extra-index-url) extra=${extra:-$value} ;;
      find-links) export UV_FIND_LINKS="${UV_FIND_LINKS:-${value// /,}}" ;;
      cert) export SSL_CERT_FILE="${SSL_CERT_FILE:-$value}" ;;
    esac
  done < <(python3 -m pip config list 2>/dev/null || true)
  if [ -n "$own" ] && [ -n "$extra" ]; then
    export UV_INDEX="${UV_INDEX:-$extra}" UV_INDEX_STRATEGY="${UV_INDEX_STRATEGY:-unsafe-best-match}"
  fi
}

# Prints the real program behind a Python that passes a test, or fails. Asking it to run sees through pyenv's shims.
try_python() {
  command -v "$1" >/dev/null 2>&1 || return 1
  "$1" -c "import sys, ssl, sqlite3, zlib, ctypes
if not ($2): raise SystemExit(1)
print(getattr(sys, '_base_executable', None) or sys.executable)" 2>/dev/null
}

# find_python TEST VERSION…: the first Python that passes TEST, the versions tried in that order.
find_python() {
  local test=$1 version candidate
  shift
  for version in "$@"; do
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python "$HOME/.pyenv/versions/$version".*/bin/python \
      "/usr/local/bin/python$version" "/usr/bin/python$version" /opt/*/bin/"python$version" /opt/python/*/bin/"python$version"; do
      try_python "$candidate" "$test" && return 0
    done
  done
  try_python python3 "$test"
}

find_web_python() { find_python 'sys.version_info >= (3, 11)' 3.11 3.12 3.13 3.14; }

find_rasa_python() {
  local test='sys.version_info[:2] == (3, 10)'
  find_python "$test" 3.10 && return 0
  # A Python that uv itself brought in earlier, or can bring in now.
  "$UV" python install --quiet 3.10 >/dev/null 2>&1 || true
  try_python "$("$UV" python find --no-python-downloads 3.10 2>/dev/null)" "$test"
}

# Sets UV to the uv of this machine, or brings the pinned one in beside the project.
find_uv() {
  if UV=$(command -v uv) && "$UV" --version >/dev/null 2>&1; then return 0; fi
  UV=$PWD/.tools/bin/uv
  [ -x "$UV" ] && "$UV" --version >/dev/null 2>&1 && return 0
  local python
  python=$(find_web_python) || die "no Python 3.11 or later here; install one (Debian: apt-get install python3 python3-venv) and run make again"
  say "bringing in uv"
  rm -rf .tools/bin .tools/lib .tools/lib64 .tools/include .tools/pyvenv.cfg
  "$python" -m venv .tools >/dev/null 2>&1 || die "$python cannot make an environment; install its venv part (Debian: apt-get install python3-venv), or uv, and run make again"
  .tools/bin/pip install -qq --disable-pip-version-check --require-hashes -r locks/tools.txt >&2 ||
    die "pip could not bring in uv (locks/tools.txt); see the line above, or install uv by hand, and run make again"
}

hash_of() { cat "$@" | sha256sum | cut -d' ' -f1; }
