public import Payins
import Routing
import Synchronization

/// How one account fares: its breakers, its open calls, its recent success and latency. All times
/// are the steady clock's.
public final class AccountMonitor: Sendable {
  /// Creates and queries are bounded apart, so that neither starves the other.
  public enum Operation: String, Sendable, CaseIterable {
    case create, query
  }

  enum Admission: Sendable {
    case admitted(CallPermit)
    case breakerOpen
    case tooManyCalls
  }

  /// A snapshot for health, metrics and `GET /v1/providers`.
  public struct Snapshot: Equatable, Sendable {
    public var breaker: Breaker.State
    /// Of recent calls, in thousandths; nil before the first.
    public var successPermille: Int?
    public var latencyMilliseconds: Int64
    public var openCalls: Int
    public var lastFailure: String?
    /// Payments in a row that no callback told of.
    public var silentPayments: Int
    /// Queries in a row up to the last without a usable answer.
    public var unansweredQueries: Int
    /// Calls in a row up to the last in which the provider refused us.
    public var unauthorizedCalls: Int
    public var condition: AccountCondition
    /// Words of refusal that nobody has classed, newest last.
    public var unclassedWords: [UnclassedWord]
  }

  /// A provider's word that the account's `codes` do not name.
  public struct UnclassedWord: Equatable, Sendable {
    public var word: String
    public var count: Int
    /// Of the steady clock.
    public var lastAt: Instant
  }

  fileprivate struct State {
    var breaker = Breaker()
    /// Until when the provider asked to be left alone.
    var quietUntil: Instant?
    var open: [Operation: Int] = [:]
    var tokens: [Operation: TokenBucket] = [:]
    /// Exponentially weighted over about 20 calls, in millionths.
    var successMillionths = 1_000_000
    var wasCalled = false
    var latencyMicroseconds: Int64 = 0
    var lastFailure: String?
    var silentPayments = 0
    /// In a row, and since when.
    var unansweredQueries = 0
    var unansweredSince: Instant?
    var unansweredReason = ""
    /// In a row, by operation: an allow-list may let one through and not the other.
    var unauthorized: [Operation: Int] = [:]
    var unauthorizedWords = ""
    var words: [UnclassedWord] = []

    func condition(at now: Instant) -> AccountCondition {
      if unauthorizedCount >= AccountMonitor.unauthorizedAlarm {
        return AccountCondition(
          .fail, .unauthorized, "\(unauthorizedCount) calls in a row: \(unauthorizedWords)")
      }
      let isUnanswered = unansweredQueries >= AccountMonitor.unansweredAlarm
      let waited = unansweredSince.map { now.milliseconds(since: $0) / 1000 } ?? 0
      if isUnanswered, waited >= AccountMonitor.unansweredFailSeconds {
        return AccountCondition(.fail, .unanswered, unansweredDetail)
      }
      if breaker.state(at: now) != .closed {
        return AccountCondition(.warn, .failing, "calls fail: \(lastFailure ?? "unknown")")
      }
      if isUnanswered { return AccountCondition(.warn, .unanswered, unansweredDetail) }
      if silentPayments >= AccountMonitor.silenceAlarm {
        return AccountCondition(
          .warn, .silent, "no callback told of the last \(silentPayments) payments")
      }
      return .well
    }

    var unauthorizedCount: Int { unauthorized.values.max() ?? 0 }

    private var unansweredDetail: String {
      "\(unansweredQueries) queries in a row without a usable answer: \(unansweredReason)"
    }

    func isQuiet(at now: Instant) -> Bool { quietUntil.map { now < $0 } ?? false }

    mutating func met(_ word: String, at now: Instant) {
      let known = words.firstIndex { $0.word == word }.map { words.remove(at: $0) }
      words.append(UnclassedWord(word: word, count: (known?.count ?? 0) + 1, lastAt: now))
      if words.count > AccountMonitor.mostWords { words.removeFirst() }
    }
  }

  /// Payments in a row that were found by asking, without a callback, until that is an alarm.
  static let silenceAlarm = 5
  static let unauthorizedAlarm = Breaker.refusalsToOpen
  /// Unanswered queries in a row until that is a warning, and how many seconds until a failure.
  static let unansweredAlarm = 3
  static let unansweredFailSeconds: Int64 = 300
  static let mostWords = 32

  private let limits: AccountLimits
  /// Among how many gateways the limits are shared at a time of the steady clock; nil: this one has
  /// no part in them then.
  private let parts: @Sendable (Instant) -> Int?
  private let state = Mutex(State())

