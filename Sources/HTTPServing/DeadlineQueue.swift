/// Deadlines by time, as a binary heap. One that was put off stays in it and is found out when it
/// comes up: most deadlines are put off far more often than they pass.
struct DeadlineQueue {
  struct Entry: Equatable {
    /// In milliseconds of a clock that never goes back.
    let due: Int64
    let token: UInt64
  }

  private var heap: [Entry] = []

  /// The earliest entry's time.
  var next: Int64? { heap.first?.due }

  mutating func insert(_ token: UInt64, due: Int64) {
    heap.append(Entry(due: due, token: token))
    var child = heap.count - 1
    while child > 0, heap[child].due < heap[(child - 1) / 2].due {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the earliest entry if its time has come.
  mutating func takeDue(at now: Int64) -> Entry? {
    guard let first = heap.first, first.due <= now else { return nil }
    heap[0] = heap[heap.count - 1]
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in (2 * parent + 1)...(2 * parent + 2)
      where child < heap.count && heap[child].due < heap[least].due {
        least = child
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
