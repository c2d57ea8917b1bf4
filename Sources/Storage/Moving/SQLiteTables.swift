import Glibc

/// An SQLite store as tables.
struct SQLiteTables: TableStore {
  let place: String
  private let connection: SQLiteConnection
  /// Whoever opens the store meanwhile waits.
  private let presence: PresenceLock

  init(path: String, mustExist: Bool) throws(DatabaseError) {
    var facts = stat()
    guard unsafe !mustExist || stat(path, &facts) == 0 && facts.st_size > 0 else {
      throw .denied("there is no file \(path), or it is empty")
    }
    let file = try DatabaseFile(path: path)
    presence = try PresenceLock(path: file.lockPath, waits: false)
    guard presence.isFirst else {
      throw .denied("\(path) is open: stop every gateway that has it")
    }
    connection = try file.openWriter()
    place = "sqlite:\(path)"
  }

  // MARK: Marks

  func mark() throws(DatabaseError) -> MoveMark? { try Self.mark(connection) }

  static func mark(_ connection: SQLiteConnection) throws(DatabaseError) -> MoveMark? {
    let isThere = try SQLiteStatement(
      connection, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
    ).first(.text(MoveMark.table)) { _ in true }
    guard isThere == true else { return nil }
    let mark = try SQLiteStatement(
      connection, "SELECT \(MoveMark.columns) FROM \(MoveMark.table)"
    ).first { row in MoveMark(row) }
    guard let mark = mark.flatMap(\.self) else { throw .denied(MoveMark.unreadable) }
    return mark
  }

  func set(_ mark: MoveMark?) throws(DatabaseError) {
    try connection.transaction { () throws(DatabaseError) in
      try connection.execute("DROP TABLE IF EXISTS \(MoveMark.table)")
      guard let mark else { return }
      try connection.execute(
        "CREATE TABLE \(MoveMark.table) (id TEXT, way TEXT, place TEXT) STRICT")
      try SQLiteStatement(connection, "INSERT INTO \(MoveMark.table) VALUES (?, ?, ?)")
        .run(.text(mark.id), .text(mark.way.rawValue), .text(mark.place))
    }
  }

  func prepareToLeave() throws(DatabaseError) {
    let isDone = try SQLiteStatement(
      connection, "SELECT coalesce(min(done >= last), 1) FROM older_payins"
    ).first { row in row.integer(0) }
    guard isDone == 1 else {
      throw .denied(
        "\(place) has pay-ins of an earlier release that are not rewritten yet: let this "
          + "release's gateway run on it until pasarela doctor says that everything is sealed")
    }
  }

  func settle() throws(DatabaseError) {
    try connection.execute("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)")
  }

  // MARK: Rows

  func count(_ table: StoreTable) throws(DatabaseError) -> Int {
    let condition = table.sourceInSQLite?.condition ?? "true"
    return try SQLiteStatement(
      connection, "SELECT count(*) FROM \(table.fromSQLite) WHERE \(condition)"
    ).first { row in row.integer(0) } ?? 0
  }

  func rows(
    of table: StoreTable, behind last: [Cell]?, limit: Int
  ) throws(DatabaseError) -> [[Cell]] {
    let page = RowPage(
      columns: table.columns.map(\.inSQLite), source: table.fromSQLite,
      condition: table.sourceInSQLite?.condition, key: table.key.map(\.inSQLite),
      isBehind: last != nil, limit: limit)
    return try SQLiteStatement(connection, page.sql(RowPage.inSQLite))
      .rows(zip(table.key, last ?? []).map { $0.sqlite($1) }) { row in
        table.columns.enumerated().map { index, column in column.cell(row, index) }
      }
  }

  func lastKey(of table: StoreTable) throws(DatabaseError) -> [Cell]? {
    let key = table.key.map(\.inSQLite)
    let order = key.map { "\($0) DESC" }.joined(separator: ", ")
    return try SQLiteStatement(
      connection,
      """
      SELECT \(key.joined(separator: ", ")) FROM \(table.fromSQLite)
      WHERE \(table.sourceInSQLite?.condition ?? "true") ORDER BY \(order) LIMIT 1
      """
    ).first { row in table.key.enumerated().map { index, column in column.cell(row, index) } }
  }

  func add(_ rows: [[Cell]], to table: StoreTable) throws(DatabaseError) {
    var names = table.columns.map(\.name)
    var marks = table.columns.map { _ in "?" }
    if let constant = table.constantInSQLite {
      names.append(constant.column)
      marks.append(constant.value)
    }
    let insert = try SQLiteStatement(
      connection,
      """
      INSERT INTO \(table.name) (\(names.joined(separator: ", ")))
      VALUES (\(marks.joined(separator: ", ")))
      """)
    try connection.transaction { () throws(DatabaseError) in
      for row in rows { try insert.run(zip(table.columns, row).map { $0.sqlite($1) }) }
    }
  }

  func empty(_ table: StoreTable) throws(DatabaseError) {
    try connection.execute("DELETE FROM \(table.name)")
  }
}

extension StoreTable {
  fileprivate var fromSQLite: String { sourceInSQLite?.from ?? name }
}

extension StoreTable.Column {
  func cell(_ row: SQLiteRow, _ index: Int) -> Cell {
    switch content {
    case .integer: .integer(row.optional(index, row.integer64))
    case .text: .text(row.optional(index, row.text))
    case .document, .bytes: .bytes(row.optional(index, row.bytes))
    }
  }

  func sqlite(_ cell: Cell) -> SQLiteValue {
    switch cell {
    case .integer(let number): .integer(number)
    case .text(let text): .text(text)
    case .bytes(let bytes):
      if content == .document { .utf8(bytes) } else { bytes.map { .blob($0) } ?? .null }
    }
  }
}
