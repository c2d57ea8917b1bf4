import Payins

/// Reads the operations of one kind; documents are handed out as stored.
struct OperationReading {
  private let byID: SQLiteStatement
  private let byReference: SQLiteStatement
  private let flagged: (count: SQLiteStatement, ids: SQLiteStatement)?
  private let unresolved: SQLiteStatement?

  init(_ connection: SQLiteConnection, _ layout: OperationLayout) throws(DatabaseError) {
    let table = layout.table
    byID = try SQLiteStatement(
      connection, "SELECT \(layout.selection) FROM \(table) WHERE id = ?")
    let reference = layout.reference.map { "\($0) = ?" }.joined(separator: " AND ")
    byReference = try SQLiteStatement(connection, "SELECT id FROM \(table) WHERE \(reference)")
    flagged = try layout.flag.map { column, index, order throws(DatabaseError) in
      let held = "FROM \(table) INDEXED BY \(index) WHERE \(column) = 1"
      return (
        count: try SQLiteStatement(connection, "SELECT count(*) \(held)"),
        ids: try SQLiteStatement(connection, "SELECT id \(held) ORDER BY \(order) LIMIT ?")
      )
    }
    unresolved = try layout.unresolved.map { column, index throws(DatabaseError) in
      try SQLiteStatement(
        connection,
        """
        SELECT count(*), min(\(column)) FROM \(table) INDEXED BY \(index)
        WHERE \(column) IS NOT NULL
        """)
    }
  }

  func row(_ id: OperationID, _ layout: OperationLayout) throws(DatabaseError) -> StoredOperation? {
    try byID.first(.text(id.text)) { StoredOperation($0, layout) }
  }

  func id(reference: [SQLiteValue]) throws(DatabaseError) -> OperationID? {
    try byReference.rows(reference) { OperationID(unchecked: $0.text(0)) }.first
  }

  func flagged(limit: Int) throws(DatabaseError) -> Tally<OperationID> {
    guard let flagged else { return Tally(count: 0, first: []) }
    return try Tally(
      count: flagged.count.first { row in row.integer(0) } ?? 0,
      first: flagged.ids.rows(.integer(max(limit, 0))) { OperationID(unchecked: $0.text(0)) })
  }

  func backlog() throws(DatabaseError) -> Backlog {
    try unresolved?.first { row in
      Backlog(dueCount: row.integer(0), oldestDue: row.optional(1, row.instant))
    } ?? Backlog(dueCount: 0, oldestDue: nil)
  }

  /// By their ids, which sort by time.
  static func listing<State: KeptOperation>(
    _ query: OperationQuery<State>
  ) -> (sql: String, values: [SQLiteValue]) {
    let layout = State.layout
    guard let index = layout.byTime else { preconditionFailure("the kind is not listed so") }
    var sql = """
      SELECT \(layout.selection) FROM \(layout.table) INDEXED BY \(index)
      WHERE merchant = ?
      """
    var values: [SQLiteValue] = [.text(query.merchant)]
    if !query.statuses.isEmpty {
      sql += " AND status IN (" + query.statuses.map { _ in "?" }.joined(separator: ", ") + ")"
      values += query.statuses.map { .text($0) }
    }
    if let before = query.before {
      sql += " AND id < ?"
      values.append(.text(before.text))
    }
    values.append(.integer(max(query.limit, 0)))
    return (sql + " ORDER BY id DESC LIMIT ?", values)
  }
}

extension OperationLayout {
  /// The columns of a `StoredOperation`.
  var selection: String {
    func secret(_ secret: PayinSecret) -> String {
      guard hasSecrets else { return "NULL" }
      return """
        (SELECT content FROM payin_secrets
          WHERE payin_secrets.number = \(table).number AND kind = \(secret.rawValue))
        """
    }
    func opening(_ column: String, _ own: String) -> String {
      guard hasOpening else { return "NULL" }
      return """
        CASE opening WHEN '' THEN
          (SELECT \(column) FROM payin_openings WHERE payin_openings.number = \(table).number)
        ELSE \(own) END
        """
    }
    let openings = [
      opening("content", "opening"), opening("payin_openings.checksum", "opening_checksum"),
    ]
    .joined(separator: ", ")
    let silence = watched.map { SilenceTable.stored(subject: "\(table).\($0)") } ?? "NULL"
    let listed = columns.map(\.name).joined(separator: ", ")
    return """
      id, merchant, version, body, checksum, \(openings), \(secret(.payer)), \(secret(.answers)),
      \(silence), \(listed)
      """
  }
}
