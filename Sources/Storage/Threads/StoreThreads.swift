import Foundation
import Synchronization

/// A store's threads: starts them, and lets tasks wait until all have ended.
final class StoreThreads: Sendable {
  private struct State {
    var left = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.left += 1 }
    let thread = Thread { [self] in
      body()
      ended()
    }
    thread.name = name
    thread.start()
  }

  private func ended() {
    let ready = state.withLock { state in
      state.left -= 1
      guard state.left == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiting in ready { waiting.resume() }
  }

  func allEnded() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.left > 0 { state.waiting.append(continuation) }
        return state.left == 0
      }
      if isOver { continuation.resume() }
    }
  }
}
