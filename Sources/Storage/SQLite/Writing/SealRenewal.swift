/// Seals under the current key what is under another or under none, a few rows at a time.
final class SealRenewal {
  private struct Row {
    var key: Int64
    var number: Int64
    var kind: Int64
    var content: [UInt8]
    var payin: String
  }

  private let keys: DataKeys
  private let select: SQLiteStatement
  private let update: SQLiteStatement
  /// Behind it nothing was looked at yet, so that rows that do not open are not looked at again and
  /// again.
  private var last: (key: Int64, number: Int64, kind: Int64)?

  init(_ connection: SQLiteConnection, _ keys: DataKeys) throws(DatabaseError) {
    self.keys = keys
    select = try SQLiteStatement(
      connection,
      """
      SELECT key, number, kind, content,
        (SELECT id FROM payins WHERE payins.number = payin_secrets.number)
      FROM payin_secrets INDEXED BY payin_secrets_by_key
      WHERE (key, number, kind) > (?1, ?2, ?3) AND key < ?4
      ORDER BY key, number, kind LIMIT ?5
      """)
    update = try SQLiteStatement(
      connection,
      "UPDATE payin_secrets SET key = ?3, content = ?4 WHERE number = ?1 AND kind = ?2")
  }

  /// - Parameter left: how many rows may be looked at; less those that were.
  func renew(_ left: inout Int) throws(DatabaseError) {
    // Those under lesser keys, then those under greater ones.
    let current = keys.currentID
    for (start, end) in [(Int64.min, current), (current, Int64.max)] where left > 0 {
      var place = last ?? (start, Int64.max, 0)
      if place.key < start || start == current && place.key == current {
        place = (start, Int64.max, 0)
      }
      guard place.key < end else { continue }
      let rows = try select.rows(
        .integer(place.key), .integer(place.number), .integer(place.kind), .integer(end),
        .integer(left)
      ) { row in
        Row(
          key: row.integer64(0), number: row.integer64(1), kind: row.integer64(2),
          content: row.bytes(3), payin: row.text(4))
      }
      for row in rows { try renew(row) }
      left -= rows.count
      if let row = rows.last { last = (row.key, row.number, row.kind) }
    }
    // The next look begins anew.
    if left > 0 { last = nil }
  }

  private func renew(_ row: Row) throws(DatabaseError) {
    guard let kind = PayinSecret(rawValue: Int(row.kind)) else { return }
    let place = kind.place(of: row.payin)
    // What does not open is found where it is read.
    guard
      let renewed = try? SealedContent(stored: row.content, at: place)
        .renewed(at: place, under: keys)
    else { return }
    try update.run(
      .integer(row.number), .integer(row.kind), .integer(renewed.key), .blob(renewed.bytes))
  }
}
