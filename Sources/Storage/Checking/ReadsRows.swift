import Payins

/// A store whose tables can be gone through.
protocol ReadsRows: KeepsDocuments, ExaminableDatabase {
  /// What operations are read from, and their columns.
  func selection(of layout: OperationLayout) -> (source: String, columns: String)

  /// Up to so many rows in the order of a unique key, each with its key.
  /// - Parameter last: the key behind which they are; nil: the first ones.
  func rows<Value: Sendable>(
    of source: String, _ columns: String, by key: [StoreTable.Column], behind last: [Cell]?,
    limit: Int, _ read: @escaping @Sendable (any StoreRow) -> Value
  ) async throws(DatabaseError) -> [(value: Value, key: [Cell])]
}

extension ReadsRows {
  private static var rowsAtATime: Int { 500 }

  public func examine(
    _ payins: ([Payin]) async throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Int {
    var count = 0
    for kind in OperationKind.allCases { count += try await operations(of: kind.type, payins) }
    count += try await each("events", EventRow.columns) {
      EventRow($0)
    } _: { rows throws(DatabaseError) in
      _ = try readable(rows) { row throws(DatabaseError) in try event(row) }
    }
    count += try await each("idempotency_keys", KeyRow.columns) {
      KeyRow($0)
    } _: { rows throws(DatabaseError) in
      _ = try readable(rows) { row throws(DatabaseError) in try key(row) }
    }
    count += try await each("callback_notices", CallbackRow.columns) {
      CallbackRow($0)
    } _: { rows throws(DatabaseError) in
      _ = try readable(rows) { row throws(DatabaseError) in try callback(row) }
    }
    count += try await each("webhook_endpoints", StoredEndpoint.columns) {
      StoredEndpoint($0)
    } _: { rows throws(DatabaseError) in
      _ = try readable(rows) { row throws(DatabaseError) in try endpoint(row) }
    }
    count += try await each("jobs", DueJob.columns) {
      DueJob($0)
    } _: { rows throws(DatabaseError) in
      for row in rows where row.job == nil { damage.note(row.damage) }
    }
    return count
  }

  private func operations<State: KeptOperation>(
    of type: State.Type, _ payins: ([Payin]) async throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Int {
    let layout = type.layout
    let (source, columns) = selection(of: layout)
    return try await each(layout.table, from: source, columns) {
      StoredOperation($0, layout)
    } _: { rows throws(DatabaseError) in
      let states = try readable(rows) { row throws(DatabaseError) in try operation(row) as State }
      if let read = states as? [Payin] { try await payins(read) }
    }
  }

  /// Without those that are damaged.
  private func readable<Row, Value>(
    _ rows: [Row], _ read: (Row) throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> [Value] {
    var values: [Value] = []
    for row in rows {
      do throws(DatabaseError) {
        values.append(try read(row))
      } catch .damaged {}
    }
    return values
  }

  public func orphans(
    _ relation: StoreRelation
  ) async throws(DatabaseError) -> (count: Int, orphans: Orphans) {
    var orphans = Orphans()
    let count = try await each(relation.table, relation.columns) {
      (isOrphan: $0.integer(0) == 1, label: $0.text(1))
    } _: { rows throws(DatabaseError) in
      for row in rows where row.isOrphan { orphans.add(row.label) }
    }
    return (count, orphans)
  }

  /// All rows of a table, some at a time. Returns how many.
  /// - Parameter source: what they are read from; nil: the table.
  private func each<Row: Sendable>(
    _ table: String, from source: String? = nil, _ columns: String,
    _ read: @escaping @Sendable (any StoreRow) -> Row,
    _ look: ([Row]) async throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Int {
    let key = StoreTable.key(of: table)
    var last: [Cell]?
    var count = 0
    while true {
      let rows = try await rows(
        of: source ?? table, columns, by: key, behind: last, limit: Self.rowsAtATime, read)
      try await look(rows.map(\.value))
      count += rows.count
      guard rows.count == Self.rowsAtATime else { return count }
      last = rows.last?.key
    }
  }
}

extension StoreTable {
  /// The columns of a table's primary key, as any statement can name them.
  fileprivate static func key(of table: String) -> [Column] {
    (all.first { $0.name == table }?.key ?? []).map { column in
      let name = "\(table).\(column.name)"
      return Column(name: name, content: column.content, inSQLite: name)
    }
  }
}
