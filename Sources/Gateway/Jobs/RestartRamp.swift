import Payins

/// Spreads out what fell due while no process ran: a provider, or a merchant's endpoint, is not
/// asked all of it at once. A value; the steady clock's time comes in.
struct RestartRamp: Sendable {
  /// How long what is due at the start takes, about.
  static let seconds: Int64 = 30
  /// Jobs per second of one account that are no storm.
  static let leastPerSecond: Int64 = 100

  private let end: Instant
  private let perSecond: Int64
  /// Of the jobs due at the start; the soonest due are started first.
  private var left: Int
  private var tokens: [String: TokenBucket] = [:]

  /// - Parameter dueCount: the jobs due at the start, of all accounts.
  init(dueCount: Int, at start: Instant) {
    end = start.adding(seconds: Self.seconds)
    perSecond = max(Int64(dueCount) / Self.seconds, Self.leastPerSecond)
    left = dueCount
  }

  /// How many jobs of an account may start now; nil where it has started none yet, or any number.
  func room(for account: String, at now: Instant) -> Int? {
    left > 0 && now < end ? tokens[account].map { $0.available(at: now) } : nil
  }

  /// Accounts of which jobs were started since the ramp began.
  var accounts: some Sequence<String> { tokens.keys }

  mutating func started(_ account: String, at now: Instant) {
    left -= 1
    guard left > 0, now < end else {
      tokens = [:]
      return
    }
    let full = TokenBucket(perSecond: perSecond, burst: max(perSecond / 10, 32), at: now)
    _ = tokens[account, default: full].take(at: now)
  }
}
