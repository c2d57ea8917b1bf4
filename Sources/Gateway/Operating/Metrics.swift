import Synchronization

/// Counts, gauges and durations for `GET /metrics`, in Prometheus' text format. Label values come
/// from bounded sets only: never from a request's text.
public final class Metrics: Sendable {
  private struct Key: Hashable {
    var name: String
    var labels: String
  }

  private struct Histogram {
    var buckets = [Int64](repeating: 0, count: Metrics.bounds.count)
    var sumMicroseconds: Int64 = 0
    var count: Int64 = 0
  }

  private struct State {
    var counters: [Key: Int64] = [:]
    var gauges: [Key: Int64] = [:]
    var histograms: [Key: Histogram] = [:]
    /// Of all of them.
    var common = ""
  }

  /// Upper bounds of the duration buckets, in milliseconds.
  private static let bounds: [Int64] = [
    1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
  ]

  private static let help: [String: String] = [
    "pasarela_http_requests_total": "Requests answered, by route and status.",
    "pasarela_payins_total": "Pay-ins that entered a status.",
    "pasarela_provider_calls_total": "Calls to providers, by account, operation and outcome.",
    "pasarela_provider_call_seconds": "Duration of calls to providers.",
    "pasarela_callbacks_total": "Deliveries from providers, by account and verdict.",
    "pasarela_alerts_total": "Facts that the providers' documents do not allow for.",
    "pasarela_rule_errors_total": "Conditions of rules that ended in an error.",
    "pasarela_rule_shadow_total": "Decisions that shadow files looked at, by result.",
    "pasarela_log_dropped_total": "Lines of the log that were dropped: nobody read them in time.",
    "pasarela_gateways_alive": "Gateways that serve this store.",
    "pasarela_jobs_due": "Jobs whose time has come.",
    "pasarela_jobs_oldest_seconds": "How long the oldest due job has waited.",
    "pasarela_store_changes_total": "Changes that became durable since the start.",
    "pasarela_store_commits_total": "Transactions that made them so; each waits for the disk once.",
    "pasarela_store_damaged_rows": "Rows of the store that cannot be read.",
    "pasarela_store_sealed": "1 where a data key is set.",
    "pasarela_store_rows_to_seal": "Rows that are not yet under the current data key.",
    "pasarela_payins_disputed": "Pay-ins of which a provider took recorded money back.",
    "pasarela_store_payments_held": "Reversals that wait for an operator.",
    "pasarela_store_payments_total": "Store payments that were settled, by event.",
    "pasarela_store_payments_unresolved": "Store payments that Paynet has not settled yet.",
    "pasarela_webhook_tries_total": "Tries to tell merchants of events, by result.",
    "pasarela_webhook_endpoints_gone": "Endpoints that answered 410 and are disabled.",
    "pasarela_http_connections": "Open inbound connections.",
    "pasarela_http_connections_turned_away_total":
      "Connections that gave way, got a place of the reserve or were closed at once, by reason.",
    "pasarela_http_held_bytes": "Bytes of requests that have begun and are not complete.",
    "pasarela_http_bodies_refused_total": "Requests refused because too many were half sent.",
    "pasarela_rate_limited_total": "Requests refused for their rate, by limit.",
    "pasarela_account_accepts_creates": "1 where the account's breaker lets creates through.",
    "pasarela_account_breaker": "1 for the state that the account's breaker is in.",
    "pasarela_account_silent_payments": "Payments in a row that no callback told of.",
    "pasarela_account_unanswered_queries": "Queries in a row without a usable answer.",
    "pasarela_account_unauthorized_calls": "Calls in a row in which the provider refused us.",
    "pasarela_http_request_seconds": "Duration of requests, by route.",
    "pasarela_rules_reloads_total": "Reloads of the rule set, by result.",
  ]

  private let state = Mutex(State())

  public init() {}

  /// Tells in each of them which gateway's it is; for one of several.
  public func name(gateway: String) {
    state.withLock { $0.common = Self.text([("gateway", gateway)]) }
  }

  public func increment(_ name: String, _ labels: [(String, String)] = [], by amount: Int64 = 1) {
    let key = Key(name: name, labels: Self.text(labels))
    state.withLock { $0.counters[key, default: 0] += amount }
  }

  /// A counter that is kept elsewhere.
  public func count(_ name: String, to total: Int64) {
    state.withLock { $0.counters[Key(name: name, labels: "")] = total }
  }

