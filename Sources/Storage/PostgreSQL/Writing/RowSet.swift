import Payins
import PostgreSQLClient

extension Cell {
  static func milliseconds(_ instant: Instant) -> Cell { .integer(instant.milliseconds) }
}

extension ListedValue {
  var cell: Cell {
    switch self {
    case .none: .integer(nil)
    case .number(let number): .integer(number)
    case .text(let text): .text(text)
    }
  }
}

/// A column of such rows, as a statement names it.
struct RowColumn {
  var name: String
  var element: PostgreSQLColumn.Element

  static func integer(_ name: String) -> RowColumn { RowColumn(name: name, element: .integer) }
  static func text(_ name: String) -> RowColumn { RowColumn(name: name, element: .text) }
  static func bytes(_ name: String) -> RowColumn { RowColumn(name: name, element: .bytes) }

  fileprivate var type: String {
    switch element {
    case .integer: "bigint"
    case .text: "text"
    case .bytes: "bytea"
    }
  }
}

/// A statement over rows that come as its first arguments, a column each: it costs little more for
/// many rows than for one.
struct RowStatement: Sendable {
  let statement: PostgreSQLStatement
  fileprivate let elements: [PostgreSQLColumn.Element]

  /// - Parameter sql: given the rows as something to select from, by the name `new`.
  init(_ columns: [RowColumn], _ sql: (_ rows: String) -> String) {
    let arrays = columns.enumerated().map { "$\($0 + 1)::\($1.type)[]" }
    let names = columns.map(\.name)
    statement = PostgreSQLStatement(
      sql(
        "unnest(\(arrays.joined(separator: ", "))) AS new (\(names.joined(separator: ", ")))"))
    elements = columns.map(\.element)
  }

  /// Adds the rows to a table.
  /// - Parameter conflict: what is done with those that are there.
  static func inserting(
    into table: String, _ columns: [RowColumn], conflict: String = ""
  ) -> RowStatement {
    let names = columns.map(\.name).joined(separator: ", ")
    return RowStatement(columns) { rows in
      "INSERT INTO \(table) (\(names)) SELECT \(names) FROM \(rows) \(conflict)"
    }
  }

  /// Does something with as many rows of a table as there are given, or ends with the conflict.
  /// - Parameter sql: given the rows, a statement that returns a row for each one that it found.
  static func expecting(
    _ conflict: WriteConflict, _ columns: [RowColumn], _ sql: (_ rows: String) -> String
  ) -> RowStatement {
    RowStatement(columns) { rows in
      """
      WITH done AS (\(sql(rows)) RETURNING 1)
      SELECT pasarela_expect(
        (SELECT count(*) FROM done) = cardinality($1), '\(conflict.rawValue)')
      """
    }
  }
}

/// What ends a transaction, beside keys that are there already.
enum WriteConflict: String {
  case leaseLost = "lease_lost"
  case version = "version"
  case endpoints = "endpoints"
}

/// Rows for such a statement.
struct RowSet {
  private let statement: RowStatement
  private var columns: [PostgreSQLColumn]
  private(set) var count = 0

  init(_ statement: RowStatement) {
    self.statement = statement
    columns = statement.elements.map { PostgreSQLColumn($0) }
  }

  mutating func add(_ cells: [Cell]) {
    count += 1
    for (index, cell) in cells.enumerated() {
      switch cell {
      case .integer(let number): columns[index].append(number)
      case .text(let text): columns[index].append(text?.kept)
      case .bytes(let bytes): columns[index].append(bytes)
      }
    }
  }

  /// Nil where there are no rows.
  func query(_ values: [PostgreSQLValue] = []) -> PostgreSQLQuery? {
    count == 0
      ? nil : PostgreSQLQuery(statement.statement, columns.map { .column($0) } + values)
  }
}
