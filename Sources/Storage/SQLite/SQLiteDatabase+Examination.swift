import Payins

/// Looks at everything that is kept, for an operator.
extension SQLiteDatabase: ExaminableDatabase {
  private static let rowsAtATime = 500

  public func examine() async throws(DatabaseError) -> Int {
    var count = 0
    for kind in OperationKind.allCases { count += try await operations(of: kind.type) }
    count += try await each("events", EventRow.columns, EventRow.init) { row in
      _ = try event(row)
    }
    count += try await each(
      "idempotency_keys", KeyRow.columns, KeyRow.init, by: ["merchant", "operation", "key"]
    ) { row in _ = try key(row) }
    count += try await each("callback_notices", CallbackRow.columns, CallbackRow.init) { row in
      _ = try callback(row)
    }
    count += try await each(
      "webhook_endpoints", StoredEndpoint.columns, StoredEndpoint.init, by: ["merchant", "id"]
    ) { row in _ = try endpoint(row) }
    count += try await each("jobs", DueJob.columns, DueJob.init, by: ["kind", "subject"]) { row in
      if row.job == nil { damage.note(row.damage) }
    }
    return count
  }

  private func operations<State: KeptOperation>(
    of type: State.Type
  ) async throws(DatabaseError) -> Int {
    let layout = type.layout
    return try await each(
      layout.table, layout.selection, width: StoredOperation.fixedColumns + layout.columns.count,
      { StoredOperation($0, layout) }, by: layout.key
    ) { row in _ = try operation(row) as State }
  }

  /// - Parameters:
  ///   - width: how many columns; nil: as many as there are between commas.
  ///   - key: the columns of the table's primary key, texts; the row's number where it is empty.
  ///   - look: notes what is damaged; what it throws is dropped.
  private func each<Row: Sendable>(
    _ table: String, _ columns: String, width: Int? = nil,
    _ make: @escaping @Sendable (SQLiteRow) -> Row,
    by key: [String] = [], _ look: (Row) throws -> Void
  ) async throws(DatabaseError) -> Int {
    let names = key.isEmpty ? ["number"] : key
    let marks = names.map { _ in "?" }.joined(separator: ", ")
    let order = names.joined(separator: ", ")
    let sql = """
      SELECT \(columns), \(order) FROM \(table)
      WHERE (\(order)) > (\(marks)) ORDER BY \(order) LIMIT \(Self.rowsAtATime)
      """
    let width = width ?? columns.utf8.count { $0 == UInt8(ascii: ",") } + 1
    var place = key.isEmpty ? [SQLiteValue.integer(Int64.min)] : key.map { _ in .text("") }
    var count = 0
    while true {
      let rows = try await read { [place] session throws(DatabaseError) in
        try SQLiteStatement(session.connection, sql).rows(place) { row in
          (
            make(row),
            names.indices.map { index -> SQLiteValue in
              key.isEmpty ? .integer(row.integer64(width)) : .text(row.text(width + index))
            }
          )
        }
      }
      for row in rows { try? look(row.0) }
      count += rows.count
      guard rows.count == Self.rowsAtATime, let last = rows.last else { return count }
      place = last.1
    }
  }
}
