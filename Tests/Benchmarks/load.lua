-- What wrk sends, as LOAD says: payins (KEYS random or sequential), evaluate, read, callbacks.
-- Prints what it saw as one line of JSON.
local key, load = os.getenv("KEY"), os.getenv("LOAD")
local run, threads, sent = os.getenv("RUN") or "0", 0, 0
local bearer = "Authorization: Bearer " .. (key or "") .. "\r\n"

local function message(path, headers, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: localhost\r\n" .. headers
    .. "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

local function random()
  local part = math.random
  return string.format("%08x%08x%08x%08x", part(0, 0xffffffff), part(0, 0xffffffff),
    part(0, 0xffffffff), part(0, 0xffffffff))
end

local function sequential()
  return string.format("%016d%016d", tonumber(run), sent)
end

local function payin(reference)
  return '{"merchant_reference":"' .. reference .. '","amount":15000,"currency":"MXN",'
    .. '"method":"spei","description":"Two tickets","payer":{"name":"Ana Prueba",'
    .. '"email":"ana@example.mx","phone":"+525500000000"}' .. (os.getenv("MORE") or "") .. "}"
end

local lines

local loads = {
  payins = function()
    local name = os.getenv("KEYS") == "sequential" and sequential or random
    local id = name()
    return message("/v1/payins", bearer .. "Idempotency-Key: " .. id .. "\r\n",
      payin(name == random and name() or id))
  end,
  evaluate = function() return message("/v1/routing/evaluate", bearer, payin("x")) end,
  read = function()
    return "GET " .. os.getenv("TARGET") .. " HTTP/1.1\r\nHost: localhost\r\n" .. bearer .. "\r\n"
  end,
  -- Each line of TARGET once: a signature, a space, a body.
  callbacks = function()
    local line = lines()
    if not line then wrk.thread:stop() return "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n" end
    return message("/callbacks/fast-main", "MerchantId: 1\r\nSign: " .. line:sub(1, 32) .. "\r\n",
      line:sub(34))
  end,
}

function init()
  math.randomseed(tonumber(run))
  if load == "callbacks" then lines = io.lines(os.getenv("TARGET")) end
end

function request()
  sent = sent + 1
  return loads[load]()
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
