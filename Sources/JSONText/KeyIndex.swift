/// The place of each key of an object being read: a plain list while the object is small, a hash
/// table from then on, so that a hostile object of many members costs no quadratic time.
struct KeyIndex {
  private var list: [String] = []
  private var table: [ExactText: Int] = [:]

  /// Takes the key as the next one; the place it already has when it is no new key.
  mutating func insert(_ key: String) -> Int? {
    if let place = place(of: key) { return place }
    list.append(key)
    if list.count == 17 {
      for (place, key) in list.enumerated() { table[ExactText(key)] = place }
    } else if list.count > 17 {
      table[ExactText(key)] = list.count - 1
    }
    return nil
  }

  func place(of key: String) -> Int? {
    if table.isEmpty {
      list.firstIndex { ExactText($0) == ExactText(key) }
    } else {
      table[ExactText(key)]
    }
  }
}
