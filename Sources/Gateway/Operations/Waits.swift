import Payins
import Synchronization

/// Those who wait until a value of theirs comes, or their time is over. One timer rings for all.
final class Waits<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Waiter {
    var number: Int
    var deadline: Instant
    var isEnough: @Sendable (Value) -> Bool
    var continuation: CheckedContinuation<Value?, Never>
  }

  /// The looks at the store for all who wait for the same.
  private struct Look {
    var count: Int
    var task: Task<Void, Never>
  }

  private struct State {
    var waiters: [Key: [Waiter]] = [:]
    var lastNumber = 0
    var looks: [Key: Look] = [:]
    /// When the one timer rings; nil where none is set.
    var alarm: Instant?
    /// Whether nobody waits any more.
    var isOver = false
  }

  /// Milliseconds between two looks for those whose time is over, at least: a look is at everybody.
  private static var alarmSpacing: Int64 { 50 }

  private let state = Mutex(State())

  func isAwaited(_ key: Key) -> Bool { state.withLock { $0.waiters[key] != nil } }

  func publish(_ value: Value, to key: Key) {
    let woken = state.withLock { state -> [Waiter] in
      guard let waiters = state.waiters[key] else { return [] }
      let left = waiters.filter { !$0.isEnough(value) }
      state.waiters[key] = left.isEmpty ? nil : left
      return waiters.filter { $0.isEnough(value) }
    }
    for waiter in woken { waiter.continuation.resume(returning: value) }
  }

  /// Has `look` done over and over while anybody waits for the key in `work`, once for all.
  func looking<Result: Sendable>(
    for key: Key, _ look: @escaping @Sendable () async -> Void, while work: () async -> Result
  ) async -> Result {
    state.withLock { state in
      if let known = state.looks[key] {
        state.looks[key] = Look(count: known.count + 1, task: known.task)
      } else {
        let task = Task { while !Task.isCancelled { await look() } }
        state.looks[key] = Look(count: 1, task: task)
      }
    }
    defer {
      state.withLock { state in
        state.looks[key]?.count -= 1
        if let known = state.looks[key], known.count == 0 {
          known.task.cancel()
          state.looks[key] = nil
        }
      }
    }
    return await work()
  }

  /// Ends all waits as if their time were over, now and for ever: the gateway stops.
  func letGo() {
    let waiters = state.withLock { state in
      state.isOver = true
      defer { state.waiters = [:] }
      return Array(state.waiters.values.joined())
    }
    for waiter in waiters { waiter.continuation.resume(returning: nil) }
  }

  /// The first value for the key from now on that is enough; nil once `deadline` of the steady
  /// clock has passed, the task is cancelled or all are let go.
  /// - Parameter start: runs after the wait has begun, so that no value is missed.
  func next(
    for key: Key, by deadline: Instant, _ time: any TimeSource,
    where isEnough: @escaping @Sendable (Value) -> Bool, start: () -> Void = {}
  ) async -> Value? {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // A cancellation comes before this look at it, or finds the waiter in its place.
        let isFirst: Bool? = state.withLock { state in
          guard !Task.isCancelled, !state.isOver else { return nil }
          state.waiters[key, default: []].append(
            Waiter(
              number: number, deadline: deadline, isEnough: isEnough, continuation: continuation))
          if let alarm = state.alarm, alarm <= deadline { return false }
          state.alarm = deadline
          return true
        }
        if isFirst == true { set(deadline, time) }
        start()
        if isFirst == nil { continuation.resume(returning: nil) }
      }
    } onCancel: {
      cancel(number, for: key)
    }
  }

  private func cancel(_ number: Int, for key: Key) {
    let waiter = state.withLock { state -> Waiter? in
      guard let place = state.waiters[key]?.firstIndex(where: { $0.number == number }) else {
        return nil
      }
      let waiter = state.waiters[key]?.remove(at: place)
      if state.waiters[key]?.isEmpty == true { state.waiters[key] = nil }
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
    let now = time.steady()
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
