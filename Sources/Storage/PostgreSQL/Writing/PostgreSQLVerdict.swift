import Payins
import PostgreSQLClient

extension ServerRefusal {
  /// Whether it is about what one change says, and not about the server.
  var isOfChange: Bool {
    code == "PA001" || ["22", "23", "54"].contains(family) || isOfLock
  }

  /// Whether something that is locked, or a statement that took too long, was waited for in vain.
  var isOfLock: Bool { code == "55P03" || code == "57014" }

  /// For the operator. A server's message may quote values; the primary one names tables and
  /// constraints.
  var error: DatabaseError {
    .failed(function: "PostgreSQL", code: 0, message: "\(message) (\(code))")
  }

  /// What the refusal of that one change means.
  func conflict(
    of change: ChangeRows, _ connection: PostgreSQLConnection
  ) throws(PostgreSQLFault) -> DatabaseError {
    if code == "PA001" {
      return switch WriteConflict(rawValue: message) {
      case .leaseLost: .leaseLost
      case .version: .versionConflict
      case .endpoints: .endpointsChanged
      case nil: error
      }
    }
    guard isTaken, let constraint else { return error }
    if constraint.utf8.starts(with: "idempotency_keys_".utf8) { return .duplicateKey }
    if constraint.utf8.starts(with: "events_".utf8) { return .versionConflict }
    guard let row = change.operation else { return error }
    return try conflict(of: row, connection) ?? error
  }

  /// By which of its keys it is there already.
  private func conflict(
    of row: OperationRow, _ connection: PostgreSQLConnection
  ) throws(PostgreSQLFault) -> DatabaseError? {
    let layout = row.kind.type.layout
    func id(_ condition: String, _ values: [PostgreSQLValue]) throws(PostgreSQLFault) -> String? {
      try connection.run(
        PostgreSQLQuery(once: "SELECT id FROM \(layout.table) WHERE \(condition)", values),
        within: PostgreSQLSession.answerMilliseconds
      ).first?.text(0)
    }
    let names = layout.reference.enumerated().map { "\($1) = $\($0 + 1)" }
    let reference = layout.reference(of: row.listing, merchant: row.merchant).map(\.argument)
    if let existing = try id(names.joined(separator: " AND "), reference) {
      return .duplicateReference(existing: OperationID(unchecked: existing))
    }
    return try id("id = $1", [.kept(row.id.text)]) == nil ? nil : .versionConflict
  }
}

extension ListedValue {
  var argument: PostgreSQLValue {
    switch self {
    case .none: .null
    case .number(let number): .integer(number)
    case .text(let text): .kept(text)
    }
  }
}

extension PostgreSQLFault {
  /// Of what changes nothing, or was taken back.
  var error: DatabaseError {
    switch self {
    case .refused(let refusal): refusal.error
    case .lost(let why), .denied(let why): .away(why)
    }
  }
}
