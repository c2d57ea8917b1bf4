internal import Synchronization

/// Whether the client of a connection is still there: for answers that are only worth something
/// while somebody waits for them. A client that ends its writing counts as gone.
public final class ClientPresence: Sendable {
  private struct State {
    var isGone = false
    var next = 0
    var actions: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  /// Runs `work`, cancelled as a task when the client goes.
  public func bounding<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let task = Task(operation: work)
    let number = onLeaving { task.cancel() }
    defer { forget(number) }
    return try await task.value
  }

  /// Said by the connection's loop.
  func leave() {
    let actions = state.withLock { state in
      state.isGone = true
      defer { state.actions = [:] }
      return state.actions.values.map(\.self)
    }
    for action in actions { action() }
  }

  private func onLeaving(_ action: @escaping @Sendable () -> Void) -> Int {
    let (number, isGone) = state.withLock { state in
      state.next += 1
      if !state.isGone { state.actions[state.next] = action }
      return (state.next, state.isGone)
    }
    if isGone { action() }
    return number
  }

  private func forget(_ number: Int) {
    state.withLock { $0.actions[number] = nil }
  }
}
