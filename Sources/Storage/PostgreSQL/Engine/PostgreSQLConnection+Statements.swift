import PostgreSQLClient

/// Statements that are sent one by one.
extension PostgreSQLConnection {
  /// The rows that a statement answers with.
  func rows(
    _ sql: String, _ values: PostgreSQLValue...,
    within milliseconds: Int64 = PostgreSQLSession.answerMilliseconds
  ) throws(DatabaseError) -> PostgreSQLRows {
    do throws(PostgreSQLFault) {
      return try run(PostgreSQLQuery(once: sql, values), within: milliseconds)
    } catch {
      throw error.error
    }
  }

  /// What the body does, as one transaction.
  /// - Parameters:
  ///   - begin: what begins it.
  ///   - isKept: whether it is committed at the end, or taken back.
  func transaction<Value>(
    _ begin: String = "BEGIN", isKept: Bool = true, _ body: () throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> Value {
    try script(begin)
    do throws(DatabaseError) {
      let value = try body()
      try script(isKept ? "COMMIT" : "ROLLBACK")
      return value
    } catch {
      try? script("ROLLBACK")
      throw error
    }
  }

  /// Statements without arguments, one after another.
  func script(
    _ sql: String, within milliseconds: Int64 = PostgreSQLSession.answerMilliseconds
  ) throws(DatabaseError) {
    do throws(PostgreSQLFault) {
      try execute(sql, within: milliseconds)
    } catch {
      throw error.error
    }
  }
}
