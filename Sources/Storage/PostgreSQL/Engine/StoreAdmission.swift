import PostgreSQLClient

/// Who may have a store open: gateways together, or one alone that moves it. As long as the
/// connection lives it holds a lock of the database.
enum StoreAdmission {
  /// `Psrm`, and whose tables they are.
  private static let lock = "\(0x5073_726D), hashtext(current_schema())"

  /// For a gateway's writer, whenever it connects. Throws `.denied` with a sentence.
  static func enter(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) {
    guard try has("pg_try_advisory_lock_shared(\(lock))", connection) else {
      throw .denied("the store is being moved: wait until pasarela store migrate has ended")
    }
    if let mark = try mark(connection) { throw .denied(mark.refusal) }
  }

  /// Throws `.denied` where a gateway is connected; none comes in after it.
  static func takeAlone(
    _ connection: PostgreSQLConnection, of place: String
  ) throws(PostgreSQLFault) {
    // An earlier release's takes no such lock, but has its writer's.
    let others = "EXISTS (\(WriterIdentity.alive))"
    guard try has("pg_try_advisory_lock(\(lock))", connection), try !has(others, connection)
    else {
      throw .denied("a gateway is connected to \(place): stop all that are")
    }
  }

  static func mark(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) -> MoveMark? {
    guard try isThere(MoveMark.table, connection) else { return nil }
    let table = try ownName(of: MoveMark.table, connection)
    let rows = try ask("SELECT \(MoveMark.columns) FROM \(table)", connection)
    guard let mark = rows.first.flatMap({ MoveMark($0) }) else {
      throw .denied(MoveMark.unreadable)
    }
    return mark
  }

  /// Whether the store's own schema has that table: another one of the search path may have one.
  static func isThere(
    _ table: String, _ connection: PostgreSQLConnection
  ) throws(PostgreSQLFault) -> Bool {
    try has(
      "to_regclass($1::text) IS NOT NULL", connection, .text(ownName(of: table, connection)))
  }

  /// The table's name with the store's own schema.
  static func ownName(
    of table: String, _ connection: PostgreSQLConnection
  ) throws(PostgreSQLFault) -> String {
    let schema = try ask("SELECT quote_ident(current_schema())", connection).first
    return "\(schema?.text(0) ?? "").\(table)"
  }

  private static func has(
    _ condition: String, _ connection: PostgreSQLConnection, _ values: PostgreSQLValue...
  ) throws(PostgreSQLFault) -> Bool {
    try ask("SELECT (\(condition))::int", connection, values).first?.integer(0) == 1
  }

  private static func ask(
    _ sql: String, _ connection: PostgreSQLConnection, _ values: [PostgreSQLValue] = []
  ) throws(PostgreSQLFault) -> PostgreSQLRows {
    try connection.run(
      PostgreSQLQuery(once: sql, values), within: PostgreSQLSession.answerMilliseconds)
  }
}