  public func set(_ name: String, _ labels: [(String, String)] = [], to value: Int64) {
    let key = Key(name: name, labels: Self.text(labels))
    state.withLock { $0.gauges[key] = value }
  }

  public func observe(
    _ name: String, _ labels: [(String, String)] = [], milliseconds: Int64
  ) {
    let key = Key(name: name, labels: Self.text(labels))
    state.withLock {
      var histogram = $0.histograms[key] ?? Histogram()
      if let bucket = Self.bounds.firstIndex(where: { milliseconds <= $0 }) {
        histogram.buckets[bucket] += 1
      }
      histogram.count += 1
      histogram.sumMicroseconds += milliseconds * 1000
      $0.histograms[key] = histogram
    }
  }

  /// Prometheus' text exposition format, version 0.0.4; durations in seconds.
  public var exposition: String {
    var state = state.withLock { $0 }
    let common = state.common
    func whole(_ key: Key) -> Key {
      guard !common.isEmpty else { return key }
      return Key(name: key.name, labels: key.labels.isEmpty ? common : "\(key.labels),\(common)")
    }
    state.counters = Dictionary(uniqueKeysWithValues: state.counters.map { (whole($0), $1) })
    state.gauges = Dictionary(uniqueKeysWithValues: state.gauges.map { (whole($0), $1) })
    state.histograms = Dictionary(uniqueKeysWithValues: state.histograms.map { (whole($0), $1) })
    var out = ""
    Self.write("counter", state.counters, to: &out)
    Self.write("gauge", state.gauges, to: &out)
    var last = ""
    for (key, histogram) in state.histograms.sorted(by: { Self.precedes($0.key, $1.key) }) {
      if key.name != last { Self.writeHead(key.name, "histogram", to: &out) }
      last = key.name
      Self.write(key, histogram, to: &out)
    }
    return out
  }

  private static func write(_ type: String, _ values: [Key: Int64], to out: inout String) {
    var last = ""
    for (key, value) in values.sorted(by: { precedes($0.key, $1.key) }) {
      if key.name != last { writeHead(key.name, type, to: &out) }
      last = key.name
      out +=
        key.labels.isEmpty
        ? "\(key.name) \(value)\n" : "\(key.name){\(key.labels)} \(value)\n"
    }
  }

  private static func writeHead(_ name: String, _ type: String, to out: inout String) {
    if let help = help[name] { out += "# HELP \(name) \(help)\n" }
    out += "# TYPE \(name) \(type)\n"
  }

  private static func write(_ key: Key, _ histogram: Histogram, to out: inout String) {
    let comma = key.labels.isEmpty ? "" : ","
    var sum: Int64 = 0
    for (bound, count) in zip(bounds, histogram.buckets) {
      sum += count
      let limit = decimal(bound, places: 3)
      out += "\(key.name)_bucket{\(key.labels)\(comma)le=\"\(limit)\"} \(sum)\n"
    }
    out += "\(key.name)_bucket{\(key.labels)\(comma)le=\"+Inf\"} \(histogram.count)\n"
    let braces = key.labels.isEmpty ? "" : "{\(key.labels)}"
    out += "\(key.name)_sum\(braces) \(decimal(histogram.sumMicroseconds, places: 6))\n"
    out += "\(key.name)_count\(braces) \(histogram.count)\n"
  }

  private static func decimal(_ value: Int64, places: Int) -> String {
    let digits = String(value)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return "\(padded.dropLast(places)).\(padded.suffix(places))"
  }

  private static func precedes(_ left: Key, _ right: Key) -> Bool {
    (left.name, left.labels) < (right.name, right.labels)
  }

  private static func text(_ labels: [(String, String)]) -> String {
    var out: [UInt8] = []
    for (name, value) in labels {
      if !out.isEmpty { out.append(UInt8(ascii: ",")) }
      out += name.utf8
      out += "=\"".utf8
      for byte in value.utf8 {
        switch byte {
        case UInt8(ascii: "\\"): out += "\\\\".utf8
        case UInt8(ascii: "\""): out += "\\\"".utf8
        case UInt8(ascii: "\n"): out += "\\n".utf8
        default: out.append(byte)
        }
      }
      out.append(UInt8(ascii: "\""))
    }
    return String(decoding: out, as: UTF8.self)
  }
}
