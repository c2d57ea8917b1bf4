/// Elements that fall due, the earliest first and, among equals, the one that came first.
struct DueQueue<Element> {
  private var heap: [(at: Instant, turn: Int, element: Element)] = []
  private var turns = 0

  /// When the earliest is due.
  var next: Instant? { heap.first?.at }

  mutating func add(_ element: Element, at instant: Instant) {
    turns += 1
    heap.append((instant, turns, element))
    var index = heap.count - 1
    while index > 0, isBefore(index, (index - 1) / 2) {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// Removes the earliest, where it is due by then.
  mutating func takeDue(at now: Instant) -> Element? {
    guard let first = heap.first, first.at <= now else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var index = 0
    while true {
      let children = [2 * index + 1, 2 * index + 2].filter { $0 < heap.count }
      guard let least = children.min(by: { isBefore($0, $1) }), isBefore(least, index) else {
        return first.element
      }
      heap.swapAt(least, index)
      index = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (heap[left].at, heap[left].turn) < (heap[right].at, heap[right].turn)
  }
}

extension DueQueue: Sendable where Element: Sendable {}
