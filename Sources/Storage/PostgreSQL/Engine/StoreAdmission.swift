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
    guard try has("to_regclass(\(quotedTable)) IS NOT NULL", connection) else { return nil }
    let place = try ask("SELECT place FROM \(table(connection))", connection).first
      .flatMap { row in row.optional(0, row.text) }
    return place.map { .left(to: $0) } ?? .arriving
  }

  /// The mark's table in the store's own schema: another one of the search path may have one, too.
  static func table(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) -> String {
    try ask("SELECT \(quotedTable)", connection).first?.text(0) ?? MoveMark.table
  }

  private static let quotedTable =
    "quote_ident(current_schema()) || '.\(MoveMark.table)'"

  private static func has(
    _ condition: String, _ connection: PostgreSQLConnection
  ) throws(PostgreSQLFault) -> Bool {
    try ask("SELECT (\(condition))::int", connection).first?.integer(0) == 1
  }

  private static func ask(
    _ sql: String, _ connection: PostgreSQLConnection
  ) throws(PostgreSQLFault) -> PostgreSQLRows {
    try connection.run(
      PostgreSQLQuery(once: sql), within: PostgreSQLSession.answerMilliseconds)
  }
}
