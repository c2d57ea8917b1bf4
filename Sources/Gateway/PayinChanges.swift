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
    var number: Int
    var deadline: Instant
    var isEnough: @Sendable (Payin) -> Bool
    var continuation: CheckedContinuation<Commit?, Never>
  }

  /// The looks at the store for all who wait for the same pay-in.
  private struct Look {
    var count: Int
    var task: Task<Void, Never>
  }

  private struct State {
    var waiters: [PayinID: [Waiter]] = [:]
    var lastNumber = 0
    var looks: [PayinID: Look] = [:]
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

  /// Has `look` done over and over while anybody waits for the pay-in in `work`, once for all.
  func looking<Value: Sendable>(
    at id: PayinID, _ look: @escaping @Sendable () async -> Void, while work: () async -> Value
  ) async -> Value {
    state.withLock { state in
      if let known = state.looks[id] {
        state.looks[id] = Look(count: known.count + 1, task: known.task)
      } else {
        let task = Task { while !Task.isCancelled { await look() } }
        state.looks[id] = Look(count: 1, task: task)
      }
    }
    defer {
      state.withLock { state in
        state.looks[id]?.count -= 1
        if let known = state.looks[id], known.count == 0 {
          known.task.cancel()
          state.looks[id] = nil
        }
      }
    }
    return await work()
  }

  /// The first commit of the pay-in from now on that is enough; nil once `deadline` has passed or
  /// the task is cancelled.
  /// - Parameter start: runs after the wait has begun, so that no commit is missed.
  func next(
    of id: PayinID, by deadline: Instant, _ time: any TimeSource,
    where isEnough: @escaping @Sendable (Payin) -> Bool, start: () -> Void = {}
  ) async -> Commit? {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // A cancellation comes before this look at it, or finds the waiter in its place.
        let isFirst: Bool? = state.withLock { state in
          guard !Task.isCancelled else { return nil }
          state.waiters[id, default: []].append(
            Waiter(
              number: number, deadline: deadline, isEnough: isEnough, continuation: continuation))
          if let alarm = state.alarm, alarm <= deadline { return false }
          state.alarm = deadline
          return true
        }
        guard let isFirst else { return continuation.resume(returning: nil) }
        if isFirst { set(deadline, time) }
        start()
      }
    } onCancel: {
      cancel(number, of: id)
    }
  }

  private func cancel(_ number: Int, of id: PayinID) {
    let waiter = state.withLock { state -> Waiter? in
      guard let place = state.waiters[id]?.firstIndex(where: { $0.number == number }) else {
        return nil
      }
      let waiter = state.waiters[id]?.remove(at: place)
      if state.waiters[id]?.isEmpty == true { state.waiters[id] = nil }
      return waiter
    }
    waiter?.continuation.resume(returning: nil)
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
