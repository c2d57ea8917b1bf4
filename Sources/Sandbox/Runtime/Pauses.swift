/// Waits on the wall's clock that can be ended early.
struct Pauses {
  private var tasks: [Int: Task<Void, Never>] = [:]
  private var lastID = 0

  mutating func begin(milliseconds: Int64) -> (id: Int, task: Task<Void, Never>) {
    lastID += 1
    let task = Task { _ = await Self.sleep(milliseconds: milliseconds) }
    tasks[lastID] = task
    return (lastID, task)
  }

  mutating func end(_ id: Int) { tasks[id] = nil }

  func cancelAll() {
    for task in tasks.values { task.cancel() }
  }

  /// Gives whether the time passed; false where the task was cancelled.
  static func sleep(milliseconds: Int64) async -> Bool {
    do {
      try await Task.sleep(for: .milliseconds(milliseconds))
      return true
    } catch {
      return false
    }
  }
}
