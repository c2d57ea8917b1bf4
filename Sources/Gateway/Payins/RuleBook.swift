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
    /// Files that decide nothing yet, and what they would have changed.
    public var shadowFiles: [String]
    public var shadow: ShadowCount
  }

  /// Since the set came into force.
  public struct ShadowCount: Equatable, Sendable {
    public var decisions: Int64 = 0
    /// Those that the shadow files would have made otherwise.
    public var differing: Int64 = 0
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
    var shadow = ShadowCount()
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
        rejection: state.rejection,
        shadowFiles: state.set.files.filter(\.isShadow).map(\.name), shadow: state.shadow)
    }
  }

  /// Decides a pay-in, and counts where the shadow files would have decided otherwise.
  func decide(
    _ request: PayinRequest, payin: PayinID, merchant: String, now: Instant, calls: ProviderClient
  ) -> Decision {
    let question = question(request, payin, merchant, now, calls)
    let set = current
    let decision = set.decide(question)
    for rule in decision.conditionErrors {
      metrics.increment("pasarela_rule_errors_total", [("rule", rule)])
    }
    if let shadow = set.decideShadow(question) {
      let differs = shadow.order != decision.order
      state.withLock { state in
        state.shadow.decisions += 1
        state.shadow.differing += differs ? 1 : 0
      }
      metrics.increment(
        "pasarela_rule_shadow_total", [("result", differs ? "differs" : "same")])
    }
    return decision
  }

  /// What would be decided, by the set in force or by another; nothing is counted.
  public func evaluate(
    _ request: PayinRequest, merchant: String, now: Instant, calls: ProviderClient,
    with set: RuleSet? = nil
  ) -> Decision {
    let payin = PayinID(unchecked: PayinID.prefix + String(repeating: "0", count: 26))
    return (set ?? current).decide(question(request, payin, merchant, now, calls))
  }

  private func question(
    _ request: PayinRequest, _ payin: PayinID, _ merchant: String, _ now: Instant,
    _ calls: ProviderClient
  ) -> RoutingQuestion {
    RoutingQuestion(
      request: request, payin: payin, merchant: merchant, now: now,
      health: calls.monitors.mapValues { [now = calls.time.steady()] in $0.health(at: now) })
  }
}
