/// What is kept apart of a pay-in, as stored.
struct SecretRow: Sendable {
  /// Of the key that seals it.
  var key: Int64
  /// The pay-in's.
  var number: Int64
  var kind: Int64
  var content: [UInt8]
  /// The pay-in's id.
  var payin: String
}

/// What `SealRenewal` reads and writes.
protocol RenewableRows {
  /// In the order of key, number and kind.
  func secrets(
    behind place: (key: Int64, number: Int64, kind: Int64), below key: Int64, limit: Int
  ) throws(DatabaseError) -> [SecretRow]
  func update(_ row: SecretRow, to content: SealedContent) throws(DatabaseError)
}

/// Seals under the current key what is under another or under none, a few rows at a time.
final class SealRenewal {
  private let keys: DataKeys
  /// Behind it nothing was looked at yet, so that rows that do not open are not looked at again and
  /// again.
  private var last: (key: Int64, number: Int64, kind: Int64)?

  init(_ keys: DataKeys) { self.keys = keys }

  /// - Parameter left: how many rows may be looked at; less those that were.
  func renew(_ left: inout Int, _ rows: some RenewableRows) throws(DatabaseError) {
    // Those under lesser keys, then those under greater ones.
    let current = keys.currentID
    for (start, end) in [(Int64.min, current), (current, Int64.max)] where left > 0 {
      var place = last ?? (start, Int64.max, 0)
      if place.key < start || start == current && place.key == current {
        place = (start, Int64.max, 0)
      }
      guard place.key < end else { continue }
      let found = try rows.secrets(
        behind: (place.key, place.number, place.kind), below: end, limit: left)
      for row in found { try renew(row, rows) }
      left -= found.count
      if let row = found.last { last = (row.key, row.number, row.kind) }
    }
    // The next look begins anew.
    if left > 0 { last = nil }
  }

  private func renew(_ row: SecretRow, _ rows: some RenewableRows) throws(DatabaseError) {
    guard let kind = PayinSecret(rawValue: Int(row.kind)) else { return }
    let place = kind.place(of: row.payin)
    // What does not open is found where it is read.
    guard
      let renewed = try? SealedContent(stored: row.content, at: place)
        .renewed(at: place, under: keys)
    else { return }
    try rows.update(row, to: renewed)
  }
}
