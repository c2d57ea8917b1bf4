public import Payins
import Routing
import Synchronization

/// How one account fares: its breakers, its open calls, its recent success and latency.
public final class AccountMonitor: Sendable {
  /// Creates and queries are bounded apart, so that neither starves the other.
  public enum Operation: String, Sendable, CaseIterable {
    case create, query
  }

  public enum Admission: Equatable, Sendable {
    case admitted
    case breakerOpen
    case tooManyCalls
  }

  /// A snapshot for health, metrics and `GET /v1/providers`.
  public struct Snapshot: Equatable, Sendable {
    public var breaker: Breaker.State
    /// Of recent calls, in thousandths; 1000 before the first.
    public var successPermille: Int
    public var latencyMilliseconds: Int64
    public var openCalls: Int
    public var lastFailure: String?
    /// Payments in a row that no callback told of.
    public var silentPayments: Int
  }

  private struct State {
    var breaker = Breaker()
    var open: [Operation: Int] = [:]
    var tokens: [Operation: RateTokens] = [:]
    /// Exponentially weighted over about 20 calls, in millionths.
    var successMillionths = 1_000_000
    var latencyMicroseconds: Int64 = 0
    var lastFailure: String?
    var silentPayments = 0
  }

  /// Payments in a row that were found by asking, without a callback, until that is an alarm.
  static let silenceAlarm = 5

  private let limits: AccountLimits
  private let state = Mutex(State())

  init(limits: AccountLimits) { self.limits = limits }

  /// A call may go. `.admitted` must be followed by `finished` or `withdrawn`.
  func admit(_ operation: Operation, at now: Instant) -> Admission {
    state.withLock { state in
      guard state.open[operation, default: 0] < limits.concurrency else { return .tooManyCalls }
      if let rate = limits.rate {
        var tokens = state.tokens[operation] ?? RateTokens(perSecond: rate, at: now)
        let taken = tokens.take(at: now)
        state.tokens[operation] = tokens
        guard taken else { return .tooManyCalls }
      }
      // Queries resolve doubt, so the breaker of creates does not hold them up.
      guard operation == .query || state.breaker.admit(at: now) else { return .breakerOpen }
      state.open[operation, default: 0] += 1
      return .admitted
    }
  }

  /// A call that was admitted is not made.
  func withdrawn(_ operation: Operation) {
    state.withLock { state in
      state.open[operation, default: 1] -= 1
      if operation == .create { state.breaker.withdrawn() }
    }
  }

  /// - Parameter failure: what failed on the provider's side; a decline is no failure.
  func finished(
    _ operation: Operation, milliseconds: Int64, failure: String?, at now: Instant
  ) {
    state.withLock { state in
      state.open[operation, default: 1] -= 1
      state.successMillionths +=
        ((failure == nil ? 1_000_000 : 0) - state.successMillionths) / 20
      let latency = milliseconds * 1000
      state.latencyMicroseconds =
        state.latencyMicroseconds == 0
        ? latency : state.latencyMicroseconds + (latency - state.latencyMicroseconds) / 20
      if let failure {
        state.lastFailure = failure
        if operation == .create { state.breaker.failed(at: now) }
      } else if operation == .create {
        state.breaker.succeeded()
      }
    }
  }

  public func snapshot(at now: Instant) -> Snapshot {
    state.withLock { state in
      Snapshot(
        breaker: state.breaker.state(at: now),
        successPermille: (state.successMillionths + 500) / 1000,
        latencyMilliseconds: state.latencyMicroseconds / 1000,
        openCalls: state.open.values.reduce(0, +), lastFailure: state.lastFailure,
        silentPayments: state.silentPayments)
    }
  }

  /// The provider called back.
  func calledBack() { state.withLock { $0.silentPayments = 0 } }

  /// Money was found by asking that no callback had told of.
  func foundInSilence() { state.withLock { $0.silentPayments += 1 } }

  func health(at now: Instant) -> AccountHealth {
    state.withLock { state in
      AccountHealth(
        acceptsCreates: state.breaker.allows(at: now),
        hasRoom: Self.hasRoom(state, for: .create, limits, at: now),
        successPermille: (state.successMillionths + 500) / 1000,
        latencyMilliseconds: state.latencyMicroseconds / 1000)
    }
  }

  func hasRoom(for operation: Operation, at now: Instant) -> Bool {
    state.withLock { Self.hasRoom($0, for: operation, limits, at: now) }
  }

  private static func hasRoom(
    _ state: State, for operation: Operation, _ limits: AccountLimits, at now: Instant
  ) -> Bool {
    guard state.open[operation, default: 0] < limits.concurrency else { return false }
    return state.tokens[operation].map { $0.available(at: now) > 0 } ?? true
  }
}

/// A token bucket; in thousandths of a token.
struct RateTokens: Sendable {
  private let perSecond: Int64
  private let most: Int64
  private var thousandths: Int64
  private var at: Instant

  /// - Parameter burst: how many it holds when full; nil: one second's worth.
  init(perSecond: Int64, burst: Int64? = nil, at now: Instant) {
    self.perSecond = perSecond
    most = (burst ?? perSecond) * 1000
    thousandths = most
    at = now
  }

  mutating func take(at now: Instant) -> Bool {
    thousandths = filled(at: now)
    at = max(at, now)
    guard thousandths >= 1000 else { return false }
    thousandths -= 1000
    return true
  }

  func available(at now: Instant) -> Int { Int(filled(at: now) / 1000) }

  private func filled(at now: Instant) -> Int64 {
    let elapsed = min(max(now.milliseconds(since: at), 0), 1000)
    return min(thousandths + elapsed * perSecond, most)
  }
}
