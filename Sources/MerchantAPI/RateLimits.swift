import Gateway
public import HTTPServing
import JSONText
import Payins
import Synchronization

/// How often somebody may call. Failed authentication is always limited by address: a guess costs
/// its address one of ten, and one a second comes back. Who has a valid key is never refused for
/// another's failures, so that strangers behind the same address cannot lock anybody out.
public final class RateLimits: Sendable {
  /// Addresses whose refusals are counted one by one between two lines of the log.
  private static let countedAddresses = 1024

  private struct State {
    var failures: AddressBuckets
    var addresses: AddressBuckets?
    var keys: [String: TokenBucket] = [:]
    var refusals: [Refusal: Int64] = [:]
  }

  private struct Refusal: Hashable {
    var policy: String
    /// Nil for those beyond the ones that are counted one by one.
    var address: NetworkAddress?
  }

  /// How often an address was refused for a limit.
  public struct Count: Sendable, Equatable {
    public var limit: String
    /// Nil: several more.
    public var address: NetworkAddress?
    public var count: Int64
  }

  private static let failures = RatePolicy(name: "failed_authentication", burst: 10, perSecond: 1)
  private let keyPolicy: RatePolicy?
  private let state: Mutex<State>

  /// - Parameters:
  ///   - key: calls a second by one key; nil does not limit them.
  ///   - address: by one address, likewise.
  public init(key: Int64? = nil, address: Int64? = nil) {
    keyPolicy = key.map { RatePolicy(name: "key", burst: $0, perSecond: $0) }
    let addressPolicy = address.map { RatePolicy(name: "address", burst: $0, perSecond: $0) }
    state = Mutex(
      State(
        failures: AddressBuckets(Self.failures), addresses: addressPolicy.map { AddressBuckets($0) }
      ))
  }

  /// Counts a failed authentication.
  /// - Returns: what it gets in place of 401; nil for 401.
  func failure(of request: Request) -> Problem? {
    state.withLock { state in
      let standing = state.failures.take(
        1, from: request.peer, at: Instant(milliseconds: request.milliseconds))
      return Self.problem(standing, request, "too many failed authentications", &state)
    }
  }

  /// Counts a call of an address; nil where addresses are not limited.
  /// - Parameter tokens: 0 only looks.
  func call(of request: Request, tokens: Int64 = 1) throws(Problem) -> RateStanding? {
    try state.withLock { state throws(Problem) -> RateStanding? in
      let found = state.addresses?.take(
        tokens, from: request.peer, at: Instant(milliseconds: request.milliseconds))
      if let found, let problem = Self.problem(found, request, "too many calls", &state) {
        throw problem
      }
      return found
    }
  }

  /// Counts a call with a valid key; nil where keys are not limited.
  /// - Parameter tokens: 0 only looks.
  func call(
    by key: @autoclosure () -> String, of request: Request, tokens: Int64 = 1
  ) throws(Problem) -> RateStanding? {
    guard let keyPolicy else { return nil }
    let (key, now) = (key(), Instant(milliseconds: request.milliseconds))
    return try state.withLock { state throws(Problem) -> RateStanding? in
      let standing = state.keys[key, default: TokenBucket(keyPolicy, at: now)]
        .take(tokens, keyPolicy, at: now)
      if let problem = Self.problem(standing, request, "too many calls with this key", &state) {
        throw problem
      }
      return standing
    }
  }

  /// Refusals since it was asked last, for the log.
  public func takeCounts() -> [Count] {
    let refusals = state.withLock { state in
      defer { state.refusals = [:] }
      return state.refusals
    }
    return refusals.map { Count(limit: $0.key.policy, address: $0.key.address, count: $0.value) }
  }

  private static func problem(
    _ standing: RateStanding, _ request: Request, _ detail: String, _ state: inout State
  ) -> Problem? {
    guard !standing.isAllowed else { return nil }
    let named = Refusal(policy: standing.policy.name, address: request.peer.counted)
    let isCounted =
      state.refusals[named] != nil || state.refusals.count < Self.countedAddresses
    let refusal = isCounted ? named : Refusal(policy: standing.policy.name, address: nil)
    state.refusals[refusal, default: 0] += 1
    var problem = Problem(
      .tooManyRequests, code: "rate_limited", detail: "\(detail): ask again later",
      retryAfterSeconds: Int(standing.retrySeconds))
    problem.headers = ["RateLimit-Policy": standing.policy.field, "RateLimit": standing.field]
    return problem
  }
}

extension Response {
  /// Says what is left of a limit, beside what was said of another.
  mutating func add(_ standing: RateStanding?) {
    guard let standing else { return }
    for (name, text) in [
      ("RateLimit-Policy", standing.policy.field), ("RateLimit", standing.field),
    ] {
      headers[name] = headers[name].map { "\($0), \(text)" } ?? text
    }
  }
}
