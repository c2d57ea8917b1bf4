/// Values by their keys, in the order in which they came.
struct RecordTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let capacity: Int
  private var values: [Key: Value] = [:]
  /// Oldest first.
  private var sequence: [Key] = []

  /// - Parameter capacity: with more than that, the oldest are forgotten.
  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Setting nil removes.
  subscript(key: Key) -> Value? {
    get { values[key] }
    set {
      let isThere = values[key] != nil
      values[key] = newValue
      if !isThere, newValue != nil { sequence.append(key) }
      if isThere, newValue == nil { sequence.removeAll { $0 == key } }
    }
  }

  var newestFirst: some Sequence<Value> { sequence.reversed().lazy.compactMap { values[$0] } }
  var oldestFirst: some Sequence<Value> { sequence.lazy.compactMap { values[$0] } }

  /// Gives what it forgets where there are too many.
  /// - Parameters:
  ///   - count: at once, so that the walk over those that must stay is rare.
  ///   - mayGo: whether a value need not be kept.
  @discardableResult
  mutating func forgetOldest(
    _ count: Int = 1, where mayGo: (Value) -> Bool = { _ in true }
  ) -> [Value] {
    var forgotten: [Value] = []
    guard sequence.count > capacity else { return [] }
    sequence.removeAll { key in
      guard forgotten.count < count, let value = values[key], mayGo(value) else { return false }
      values[key] = nil
      forgotten.append(value)
      return true
    }
    return forgotten
  }
}
