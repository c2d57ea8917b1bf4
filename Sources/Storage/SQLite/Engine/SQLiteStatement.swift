internal import CSQLite

/// The one owner of a prepared statement; keeps its connection open.
@safe final class SQLiteStatement {
  private let connection: SQLiteConnection
  private let handle: OpaquePointer

  init(_ connection: SQLiteConnection, _ sql: String) throws(DatabaseError) {
    var prepared: OpaquePointer?
    let code = unsafe ResultCode(
      sqlite3_prepare_v3(
        connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil))
    guard let statement = unsafe prepared else {
      throw connection.failure("sqlite3_prepare_v3", code)
    }
    self.connection = connection
    unsafe handle = statement
  }

  deinit {
    _ = unsafe sqlite3_finalize(handle)
  }

  /// Runs to the end. Returns how many rows it changed.
  @discardableResult
  func run(_ values: SQLiteValue...) throws(DatabaseError) -> Int {
    try run(values)
  }

  /// The first row, read.
  func first<Value>(
    _ values: SQLiteValue..., read: (SQLiteRow) throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> Value? {
    try bind(values)
    defer { reset() }
    return try step() ? try read(row) : nil
  }

  /// Every row, read.
  func rows<Value>(
    _ values: SQLiteValue..., read: (SQLiteRow) throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> [Value] {
    try rows(values, read: read)
  }

  func rows<Value>(
    _ values: [SQLiteValue], read: (SQLiteRow) throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> [Value] {
    try bind(values)
    defer { reset() }
    var result: [Value] = []
    while try step() { result.append(try read(row)) }
    return result
  }

  @discardableResult
  func run(_ values: [SQLiteValue]) throws(DatabaseError) -> Int {
    try bind(values)
    defer { reset() }
    while try step() {}
    return connection.changes
  }

  private var row: SQLiteRow { unsafe SQLiteRow(statement: handle) }

  private func step() throws(DatabaseError) -> Bool {
    let code = unsafe ResultCode(sqlite3_step(handle))
    switch code {
    case .row: return true
    case .done: return false
    default: throw connection.failure("sqlite3_step", code)
    }
  }

  /// Ends the statement's read and lets go of its arguments.
  private func reset() {
    _ = unsafe sqlite3_reset(handle)
    _ = unsafe sqlite3_clear_bindings(handle)
  }

  private func bind(_ values: [SQLiteValue]) throws(DatabaseError) {
    for (index, value) in values.enumerated() {
      let code = ResultCode(bind(value, at: Int32(index + 1)))
      guard code == .ok else { throw connection.failure("sqlite3_bind", code) }
    }
  }

  private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
    switch value {
    case .null:
      return unsafe sqlite3_bind_null(handle, index)
    case .integer(let number):
      return unsafe sqlite3_bind_int64(handle, index, number)
    case .text(var text):
      return text.withUTF8 { bytes in
        unsafe pasarela_bind_text(handle, index, bytes.baseAddress, UInt64(bytes.count))
      }
    case .utf8(let text):
      return unsafe text.withUnsafeBufferPointer { bytes in
        unsafe pasarela_bind_text(handle, index, bytes.baseAddress, UInt64(bytes.count))
      }
    case .blob(let blob):
      return unsafe blob.withUnsafeBufferPointer { bytes in
        unsafe pasarela_bind_blob(handle, index, bytes.baseAddress, UInt64(bytes.count))
      }
    }
  }
}
