import Payins
import Storage
import Synchronization

/// Wakes the job runner before its pause is over: a job fell due, or there is room again. What is
/// raised while nobody waits ends the next wait at once.
final class JobSignal: Sendable {
  /// Of jobs that are to be done before others, between two looks at the store.
  private static let mostUrgent = 256

  private struct State {
    var isRaised = false
    var urgent: [Job] = []
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// - Parameter urgent: jobs to be done before others; beyond `mostUrgent` they wait like all.
  func raise(urgent: [Job] = []) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.urgent.count < Self.mostUrgent { state.urgent += urgent }
      defer { state.waiter = nil }
      if state.waiter == nil { state.isRaised = true }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Those that were raised since it was asked last.
  func takeUrgent() -> [Job] {
    state.withLock { state in
      defer { state.urgent = [] }
      return state.urgent
    }
  }

  /// Returns when it is raised, or at `instant` of the steady clock. One waiter at a time.
  func wait(until instant: Instant, _ time: any TimeSource) async {
    let timer = Mutex<Task<Void, Never>?>(nil)
    await withCheckedContinuation { continuation in
      let isRaised = state.withLock { state in
        defer { state.isRaised = false }
        if !state.isRaised { state.waiter = continuation }
        return state.isRaised
      }
      if isRaised { return continuation.resume() }
      timer.withLock {
        $0 = Task {
          await time.sleep(until: instant)
          if !Task.isCancelled { raise() }
        }
      }
    }
    timer.withLock { $0?.cancel() }
  }
}
