import Payins
import Synchronization

/// Tells those who wait for a pay-in that it was committed anew.
public final class PayinChanges: Sendable {
  struct Commit: Sendable {
    var payin: Payin
    /// As merchants see it, where that was encoded for the commit.
    var document: [UInt8]?
  }

  private struct Waiter {
    var deadline: Instant
    var isEnough: @Sendable (Payin) -> Bool
    var continuation: CheckedContinuation<Commit?, Never>
  }

  private struct State {
    var waiters: [PayinID: [Waiter]] = [:]
    /// When the one timer rings; nil where none is set.
    var alarm: Instant?
  }

  /// Milliseconds between two looks for those whose time is over, at least: a look is at everybody.
  private static let alarmSpacing: Int64 = 50

  private let state = Mutex(State())

  public init() {}

  func publish(_ commit: Commit) {
    let woken = state.withLock { state -> [Waiter] in
      guard let waiters = state.waiters[commit.payin.id] else { return [] }
      let left = waiters.filter { !$0.isEnough(commit.payin) }
      state.waiters[commit.payin.id] = left.isEmpty ? nil : left
      return waiters.filter { $0.isEnough(commit.payin) }
    }
    for waiter in woken { waiter.continuation.resume(returning: commit) }
  }

  /// The first commit of the pay-in from now on that is enough; nil once `deadline` has passed.
  /// - Parameter start: runs after the wait has begun, so that no commit is missed.
  func next(
    of id: PayinID, by deadline: Instant, _ time: any TimeSource,
    where isEnough: @escaping @Sendable (Payin) -> Bool, start: () -> Void = {}
  ) async -> Commit? {
    await withCheckedContinuation { continuation in
      let isFirst = state.withLock { state in
        state.waiters[id, default: []].append(
          Waiter(deadline: deadline, isEnough: isEnough, continuation: continuation))
        if let alarm = state.alarm, alarm <= deadline { return false }
        state.alarm = deadline
        return true
      }
      if isFirst { set(deadline, time) }
      start()
    }
  }

  private func set(_ alarm: Instant, _ time: any TimeSource) {
    Task {
      await time.sleep(until: alarm)
      ring(alarm, time)
    }
  }

  /// Tells those whose time is over, and sets the timer for the next of the others.
  private func ring(_ alarm: Instant, _ time: any TimeSource) {
    let now = time.now()
    let (late, next) = state.withLock { state -> ([Waiter], Instant?) in
      // A nearer one was set meanwhile, and has set the next.
      guard state.alarm == alarm else { return ([], nil) }
      let late = state.waiters.values.joined().filter { $0.deadline <= now }
      state.waiters = state.waiters.compactMapValues { waiters in
        let left = waiters.filter { $0.deadline > now }
        return left.isEmpty ? nil : left
      }
      let nearest = state.waiters.values.joined().map(\.deadline).min()
      state.alarm = nearest.map { max($0, now.adding(milliseconds: Self.alarmSpacing)) }
      return (late, state.alarm)
    }
    for waiter in late { waiter.continuation.resume(returning: nil) }
    if let next { set(next, time) }
  }
}
