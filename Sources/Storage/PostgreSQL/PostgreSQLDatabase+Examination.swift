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
    let names = key.map(\.name)
    let page = RowPage(
      columns: names + [columns], source: source, key: names, isBehind: last != nil, limit: limit)
    let query = PostgreSQLQuery(
      once: page.sql(RowPage.inPostgreSQL), (last ?? []).map(\.postgreSQL))
    return try await self.read(query) { rows in
      rows.map { row in
        (read(row.dropping(key.count)), key.enumerated().map { $1.cell(row, $0) })
      }
    }
  }
}
