import PostgreSQLClient

extension PostgreSQLDatabase: ReadsRows {
  /// None: the server looks after its files.
  public func faultsOfFile() async throws(DatabaseError) -> [String] { [] }

  func selection(of layout: OperationLayout) -> (source: String, columns: String) {
    (layout.source, layout.selected)
  }

  func rows<Value: Sendable>(
    of source: String, _ columns: String, by key: [StoreTable.Column], behind last: [Cell]?,
    limit: Int, _ read: @escaping @Sendable (any StoreRow) -> Value
  ) async throws(DatabaseError) -> [(value: Value, key: [Cell])] {
    let order = key.map(\.name).joined(separator: ", ")
    let marks = key.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    let query = PostgreSQLQuery(
      once: """
        SELECT \(order), \(columns) FROM \(source)
        \(last == nil ? "" : "WHERE (\(order)) > (\(marks))") ORDER BY \(order) LIMIT \(limit)
        """, (last ?? []).map(\.postgreSQL))
    return try await self.read(query) { rows in
      rows.map { row in
        (read(row.dropping(key.count)), key.enumerated().map { $1.cell(row, $0) })
      }
    }
  }
}
