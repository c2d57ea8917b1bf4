internal import CSQLite
import Payins

/// An argument of a statement.
enum SQLiteValue: Sendable {
  case null
  case integer(Int64)
  case text(String)
  /// A text that is encoded already.
  case utf8([UInt8])
  case blob([UInt8])

  static func integer(_ number: Int) -> SQLiteValue { .integer(Int64(number)) }
  static func integer(_ number: Int?) -> SQLiteValue { number.map { .integer($0) } ?? .null }
  static func integer(_ number: Int64?) -> SQLiteValue { number.map { .integer($0) } ?? .null }
  static func text(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
  static func utf8(_ text: [UInt8]?) -> SQLiteValue { text.map { .utf8($0) } ?? .null }

  /// Null where a row was written without one.
  static func checksum(_ sum: Int64?) -> SQLiteValue { sum.map { .integer($0) } ?? .null }

  static func milliseconds(_ instant: Instant) -> SQLiteValue { .integer(instant.milliseconds) }
}

/// The row that a statement stands on; good only while it is being read. Columns count from 0.
@safe struct SQLiteRow {
  private let statement: OpaquePointer

  init(statement: OpaquePointer) { unsafe self.statement = statement }

  func integer(_ column: Int32) -> Int { Int(unsafe sqlite3_column_int64(statement, column)) }

  func integer64(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

  func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

  /// What a job is about; nil where that is no operation.
  func operation(_ column: Int32) -> OperationID? {
    let id = OperationID(unchecked: text(column))
    return id.kind == nil ? nil : id
  }

  /// A column that lists an operation.
  func listed(_ column: Int32) -> ListedValue {
    switch unsafe sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: .number(integer64(column))
    case SQLITE_NULL: .none
    default: .text(text(column))
    }
  }

  func instant(_ column: Int32) -> Instant {
    Instant(milliseconds: unsafe sqlite3_column_int64(statement, column))
  }

  /// A text's UTF-8, or a blob's bytes; empty for null.
  func bytes(_ column: Int32) -> [UInt8] {
    // Asking for the address first fixes the form whose bytes are then counted.
    guard let start = unsafe sqlite3_column_blob(statement, column) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(statement, column))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Reads a column that may be null.
  func optional<Value>(_ column: Int32, _ read: (Int32) -> Value) -> Value? {
    unsafe sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : read(column)
  }
}