  init(limits: AccountLimits, parts: @escaping @Sendable (Instant) -> Int? = { _ in 1 }) {
    self.limits = limits
    self.parts = parts
  }

  /// Whether a call may go.
  func admit(_ operation: Operation, at now: Instant) -> Admission {
    let parts = parts(now)
    return state.withLock { state in
      guard state.open[operation, default: 0] < limits.concurrency(of: parts),
        !state.isQuiet(at: now)
      else { return .tooManyCalls }
      // Queries resolve doubt, so the breaker of creates does not hold them up.
      guard operation == .query || state.breaker.allows(at: now) else { return .breakerOpen }
      if let rate = limits.rate {
        guard let parts else { return .tooManyCalls }
        var tokens = state.tokens[operation] ?? TokenBucket(perSecond: rate, at: now)
        tokens.share(among: parts, at: now)
        let isTaken = tokens.take(at: now)
        state.tokens[operation] = tokens
        guard isTaken else { return .tooManyCalls }
      }
      if operation == .create { state.breaker.admit(at: now) }
      state.open[operation, default: 0] += 1
      return .admitted(CallPermit(operation, era: state.breaker.era, of: self))
    }
  }

  /// A call that was admitted is not made.
  fileprivate func withdrawn(_ permit: CallPermit) {
    state.withLock { state in
      state.open[permit.operation, default: 1] -= 1
      state.tokens[permit.operation]?.giveBack()
      if permit.operation == .create { state.breaker.withdrawn(of: permit.era) }
    }
  }

  /// Returns the account's new condition where the call changed it.
  func finished(
    _ permit: CallPermit, milliseconds: Int64, verdict: CallVerdict, at now: Instant
  ) -> AccountCondition? {
    permit.isUsed.store(true, ordering: .relaxed)
    return state.withLock { state in
      let before = state.condition(at: now)
      state.open[permit.operation, default: 1] -= 1
      state.wasCalled = true
      let latency = milliseconds * 1000
      state.latencyMicroseconds =
        state.latencyMicroseconds == 0
        ? latency : state.latencyMicroseconds + (latency - state.latencyMicroseconds) / 20
      state.learn(permit, verdict, at: now)
      if permit.operation == .query { state.followed(verdict, at: now) }
      let after = state.condition(at: now)
      return after.isLike(before) ? nil : after
    }
  }

  public func snapshot(at now: Instant) -> Snapshot {
    state.withLock { state in
      Snapshot(
        breaker: state.breaker.state(at: now),
        successPermille: state.wasCalled ? (state.successMillionths + 500) / 1000 : nil,
        latencyMilliseconds: state.latencyMicroseconds / 1000,
        openCalls: state.open.values.reduce(0, +), lastFailure: state.lastFailure,
        silentPayments: state.silentPayments, unansweredQueries: state.unansweredQueries,
        unauthorizedCalls: state.unauthorizedCount, condition: state.condition(at: now),
        unclassedWords: state.words)
    }
  }

  /// The provider asked to be left alone for so long.
  func quieten(forSeconds seconds: Int64, at now: Instant) {
    state.withLock { state in
      let until = now.adding(seconds: seconds)
      state.quietUntil = max(state.quietUntil ?? until, until)
    }
  }

  /// Seconds until breaker and provider let a create through; nil where they do.
  func secondsUntilOpen(at now: Instant) -> Int64? {
    state.withLock { state in
      let quiet = state.quietUntil.flatMap { until in
        now < until ? (until.milliseconds(since: now) + 999) / 1000 : nil
      }
      let breaker = state.breaker.secondsUntilHalfOpen(at: now)
      return [quiet, breaker].compactMap(\.self).max()
    }
  }

  /// The provider called back.
  func calledBack() { state.withLock { $0.silentPayments = 0 } }

  /// Money was found by asking that no callback had told of.
  func countSilentPayment() { state.withLock { $0.silentPayments += 1 } }

  func health(at now: Instant) -> AccountHealth {
    let parts = parts(now)
    return state.withLock { state in
      AccountHealth(
        acceptsCreates: state.breaker.allows(at: now),
        hasRoom: room(state, for: .create, parts, at: now) > 0,
        successPermille: (state.successMillionths + 500) / 1000,
        latencyMilliseconds: state.latencyMicroseconds / 1000)
    }
  }

  /// How many more calls may go now.
  func room(for operation: Operation, at now: Instant) -> Int {
    let parts = parts(now)
    return state.withLock { room($0, for: operation, parts, at: now) }
  }

