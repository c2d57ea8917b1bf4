internal import JSONText

/// What Paynet keeps of the payments that chains asked for.
struct PaynetJournal: Sendable {
  struct Entry: Sendable {
    let transaction: PaynetForm.Transaction
    /// Of `/payment`, for a repeat.
    let answer: JSON
    /// Nil for a declined payment.
    let authorization: String?
    /// Nil where nothing was declined or the standing reference was paid.
    let order: OrderKey?
    /// Of `/reverse`, once it was done.
    var reversal: JSON?
  }

  /// More than that, and the oldest are forgotten.
  private static let capacity = 20_000

  private var entries: [PaynetForm.Name: Entry] = [:]
  private var sequence: [PaynetForm.Name] = []

  var oldestFirst: [(PaynetForm.Name, Entry)] {
    sequence.compactMap { name in entries[name].map { (name, $0) } }
  }

  /// Removing is not for the outside.
  subscript(name: PaynetForm.Name) -> Entry? {
    get { entries[name] }
    set {
      guard let newValue else { return }
      if entries.updateValue(newValue, forKey: name) == nil { sequence.append(name) }
      if sequence.count > Self.capacity { entries[sequence.removeFirst()] = nil }
    }
  }
}
