import PostgreSQLClient

/// A PostgreSQL store as tables.
struct PostgreSQLTables: TableStore {
  private static let limit: Int64 = 3_600_000

  let place: String
  private let connection: PostgreSQLConnection
  private let inserts: [String: RowStatement]

  /// - Parameter mustExist: whether it is a fault where there is no store yet.
  init(_ address: String, mustExist: Bool = false) throws(DatabaseError) {
    do throws(PostgreSQLFault) {
      let settings = try ConnectionSettings(address)
      place = "postgresql: \(settings.place)"
      connection = try PostgreSQLConnection(settings)
      try PostgreSQLSession.checkProcesses(connection, PostgreSQLConnection(settings))
      try PostgreSQLSession.prepare(connection)
      try PostgreSQLSession.check(connection)
      try StoreAdmission.takeAlone(connection, of: place)
      if mustExist, try !StoreAdmission.isThere("payins", connection) {
        throw PostgreSQLFault.denied("there is no store at \(place), or in another schema")
      }
      try PostgreSQLMigrations(connection).run()
      try connection.execute("SET statement_timeout = 0", within: Self.limit)
    } catch {
      throw error.atOpening
    }
    inserts = Dictionary(
      uniqueKeysWithValues: StoreTable.all.map { ($0.name, Self.insert(into: $0)) })
  }

  private static func insert(into table: StoreTable) -> RowStatement {
    let names = table.columns.map(\.name).joined(separator: ", ")
    return RowStatement(table.columns.map(\.postgreSQL)) { rows in
      """
      INSERT INTO \(table.name) (\(names)) OVERRIDING SYSTEM VALUE SELECT \(names) FROM \(rows)
      """
    }
  }

  // MARK: Marks

  func mark() throws(DatabaseError) -> MoveMark? {
    do throws(PostgreSQLFault) {
      return try StoreAdmission.mark(connection)
    } catch {
      throw error.error
    }
  }

  func set(_ mark: MoveMark?) throws(DatabaseError) {
    let table: String
    do throws(PostgreSQLFault) {
      table = try StoreAdmission.ownName(of: MoveMark.table, connection)
    } catch {
      throw error.error
    }
    try connection.transaction { () throws(DatabaseError) in
      try connection.script("DROP TABLE IF EXISTS \(table)")
      guard let mark else { return }
      try connection.script("CREATE TABLE \(table) (id text, way text, place text)")
      _ = try connection.rows(
        "INSERT INTO \(table) VALUES ($1::text, $2::text, $3::text)", .kept(mark.id),
        .kept(mark.way.rawValue), .kept(mark.place))
    }
  }

  func prepareToLeave() {}

  func settle() throws(DatabaseError) {
    for table in StoreTable.all {
      if let sequence = table.sequence {
        _ = try connection.rows(
          """
          SELECT setval(\(sequence), coalesce(max(number), 0) + 1, false) FROM \(table.name)
          """, within: Self.limit)
      }
      try connection.script("ANALYZE \(table.name)", within: Self.limit)
    }
  }

  // MARK: Rows

  func count(_ table: StoreTable) throws(DatabaseError) -> Int {
    try connection.rows("SELECT count(*) FROM \(table.name)", within: Self.limit)
      .first?.integer(0) ?? 0
  }

  func rows(
    of table: StoreTable, behind last: [Cell]?, limit: Int
  ) throws(DatabaseError) -> [[Cell]] {
    let page = RowPage(
      columns: table.columns.map { $0.inPostgreSQL ?? $0.name }, source: table.name,
      key: table.key.map(\.name), isBehind: last != nil, limit: limit)
    let query = PostgreSQLQuery(
      once: page.sql(RowPage.inPostgreSQL), (last ?? []).map(\.postgreSQL))
    return try run(query).map { row in
      table.columns.enumerated().map { index, column in column.cell(row, index) }
    }
  }

  func lastKey(of table: StoreTable) throws(DatabaseError) -> [Cell]? {
    let key = table.key.map(\.name)
    let order = key.map { "\($0) DESC" }.joined(separator: ", ")
    let query = PostgreSQLQuery(
      once: """
        SELECT \(key.joined(separator: ", ")) FROM \(table.name) ORDER BY \(order) LIMIT 1
        """)
    return try run(query).first.map { row in
      table.key.enumerated().map { index, column in column.cell(row, index) }
    }
  }

  func add(_ rows: [[Cell]], to table: StoreTable) throws(DatabaseError) {
    var set = RowSet(inserts[table.name] ?? Self.insert(into: table))
    for row in rows { set.add(row) }
    if let query = set.query() { _ = try run(query) }
  }

  func empty(_ table: StoreTable) throws(DatabaseError) {
    try connection.script("TRUNCATE \(table.name)", within: Self.limit)
  }

  private func run(_ query: PostgreSQLQuery) throws(DatabaseError) -> PostgreSQLRows {
    do throws(PostgreSQLFault) {
      return try connection.run(query, within: Self.limit)
    } catch {
      throw error.error
    }
  }
}

extension StoreTable.Column {
  fileprivate var postgreSQL: RowColumn {
    switch content {
    case .integer: .integer(name)
    case .text: .text(name)
    case .document, .bytes: .bytes(name)
    }
  }

  func cell(_ row: PostgreSQLRow, _ index: Int) -> Cell {
    switch content {
    case .integer: .integer(row.optional(index, row.integer64))
    case .text: .text(row.optional(index, row.text))
    case .document, .bytes: .bytes(row.optional(index, row.bytes))
    }
  }
}

extension Cell {
  var postgreSQL: PostgreSQLValue {
    switch self {
    case .integer(let number): number.map { .integer($0) } ?? .null
    case .text(let text): text.map { .kept($0) } ?? .null
    case .bytes(let bytes): bytes.map { .bytes($0) } ?? .null
    }
  }
}
