import Synchronization

/// A statement's text. A connection plans it once, when it is first used.
public struct PostgreSQLStatement: Sendable {
  public let sql: String
  let number: Int

  private static let last = Atomic(0)

  /// To be kept by whoever uses it again.
  public init(_ sql: String) {
    self.sql = sql
    number = Self.last.add(1, ordering: .relaxed).newValue
  }
}

/// A statement with its arguments.
public struct PostgreSQLQuery: Sendable {
  enum Text: Sendable {
    case kept(PostgreSQLStatement)
    case once(String)
  }

  let text: Text
  let values: [PostgreSQLValue]

  public init(_ statement: PostgreSQLStatement, _ values: [PostgreSQLValue] = []) {
    text = .kept(statement)
    self.values = values
  }

  /// Planned for this one time.
  public init(once sql: String, _ values: [PostgreSQLValue] = []) {
    text = .once(sql)
    self.values = values
  }
}
