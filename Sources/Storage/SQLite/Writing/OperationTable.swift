import Payins

/// Writes the operations of one kind.
struct OperationTable {
  private let insert: SQLiteStatement
  private let updates: OperationUpdates
  private let remove: SQLiteStatement
  private let removeEvents: SQLiteStatement
  private let opening: OpeningTable?
  private let selectByReference: SQLiteStatement
  private let selectByID: SQLiteStatement
  private let layout: OperationLayout

  init(_ connection: SQLiteConnection, _ layout: OperationLayout) throws(DatabaseError) {
    self.layout = layout
    let (table, columns) = (layout.table, layout.columns)
    let names =
      ["id", "merchant", "version", "body", "checksum"]
      + columns.map(\.name) + (layout.hasOpening ? ["opening"] : [])
    insert = try SQLiteStatement(
      connection,
      """
      INSERT INTO \(table) (\(names.joined(separator: ", ")))
      VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))
      """)
    updates = try OperationUpdates(connection, layout)
    remove = try SQLiteStatement(connection, "DELETE FROM \(table) WHERE id = ? AND version = ?")
    removeEvents = try SQLiteStatement(connection, "DELETE FROM events WHERE payin = ?")
    opening = layout.hasOpening ? try OpeningTable(connection, table) : nil
    let reference = layout.reference.map { "\($0) = ?" }.joined(separator: " AND ")
    selectByReference = try SQLiteStatement(
      connection, "SELECT id FROM \(table) WHERE \(reference)")
    selectByID = try SQLiteStatement(connection, "SELECT 1 FROM \(table) WHERE id = ?")
  }

  func write(_ row: OperationRow) throws(DatabaseError) {
    guard let replaced = row.replacedVersion else { return try add(row) }
    let condition: [SQLiteValue] = [.text(row.id.text), .integer(replaced)]
    if row.isWithdrawn {
      try opening?.remove(row.id)
      guard try remove.run(condition) == 1 else { throw .versionConflict }
      try removeEvents.run(.text(row.id.text))
      return
    }
    let documents: [SQLiteValue] = [
      .integer(row.version), .utf8(row.standing), .integer(row.checksum),
    ]
    let changed = try updates.statement(changing: row.relisted)
      .run(condition + documents + row.relisted.map { row.listing[$0].stored })
    guard changed == 1 else { throw .versionConflict }
    // What never changes is only erased.
    if let content = row.opening {
      try opening?.rewrite(content, row.openingChecksum, of: row.id)
    }
  }

  private func add(_ row: OperationRow) throws(DatabaseError) {
    var values: [SQLiteValue] = [
      .text(row.id.text), .text(row.merchant), .integer(row.version), .utf8(row.standing),
      .integer(row.checksum),
    ]
    values += row.listing.map(\.stored)
    if opening != nil { values.append(.utf8([])) }
    do throws(DatabaseError) {
      try insert.run(values)
    } catch {
      guard error.isTaken else { throw error }
      let reference = layout.reference(of: row.listing, merchant: row.merchant).map(\.stored)
      if let existing = try selectByReference.rows(reference, read: { $0.text(0) }).first {
        throw .duplicateReference(existing: OperationID(unchecked: existing))
      }
      let isThere = try selectByID.first(.text(row.id.text)) { _ in true } ?? false
      throw isThere ? .versionConflict : error
    }
    if let content = row.opening {
      try opening?.addToNewest(content, row.openingChecksum)
    }
  }
}

/// The statements that change an operation, each with the columns that it changes: SQLite writes
/// the entries of every index anew whose columns are set, even to what they are.
private final class OperationUpdates {
  private let connection: SQLiteConnection
  private let layout: OperationLayout
  private var prepared: [[Int]: SQLiteStatement] = [:]

  init(_ connection: SQLiteConnection, _ layout: OperationLayout) throws(DatabaseError) {
    self.connection = connection
    self.layout = layout
    _ = try statement(changing: [])
  }

  /// Its arguments are the id, the version that must be there, the new one, the document, its
  /// checksum, and the columns' values.
  func statement(changing columns: [Int]) throws(DatabaseError) -> SQLiteStatement {
    if let known = prepared[columns] { return known }
    // An earlier release kept what never changes in the other document.
    let opening = layout.hasOpening ? ", opening = coalesce(opening, body)" : ""
    let listed = columns.enumerated().map { ", \(layout.columns[$1].name) = ?\($0 + 6)" }
    let statement = try SQLiteStatement(
      connection,
      """
      UPDATE \(layout.table) SET version = ?3, body = ?4, checksum = ?5\(opening)\(listed.joined())
      WHERE id = ?1 AND version = ?2
      """)
    prepared[columns] = statement
    return statement
  }
}

/// Writes what never changes of operations, apart from what does: a row that is written again is
/// small then. An earlier release kept it in the operation's own row.
private struct OpeningTable {
  private let insert: SQLiteStatement
  private let update: SQLiteStatement
  private let updateOlder: SQLiteStatement
  private let delete: SQLiteStatement

  init(_ connection: SQLiteConnection, _ table: String) throws(DatabaseError) {
    let number = "(SELECT number FROM \(table) WHERE id = ?1)"
    // The number of the row that was inserted last is then that of this one, the same.
    insert = try SQLiteStatement(
      connection,
      "INSERT INTO payin_openings (number, content, checksum) VALUES (last_insert_rowid(), ?, ?)")
    update = try SQLiteStatement(
      connection,
      "UPDATE payin_openings SET content = ?2, checksum = ?3 WHERE number = \(number)")
    updateOlder = try SQLiteStatement(
      connection, "UPDATE \(table) SET opening = ?2, opening_checksum = ?3 WHERE id = ?1")
    delete = try SQLiteStatement(
      connection, "DELETE FROM payin_openings WHERE number = \(number)")
  }

  /// Of the operation that was inserted last.
  func addToNewest(_ content: [UInt8], _ checksum: Int64?) throws(DatabaseError) {
    try insert.run(.utf8(content), .checksum(checksum))
  }

  func rewrite(
    _ content: [UInt8], _ checksum: Int64?, of id: OperationID
  ) throws(DatabaseError) {
    let values: [SQLiteValue] = [.text(id.text), .utf8(content), .checksum(checksum)]
    if try update.run(values) == 0 { try updateOlder.run(values) }
  }

  func remove(_ id: OperationID) throws(DatabaseError) { try delete.run(.text(id.text)) }
}

extension ListedValue {
  var stored: SQLiteValue {
    switch self {
    case .none: .null
    case .number(let number): .integer(number)
    case .text(let text): .text(text)
    }
  }
}
