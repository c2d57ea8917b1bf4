import Payins
import PostgreSQLClient

/// Looks at everything that is kept, for an operator.
extension PostgreSQLDatabase: ExaminableDatabase {
  private static let rowsAtATime = 500

  public func examine() async throws(DatabaseError) -> Int {
    var count = 0
    for kind in OperationKind.allCases { count += try await operations(of: kind.type) }
    count += try await each("events", EventRow.columns, by: [.integer("number")]) {
      EventRow($0)
    } _: { row in
      _ = try event(row)
    }
    count += try await each(
      "idempotency_keys", KeyRow.columns, by: [.text("merchant"), .text("operation"), .text("key")]
    ) {
      KeyRow($0)
    } _: { row in
      _ = try key(row)
    }
    count += try await each("callback_notices", CallbackRow.columns, by: [.integer("number")]) {
      CallbackRow($0)
    } _: { row in
      _ = try callback(row)
    }
    count += try await each(
      "webhook_endpoints", StoredEndpoint.columns, by: [.text("merchant"), .text("id")]
    ) {
      StoredEndpoint($0)
    } _: { row in
      _ = try endpoint(row)
    }
    count += try await each("jobs", DueJob.columns, by: [.text("kind"), .text("subject")]) {
      DueJob($0)
    } _: { row in
      if row.job == nil { damage.note(row.damage) }
    }
    return count
  }

  private func operations<State: KeptOperation>(
    of type: State.Type
  ) async throws(DatabaseError) -> Int {
    let layout = type.layout
    return try await each(layout.source, layout.selected, by: [.text("\(layout.table).id")]) {
      StoredOperation($0, layout)
    } _: { row in
      _ = try operation(row) as State
    }
  }

  /// - Parameters:
  ///   - key: the columns of a unique index.
  ///   - look: notes what is damaged; what it throws is dropped.
  private func each<Row: Sendable>(
    _ source: String, _ columns: String, by key: [RowColumn],
    _ make: @escaping @Sendable (PostgreSQLRow) -> Row, _ look: (Row) throws -> Void
  ) async throws(DatabaseError) -> Int {
    let order = key.map(\.name).joined(separator: ", ")
    let marks = key.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    let sql = """
      SELECT \(order), \(columns) FROM \(source)
      WHERE (\(order)) > (\(marks)) ORDER BY \(order) LIMIT \(Self.rowsAtATime)
      """
    let numbers = key.map { $0.element == .integer }
    var place = numbers.map { $0 ? PostgreSQLValue.integer(Int64.min) : .text("") }
    var count = 0
    while true {
      let rows = try await read(PostgreSQLQuery(once: sql, place)) { rows in
        rows.map { row in
          (
            row: make(row.dropping(numbers.count)),
            place: numbers.indices.map { index -> PostgreSQLValue in
              numbers[index] ? .integer(row.integer64(index)) : .kept(row.text(index))
            }
          )
        }
      }
      for row in rows { try? look(row.row) }
      count += rows.count
      guard rows.count == Self.rowsAtATime, let last = rows.last else { return count }
      place = last.place
    }
  }
}
