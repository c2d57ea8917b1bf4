extension SQLiteDatabase: ReadsRows {
  public func faultsOfFile() async throws(DatabaseError) -> [String] {
    let found = try await read { session throws(DatabaseError) in
      try SQLiteStatement(session.connection, "PRAGMA integrity_check(20)")
        .rows { row in row.text(0) }
    }
    return found == ["ok"] ? [] : found
  }

  func selection(of layout: OperationLayout) -> (source: String, columns: String) {
    (layout.table, layout.selection)
  }

  func rows<Value: Sendable>(
    of source: String, _ columns: String, by key: [StoreTable.Column], behind last: [Cell]?,
    limit: Int, _ read: @escaping @Sendable (any StoreRow) -> Value
  ) async throws(DatabaseError) -> [(value: Value, key: [Cell])] {
    let names = key.map(\.inSQLite)
    let sql = RowPage(
      columns: names + [columns], source: source, key: names, isBehind: last != nil, limit: limit
    ).sql(RowPage.inSQLite)
    let values = zip(key, last ?? []).map { $0.sqlite($1) }
    return try await self.read { session throws(DatabaseError) in
      try SQLiteStatement(session.connection, sql).rows(values) { row in
        (read(row.dropping(key.count)), key.enumerated().map { $1.cell(row, $0) })
      }
    }
  }
}
