import Foundation
import Gateway
import HTTPServing
import JSONText
import MerchantAPI
import Payins
import Synchronization

/// Watches what the listeners had to turn away, and says so: in metrics and health as it is, in the
/// log with a line a minute for each kind and each address, however much there is of it.
final class ServingWatch: Sendable {
  private static let lineMilliseconds: Int64 = 60_000
  /// Unused memory that is worth the while to give back, in bytes.
  private static let unusedBytes = 32 << 20

  private struct Subject: Hashable {
    var message: String
    var limit: String?
    var address: String?
  }

  private struct Tally {
    var count: Int64 = 0
    var lastLine: Instant?
  }

  private struct State {
    var servers: [HTTPServer] = []
    var figures = HTTPServerFigures()
    var tallies: [Subject: Tally] = [:]
    var lastFull: Instant?
    var tlsFault: String?
    var keptBytes = 0
  }

  private let limits: RateLimits
  private let metrics: Metrics
  private let log: Log
  private let time: any TimeSource
  private let state = Mutex(State())

  init(limits: RateLimits, metrics: Metrics, log: Log, time: any TimeSource) {
    self.limits = limits
    self.metrics = metrics
    self.log = log
    self.time = time
  }

  func watch(_ servers: [HTTPServer]) { state.withLock { $0.servers = servers } }

  /// Looks each second, until its task is cancelled.
  func run() async {
    var round = 0
    while !Task.isCancelled {
      look()
      round += 1
      if round % 5 == 0 { returnMemory() }
      await time.sleep(until: time.steady().adding(seconds: 1))
    }
  }

  /// Whether the certificate that is in force is the one that stands in the files.
  func certificate(isRefused fault: String?) { state.withLock { $0.tlsFault = fault } }

  /// For health: warns for a minute after connections or bodies had to be turned away.
  var checks: [Health.Check] {
    look()
    let now = time.steady()
    let (figures, lastFull, fault) = state.withLock { ($0.figures, $0.lastFull, $0.tlsFault) }
    let isFull = lastFull.map { now.milliseconds(since: $0) < Self.lineMilliseconds } ?? false
    var checks = [
      Health.Check(
        name: "http:connections", component: "system", status: isFull ? .warn : .pass,
        value: .number(Int64(figures.open)),
        output: isFull ? "connections or half-sent requests had to be turned away" : nil)
    ]
    if let fault {
      checks.append(
        Health.Check(
          name: "http:certificate", component: "system", status: .warn,
          output: "the one before stays in force: \(fault)"))
    }
    return checks
  }

  private func look() {
    let now = time.steady()
    let refusals = limits.takeCounts()
    let lines = state.withLock { state in
      let before = state.figures
      let figures = Self.sum(state.servers.map(\.figures))
      state.figures = figures
      var isFull = false
      for (reason, message, count) in [
        ("gave_way", "waiting connections gave way to new ones", figures.gaveWay - before.gaveWay),
        ("spared", "connections of the reserve were given", figures.spared - before.spared),
        ("refused", "connections were closed at once", figures.refused - before.refused),
      ] where count > 0 {
        metrics.increment(
          "pasarela_http_connections_turned_away_total", [("reason", reason)], by: count)
        state.tallies[Subject(message: message), default: Tally()].count += count
        isFull = true
      }
      let bodies = figures.refusedBodies - before.refusedBodies
      if bodies > 0 {
        metrics.increment("pasarela_http_bodies_refused_total", by: bodies)
        state.tallies[Subject(message: "half-sent requests were refused"), default: Tally()]
          .count += bodies
        isFull = true
      }
      if isFull { state.lastFull = now }
      metrics.set("pasarela_http_connections", to: Int64(figures.open))
      metrics.set("pasarela_http_held_bytes", to: Int64(figures.heldBytes))
      for refusal in refusals {
        metrics.increment(
          "pasarela_rate_limited_total", [("limit", refusal.limit)], by: refusal.count)
        let subject = Subject(
          message: "calls were refused for their rate", limit: refusal.limit,
          address: refusal.address?.description ?? "others")
        state.tallies[subject, default: Tally()].count += refusal.count
      }
      return Self.takeLines(&state, at: now)
    }
    for (subject, count) in lines { say(subject, count) }
  }

  /// What is to be said now. What nothing happened to for a minute is forgotten.
  private static func takeLines(
    _ state: inout State, at now: Instant
  ) -> [(Subject, Int64)] {
    var lines: [(Subject, Int64)] = []
    for (subject, tally) in state.tallies {
      if let last = tally.lastLine, now.milliseconds(since: last) < lineMilliseconds { continue }
      state.tallies[subject] = tally.count > 0 ? Tally(count: 0, lastLine: now) : nil
      if tally.count > 0 { lines.append((subject, tally.count)) }
    }
    return lines
  }

  private func say(_ subject: Subject, _ count: Int64) {
    var fields: JSONObject = ["count": JSON(count)]
    if let limit = subject.limit { fields["limit"] = JSON(limit) }
    if let address = subject.address { fields["address"] = JSON(address) }
    log.warn(subject.message, fields)
  }

  /// Memory that a storm took goes back to the system when the storm is over.
  private func returnMemory() {
    let unused = ProcessMemory.unusedBytes
    let kept = state.withLock { state in
      state.keptBytes = min(state.keptBytes, unused)
      return state.keptBytes
    }
    guard unused - kept > Self.unusedBytes else { return }
    ProcessMemory.returnUnused()
    // What lies between pieces in use is given back, and counts as unused all the same.
    state.withLock { $0.keptBytes = unused }
  }

  private static func sum(_ all: [HTTPServerFigures]) -> HTTPServerFigures {
    all.reduce(into: HTTPServerFigures()) { sum, figures in
      sum.open += figures.open
      sum.gaveWay += figures.gaveWay
      sum.spared += figures.spared
      sum.refused += figures.refused
      sum.refusedBodies += figures.refusedBodies
      sum.heldBytes += figures.heldBytes
    }
  }
}
