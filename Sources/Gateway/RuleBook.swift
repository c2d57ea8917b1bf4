public import Payins
public import Routing
import Synchronization

/// The rule set in force. A new one replaces it whole or not at all.
public final class RuleBook: Sendable {
  /// What an operator sees of the set in force and of the last one refused.
  public struct Status: Sendable {
    public var version: String
    public var files: [String]
    public var rules: [String]
    public var warnings: [String]
    public var loadedAt: Instant
    public var rejection: Rejection?
  }

  public struct Rejection: Equatable, Sendable {
    public var at: Instant
    /// `file:line:column: message` each.
    public var faults: [String]

    public init(at: Instant, faults: [String]) {
      self.at = at
      self.faults = faults
    }
  }

  private struct State {
    var set: RuleSet
    var loadedAt: Instant
    var rejection: Rejection?
  }

  private let state: Mutex<State>
  private let metrics: Metrics

  public init(_ set: RuleSet, at now: Instant, metrics: Metrics) {
    state = Mutex(State(set: set, loadedAt: now))
    self.metrics = metrics
  }

  public var current: RuleSet { state.withLock { $0.set } }
  public var version: String { current.version }

  /// Pay-ins in flight keep the decision that they were given.
  public func replace(with set: RuleSet, at now: Instant) {
    state.withLock { $0 = State(set: set, loadedAt: now) }
    metrics.increment("pasarela_rules_reloads_total", [("result", "accepted")])
  }

  /// The set in force stays; the reason is shown.
  public func reject(_ rejection: Rejection) {
    state.withLock { $0.rejection = rejection }
    metrics.increment("pasarela_rules_reloads_total", [("result", "rejected")])
  }

  /// The files are those of the set in force again.
  public func dropRejection() { state.withLock { $0.rejection = nil } }

  public var status: Status {
    state.withLock { state in
      Status(
        version: state.set.version, files: state.set.files.map(\.name),
        rules: state.set.files.flatMap(\.rules),
        warnings: state.set.warnings.map(\.description), loadedAt: state.loadedAt,
        rejection: state.rejection)
    }
  }

  public func decide(
    _ request: PayinRequest, payin: PayinID, merchant: String, now: Instant, calls: ProviderCalls
  ) -> Decision {
    let decision = current.decide(
      RoutingQuestion(
        request: request, payin: payin, merchant: merchant, now: now,
        health: calls.monitors.mapValues { $0.health(at: now) }))
    for rule in decision.conditionErrors {
      metrics.increment("pasarela_rule_errors_total", [("rule", rule)])
    }
    return decision
  }
}
