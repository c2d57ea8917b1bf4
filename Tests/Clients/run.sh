#!/usr/bin/env bash
# Runs other people's clients against the demo gateway and its simulated providers. One that cannot
# be had here is skipped with the reason; one that disagrees with us fails.
# Usage: run.sh PASARELA, the path of the executable.
set -uo pipefail
pasarela=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
document=$here/../../openapi/pasarela.json
work=$here/../../.build/clients
venv=$work/python/bin
key=pk_demo_only_for_trying_out
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1 PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1
export DEBIAN_FRONTEND=noninteractive
passed=0 failed=0 skipped=0

check() {  # NAME COMMAND...
  if "${@:2}" >"$work/$1.log" 2>&1; then
    echo "passed: $1"; passed=$((passed + 1))
  else
    tail -50 "$work/$1.log"; echo "failed: $1"; failed=$((failed + 1))
  fi
}

skip() {  # NAME: with what its installation said
  local reason
  reason=$(grep -m1 -iE 'error|^E:' "$work/install.log" || tail -1 "$work/install.log")
  echo "skipped: $1: $(cut -c1-200 <<<"$reason")"; skipped=$((skipped + 1))
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt() {  # its arguments once more with fresh lists where the machine has none, or old ones
  as_root apt-get -qq "$@" || { as_root apt-get -qq update && as_root apt-get -qq "$@"; }
} >"$work/install.log" 2>&1

command_of() {  # PACKAGE COMMAND: whether the command is there, or could be installed
  command -v "$2" >/dev/null || { apt install -y --no-install-recommends "$1" && command -v "$2" >/dev/null; }
}

pip() {  # PACKAGE...: whether they are there, or could be installed
  "$venv/python" -m pip install --quiet --disable-pip-version-check -c "$here/versions.txt" "$@"
} >"$work/install.log" 2>&1

promtool_path() {  # without its package's daemon
  command -v promtool && return
  [ -x "$work/usr/bin/promtool" ] || (cd "$work" && apt download prometheus &&
    dpkg --fsys-tarfile prometheus_*.deb | tar xf - ./usr/bin/promtool && rm prometheus_*.deb) >&2 || return
  echo "$work/usr/bin/promtool"
}

metrics() { curl -sSf -H "Authorization: Bearer $key" "$gateway/metrics" | "$1" check metrics; }

barcode() {  # of a cash pay-in at the account, read as a till reads it
  local payin reference
  payin=$(curl -sSf "$gateway/v1/payins" -H "Authorization: Bearer $key" -H "Idempotency-Key: $1" \
    -H 'Content-Type: application/json' -d '{"merchant_reference":"'"$1"'","amount":15000,
      "currency":"MXN","method":"store","description":"Two tickets",
      "payer":{"name":"Ana Prueba","email":"ana@example.mx","phone":"+525500000000"},
      "metadata":{"target":"'"$1"'/store"}}') || return
  echo "$payin"
  reference=$(grep -oP '"reference":"\K[^"]+' <<<"$payin") || return
  curl -sSf "$(grep -oP '"hosted_url":"\K[^"]+' <<<"$payin")/barcode.svg" |
    rsvg-convert --background-color white >"$work/barcode.png" || return
  [ "$(zbarimg --quiet --raw "$work/barcode.png" | tee /dev/stderr)" = "$reference" ]
}

generated() {
  # It knows no SVG; whatever else it cannot read is a failure.
  PATH=$venv:$PATH openapi-python-client generate --path "$document" --meta none --fail-on-warning \
    --config <(echo '{ content_type_overrides: { image/svg+xml: text/html } }') \
    --output-path "$work/generated/pasarela_client" || return
  "$venv/python" "$here/generated_client.py" "$work/generated" "$gateway" "$key"
}

rm -rf "$work/gateway" "$work/generated"
mkdir -p "$work/gateway" "$work/generated"
cd "$work/gateway" || exit
setpriv --pdeathsig KILL "$pasarela" demo serve --port 0 --sandbox-port 0 >"$work/gateway.log" 2>&1 &
process=$!
trap 'kill $process' EXIT
for _ in {1..300}; do grep -q '^Gateway on' "$work/gateway.log" && break; sleep 0.1; done
gateway=$(grep -oP '^Gateway on \K[^,]+' "$work/gateway.log")
sandbox=$(grep -oP 'simulated providers on \K\S+(?=\.)' "$work/gateway.log")
[ -n "$sandbox" ] || { cat "$work/gateway.log"; exit 1; }

command_of python3 python3
python3 -m venv "$work/python" >"$work/install.log" 2>&1 ||
  { apt install -y python3-venv && python3 -m venv "$work/python" >"$work/install.log" 2>&1; }
# Its lists hold what it made alone: it goes first.
if pip 'setuptools<58' wheel && pip --no-build-isolation openpay; then
  check openpay "$venv/python" -W ignore "$here/openpay_sdk.py" "$sandbox"
else skip "openpay on $(python3 --version)"; fi
if pip standardwebhooks; then
  check standardwebhooks "$venv/python" "$here/standard_webhooks.py" "$gateway" "$sandbox" "$key"
else skip standardwebhooks; fi
if pip openapi-python-client; then check openapi-python-client generated
else skip openapi-python-client; fi
if command_of zbar-tools zbarimg && command_of librsvg2-bin rsvg-convert; then
  for account in openpay-main cashypay-main; do check "zbarimg-$account" barcode "$account"; done
else skip zbarimg; fi
if tool=$(promtool_path); then check promtool metrics "$tool"; else skip promtool; fi
if pip schemathesis; then
  check schemathesis env SCHEMATHESIS_HOOKS="$here/schemathesis_hooks.py" timeout 300 "$venv/schemathesis" \
    --config-file "$here/schemathesis.toml" run "$document" --url "$gateway" -H "Authorization: Bearer $key"
else skip schemathesis; fi

echo "$passed passed, $failed failed, $skipped skipped"
# Where nothing could be had, nothing was proved.
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
