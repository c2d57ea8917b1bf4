import JSONText
import Payins
public import Storage
import Synchronization

/// The gateways that serve one store: says that this one is alive, knows the others, and what part
/// of the accounts' limits is this one's. Its intervals are of the steady clock.
public final class Fleet: Sendable {
  /// From one word to the next.
  static let beatMilliseconds: Int64 = 1000
  /// After so long without a word a gateway is gone, and its part is the others'.
  static let lastingMilliseconds: Int64 = 4000
  /// How long one that comes to others waits with what is shared, until all have made room.
  static let settlingMilliseconds: Int64 = 2000

  private struct State {
    /// Nil until it is known for the first time.
    var alive: [GatewayPresence]?
    /// When its last word began that was taken.
    var heardAt: Instant?
    /// Until when it takes no part yet.
    var settlesAt: Instant?
    var isFailing = false
  }

  private let database: any Database
  private let time: any TimeSource
  private let log: Log
  private let own: @Sendable () -> GatewayPresence
  private let state = Mutex(State())

  /// - Parameter own: this gateway, as it is now.
  public init(
    _ database: any Database, time: any TimeSource, log: Log,
    own: @escaping @Sendable () -> GatewayPresence
  ) {
    self.database = database
    self.time = time
    self.log = log
    self.own = own
  }

  /// Those that were alive at its last word, itself included.
  public var alive: [GatewayPresence] { state.withLock { $0.alive ?? [] } }

  /// Among how many an account's limits are shared; nil: this gateway has no part now. It has just
  /// come, or the others may take it for gone.
  func parts(at now: Instant) -> Int? {
    state.withLock { state in
      guard let alive = state.alive, let heardAt = state.heardAt,
        now.milliseconds(since: heardAt) < Self.lastingMilliseconds,
        state.settlesAt.map({ $0 <= now }) ?? true
      else { return nil }
      return max(1, alive.count)
    }
  }

  /// Returns once it has its part, or should have had it long since.
  public func settle() async {
    let end = time.steady().adding(milliseconds: 2 * Self.settlingMilliseconds)
    while parts(at: time.steady()) == nil, time.steady() < end, !Task.isCancelled {
      await time.sleep(until: time.steady().adding(milliseconds: 50))
    }
  }

  /// Until the task is cancelled; then it takes its leave.
  public func run() async {
    while !Task.isCancelled {
      let start = time.steady()
      await beat()
      await time.sleep(until: start.adding(milliseconds: Self.beatMilliseconds))
    }
    try? await database.leave(own())
  }

  /// One word. Before it the gateway has no part in what is shared.
  public func beat() async {
    // What it says holds from before it is said.
    let (wall, now) = (time.now(), time.steady())
    let result: Result<GatewaysAlive, DatabaseError>
    do throws(DatabaseError) {
      result = .success(
        try await database.beat(own(), lasting: Self.lastingMilliseconds, at: wall))
    } catch {
      result = .failure(error)
    }
    let after = time.steady()
    let (changed, fault) = state.withLock { state in
      learn(result, from: now, to: after, &state)
    }
    if let changed {
      log.info(
        "the gateways of this store have changed",
        ["names": .array(changed.map { .string($0.name) })])
    }
    if let fault {
      log.error("the store does not take this gateway's word", ["detail": .string("\(fault)")])
    }
  }

  /// Returns who is there where that is news, and the fault with which a row of faults begins.
  private func learn(
    _ result: Result<GatewaysAlive, DatabaseError>, from start: Instant, to end: Instant,
    _ state: inout State
  ) -> ([GatewayPresence]?, DatabaseError?) {
    switch result {
    case .failure(let fault):
      defer { state.isFailing = true }
      return (nil, state.isFailing ? nil : fault)
    case .success(let found):
      let wasGone =
        state.heardAt.map { start.milliseconds(since: $0) >= Self.lastingMilliseconds } ?? true
      if found.isAlone {
        state.settlesAt = nil
      } else if wasGone {
        state.settlesAt = end.adding(milliseconds: Self.settlingMilliseconds)
      }
      let before = state.alive ?? []
      state.isFailing = false
      state.heardAt = start
      state.alive = found.gateways
      let isNews = found.gateways.map(\.id) != before.map(\.id)
      return (isNews && max(before.count, found.gateways.count) > 1 ? found.gateways : nil, nil)
    }
  }
}