  var openQueries: Int { state.withLock { $0.open[.query, default: 0] } }

  /// Whether questions are answered, and may be asked: else how late they are says nothing of how
  /// many there are.
  func isAnswering(at now: Instant) -> Bool {
    state.withLock { $0.unansweredQueries == 0 && !$0.isQuiet(at: now) }
  }

  private func room(
    _ state: State, for operation: Operation, _ parts: Int?, at now: Instant
  ) -> Int {
    guard !state.isQuiet(at: now) else { return 0 }
    let places = max(0, limits.concurrency(of: parts) - state.open[operation, default: 0])
    guard let rate = limits.rate else { return places }
    guard let parts else { return 0 }
    var tokens = state.tokens[operation] ?? TokenBucket(perSecond: rate, at: now)
    tokens.share(among: parts, at: now)
    return min(places, tokens.available(at: now))
  }
}

extension AccountLimits {
  /// One gateway's part of the calls at one time.
  fileprivate func concurrency(of parts: Int?) -> Int {
    guard let concurrency else { return Self.ownConcurrency }
    return parts.map { max(1, concurrency / $0) } ?? 0
  }
}

/// Lets one call to an account go. Where it is not made the permit gives its place back by itself.
final class CallPermit: Sendable {
  let operation: AccountMonitor.Operation
  /// Of the account's breaker.
  let era: Int
  private let monitor: AccountMonitor
  fileprivate let isUsed = Atomic(false)

  fileprivate init(_ operation: AccountMonitor.Operation, era: Int, of monitor: AccountMonitor) {
    self.operation = operation
    self.era = era
    self.monitor = monitor
  }

  deinit {
    if !isUsed.load(ordering: .relaxed) { monitor.withdrawn(self) }
  }
}

extension AccountMonitor.State {
  /// What a call says of the account's creates and credentials.
  fileprivate mutating func learn(
    _ permit: CallPermit, _ verdict: CallVerdict, at now: Instant
  ) {
    let operation = permit.operation
    let isFailure: Bool
    switch verdict {
    case .answered, .answeredUnclassed:
      isFailure = false
      unauthorized[operation] = nil
      if operation == .create { breaker.succeeded(of: permit.era) }
      if case .answeredUnclassed(let word) = verdict { met(word, at: now) }
    case .failed(let code):
      isFailure = true
      lastFailure = code
      // Queries resolve doubt: their failures say nothing of creates.
      if operation == .create { breaker.failed(of: permit.era, at: now) }
    case .unauthorized(let words):
      isFailure = true
      lastFailure = Refusal.unauthorizedCode
      unauthorized[operation, default: 0] += 1
      unauthorizedWords = words
      // An allow-list may refuse queries alone: the breaker is that of creates.
      if operation == .create { breaker.unauthorized(of: permit.era, at: now) }
    }
    successMillionths += ((isFailure ? 0 : 1_000_000) - successMillionths) / 20
  }

  /// Whether the account's orders can be followed.
  fileprivate mutating func followed(_ verdict: CallVerdict, at now: Instant) {
    switch verdict {
    case .answered:
      unansweredQueries = 0
      unansweredSince = nil
      return
    case .answeredUnclassed(let word): unansweredReason = "refused with \(word)"
    case .failed(let code): unansweredReason = code
    case .unauthorized(let words): unansweredReason = words
    }
    unansweredQueries += 1
    unansweredSince = unansweredSince ?? now
  }
}

/// The words of `application/health+json`.
public enum HealthStatus: String, Sendable {
  case pass, warn, fail
}

/// How an account fares, in the words of health checks.
public struct AccountCondition: Equatable, Sendable {
  public enum Reason: String, Sendable {
    case well
    /// The provider refuses our credentials, signature or address.
    case unauthorized
    /// Orders can no longer be followed.
    case unanswered
    /// The breaker is not closed.
    case failing
    /// Callbacks stay away.
    case silent
  }

  public var status: HealthStatus
  public var reason: Reason
  /// For people; nil where all is well.
  public var detail: String?

  static let well = AccountCondition(.pass, .well, nil)

  init(_ status: HealthStatus, _ reason: Reason, _ detail: String?) {
    self.status = status
    self.reason = reason
    self.detail = detail
  }

  /// Whether it differs in its numbers only.
  func isLike(_ other: AccountCondition) -> Bool {
    status == other.status && reason == other.reason
  }
}
