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
@safe struct SQLiteRow: StoreRow {
  private let statement: OpaquePointer
  private var first: Int32 = 0

  init(statement: OpaquePointer) { unsafe self.statement = statement }

  /// Without its first columns.
  func dropping(_ columns: Int) -> SQLiteRow {
    var row = self
    row.first += Int32(columns)
    return row
  }

  func integer64(_ column: Int) -> Int64 {
    unsafe sqlite3_column_int64(statement, first + Int32(column))
  }

  func text(_ column: Int) -> String { String(decoding: bytes(column), as: UTF8.self) }

  func listed(_ column: Int, isNumber: Bool) -> ListedValue {
    switch unsafe sqlite3_column_type(statement, first + Int32(column)) {
    case SQLITE_INTEGER: .number(integer64(column))
    case SQLITE_NULL: .none
    default: .text(text(column))
    }
  }

  func bytes(_ column: Int) -> [UInt8] {
    // Asking for the address first fixes the form whose bytes are then counted.
    guard let start = unsafe sqlite3_column_blob(statement, first + Int32(column)) else {
      return []
    }
    let count = Int(unsafe sqlite3_column_bytes(statement, first + Int32(column)))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  func isNull(_ column: Int) -> Bool {
    unsafe sqlite3_column_type(statement, first + Int32(column)) == SQLITE_NULL
  }
}
