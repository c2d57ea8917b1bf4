internal import Synchronization

/// Where those wait who drain a server, until its last loop has ended.
final class DrainGate: Sendable {
  private struct State {
    var loopsLeft: Int
    var isComplete = true
    var waiting: [CheckedContinuation<Bool, Never>] = []
  }

  private let state: Mutex<State>

  init(loops: Int) {
    state = Mutex(State(loopsLeft: loops))
  }

  /// Said by each loop as its last word.
  /// - Parameter isComplete: nothing had to be cut off.
  func loopEnded(isComplete: Bool) {
    let released = state.withLock { state in
      state.loopsLeft -= 1
      state.isComplete = state.isComplete && isComplete
      guard state.loopsLeft == 0 else { return ([CheckedContinuation<Bool, Never>](), true) }
      defer { state.waiting = [] }
      return (state.waiting, state.isComplete)
    }
    for continuation in released.0 { continuation.resume(returning: released.1) }
  }

  /// Gives whether every loop ended without cutting anything off.
  func wait() async -> Bool {
    await withCheckedContinuation { continuation in
      let outcome: Bool? = state.withLock { state in
        if state.loopsLeft == 0 { return state.isComplete }
        state.waiting.append(continuation)
        return nil
      }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }
}
