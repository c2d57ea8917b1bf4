import Foundation

/// Hands work to threads of their own, which block for it.
final class WorkQueue<Item: Sendable>: @unchecked Sendable {  // all is touched under `condition`
  private let condition = NSCondition()
  private var incoming: [Item] = []
  /// Taken from its end.
  private var outgoing: [Item] = []
  private var isClosed = false

  /// Returns whether the item will be worked on: false once the queue is closed.
  func put(_ item: Item) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    guard !isClosed else { return false }
    incoming.append(item)
    condition.signal()
    return true
  }

  /// Blocks until there is work, and takes all of it up to `limit`, in order. Empty: the queue is
  /// closed and all is taken.
  func take(upTo limit: Int) -> [Item] {
    condition.lock()
    defer { condition.unlock() }
    while incoming.isEmpty, outgoing.isEmpty, !isClosed { condition.wait() }
    return taken(upTo: limit)
  }

  /// What waits, up to `limit`, in order.
  func takeWaiting(upTo limit: Int) -> [Item] {
    condition.lock()
    defer { condition.unlock() }
    return taken(upTo: limit)
  }

  private func taken(upTo limit: Int) -> [Item] {
    var taken: [Item] = []
    while taken.count < limit, let item = next() { taken.append(item) }
    return taken
  }

  private func next() -> Item? {
    if outgoing.isEmpty {
      outgoing = incoming.reversed()
      incoming.removeAll(keepingCapacity: true)
    }
    return outgoing.popLast()
  }

  /// What waits is still worked on.
  func close() {
    condition.lock()
    defer { condition.unlock() }
    isClosed = true
    condition.broadcast()
  }
}
