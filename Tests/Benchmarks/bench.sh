#!/usr/bin/env bash
# Measures the gateway on loopback beside nginx, in one run, since absolute figures drift on shared
# machines. Needs wrk and nginx (make bench installs them). Arguments: the folder of the release
# executables.
set -euo pipefail
bin=$(realpath "$1")
seconds=${SECONDS_EACH:-5}
work=$(mktemp -d)
base=$((20000 + RANDOM % 12000))
pids=()
cleanup() { kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
cd "$work"

# The provider: nginx, answering every order at once in CashyPay's form; and behind a second port
# nginx merely proxying to it. A third port takes connections and never answers.
cat > nginx.conf <<NGINX
daemon off; worker_processes 1; pid $work/nginx.pid; error_log $work/error.log crit;
events { worker_connections 2048; }
http {
  access_log off; keepalive_requests 1000000; client_body_temp_path $work/b; proxy_temp_path $work/p;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  upstream stub { server 127.0.0.1:$((base + 1)); keepalive 128; keepalive_requests 1000000; }
  server { listen 127.0.0.1:$((base + 1)); location / { default_type application/json;
    return 200 '{"code":200,"msg":"SUCCESS","data":{"orderNo":"PAYIN1","payCode":"684180104000000003","amount":"150"}}'; } }
  server { listen 127.0.0.1:$((base + 2)); location / { proxy_pass http://stub; proxy_http_version 1.1;
    proxy_set_header Connection ""; } }
}
NGINX
nginx -c "$work/nginx.conf" -p "$work" & pids+=($!)
python3 - $((base + 3)) <<'PY' & pids+=($!)
import socket, sys
server = socket.socket(); server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1]))); server.listen(1024); held = []
while True:
    held.append(server.accept()[0])
PY

key=pk_bench
hash=$(printf %s "$key" | sha256sum | cut -d' ' -f1)
mkdir rules
python3 - > rules/bench.json5 <<'PY'
import json
rules = [{"name": "hanging", "when": "'hang' in payin.metadata", "route": {"priority": ["slow-main/spei"]}}]
rules += [{"name": f"r{n}", "when": f"payin.amount == {n + 1}", "route": {"priority": ["fast-main/spei"]}} for n in range(18)]
print(json.dumps({"rules": rules, "otherwise": {"priority": ["fast-main/spei"]}}))
PY
account='"provider":"cashypay","merchant_id":"1","api_key":"k","pay_types":{"spei":69},"clabe_check":"warn"'
cat > pasarela.json5 <<JSON
{ listen: { port: $base }, store: "sqlite:$work/p.db", rules: "$work/rules", log: { level: "error" },
  merchants: [ { id: "m", api_keys: [ { id: "k", sha256: "$hash", scopes: ["payins:read", "payins:write"] } ] } ],
  provider_accounts: [ { id: "fast-main", base_url: "http://127.0.0.1:$((base + 1))", $account },
    { id: "slow-main", base_url: "http://127.0.0.1:$((base + 3))", timeout_seconds: 20, $account } ] }
JSON
gateway=
# A gateway with empty books: what an earlier load left pending would be polled during the next.
fresh() {
  if [ -n "$gateway" ]; then kill "$gateway"; wait "$gateway" 2>/dev/null || true; rm -f p.db*; fi
  "$bin/pasarela" serve --config pasarela.json5 & gateway=$!; pids+=("$gateway")
  for _ in $(seq 100); do curl -fs "$gate/health/ready" >/dev/null && return; sleep 0.05; done
}
gate=http://127.0.0.1:$base

body='{"merchant_reference":"REF","amount":15000,"currency":"MXN","method":"spei","description":"Two tickets","payer":{"name":"Ana Prueba","email":"ana@example.mx","phone":"+525500000000"}HANG}'
cat > create.lua <<LUA
local n, id = 0, 0
function setup(thread) id = id + 1; thread:set("id", id) end
function request()
  n = n + 1
  local ref = (os.getenv("RUN") or "r") .. "-" .. id .. "-" .. n
  return wrk.format("POST", "/v1/payins", {["Authorization"] = "Bearer $key",
    ["Content-Type"] = "application/json", ["Idempotency-Key"] = ref},
    (string.gsub(string.gsub('$body', "REF", ref), "HANG", os.getenv("HANG") or "")))
end
LUA
cat > evaluate.lua <<LUA
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer $key"
wrk.headers["Content-Type"] = "application/json"
wrk.body = string.gsub(string.gsub('$body', "REF", "x"), "HANG", "")
LUA
cat > read.lua <<LUA
wrk.headers["Authorization"] = "Bearer $key"
LUA

load() { # name, connections, script, url
  wrk -t1 -c"$2" -d"${seconds}s" --latency -s "$3" "$4" > "$work/out" 2>&1
  rate=$(awk '/Requests\/sec/ { print int($2) }' "$work/out")
  median=$(awk '$1 == "50%" { print $2 }' "$work/out"); tail=$(awk '$1 == "99%" { print $2 }' "$work/out")
  failed=$(awk '/Non-2xx/ { print $NF }' "$work/out")
  printf '%-52s %8s/s   p50 %8s   p99 %8s%s\n' "$1" "$rate" "$median" "$tail" "${failed:+   failed $failed}"
}
polls() { curl -s "$gate/metrics" | awk '/^pasarela_provider_calls_total.*operation="query"/ { n += $NF } END { print n + 0 }'; }
cpu() { awk '{ print $14 + $15 }' "/proc/$gateway/stat"; }

echo "each ${seconds} s on $(nproc) cores shared by load, stub and gateway"
fresh
RUN=1 load "nginx proxying, one client" 1 create.lua "http://127.0.0.1:$((base + 2))"
RUN=b load "durable pay-ins, one client" 1 create.lua "$gate"
fresh
RUN=n load "nginx proxying the same request, 64 clients" 64 create.lua "http://127.0.0.1:$((base + 2))"; proxy=$rate
before=$(cpu)
RUN=a load "durable pay-ins, 64 clients" 64 create.lua "$gate"; creates=$rate
spent=$(( ($(cpu) - before) * 10000 / (creates * seconds) ))
sleep 4; before=$(polls); sleep "$seconds"
printf '%-52s %8s/s\n' "the reconciler's polls of what was made" "$(( ($(polls) - before) / seconds ))"
fresh
curl -s "$gate/v1/payins" -H "Authorization: Bearer $key" -H "Content-Type: application/json" -H "Idempotency-Key: one" \
  -d "$(printf %s "$body" | sed 's/HANG//')" > one.json
id=$(sed -E 's/^\{"id":"(payin_[a-z0-9]+)".*/\1/' one.json)
load "reads by id, 64 clients" 64 read.lua "$gate/v1/payins/$id"
load "evaluate over 20 rules, 64 clients" 64 evaluate.lua "$gate/v1/routing/evaluate"
fresh
HANG=',"metadata":{"hang":"1"}' RUN=h wrk -t1 -c64 -d"$((seconds + 2))s" -s create.lua "$gate" >/dev/null 2>&1 & pids+=($!)
sleep 1
RUN=c load "one client while another provider hangs 64 others" 1 create.lua "$gate"
echo "pay-ins are $(( creates * 100 / proxy )) % of nginx's proxying; gateway CPU per pay-in about $spent us"
