internal import CPostgres

/// The one owner of a `PGresult`: the rows that a statement answered with, in binary form.
@safe public final class PostgreSQLRows {
  private let handle: OpaquePointer
  public let count: Int

  init(_ handle: OpaquePointer) {
    unsafe self.handle = handle
    count = unsafe Int(PQntuples(handle))
  }

  deinit { unsafe PQclear(handle) }

  private var status: ExecStatusType { unsafe PQresultStatus(handle) }

  var isFault: Bool { status == PGRES_FATAL_ERROR }
  /// Whether it was done, and answers with no rows.
  var isDone: Bool { status == PGRES_COMMAND_OK }
  var endsGroup: Bool { status == PGRES_PIPELINE_SYNC }

  /// Nil where the server refused nothing, or it is the library that speaks.
  var refusal: ServerRefusal? {
    guard let code = unsafe pasarela_result_code(handle) else { return nil }
    return ServerRefusal(
      code: unsafe String(cString: code),
      message: unsafe ConnectionSettings.text(pasarela_result_message(handle)),
      constraint: unsafe pasarela_result_constraint(handle).map { unsafe String(cString: $0) })
  }

  /// Each row, read.
  public func map<Value, Fault: Error>(
    _ read: (PostgreSQLRow) throws(Fault) -> Value
  ) throws(Fault) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count { values.append(try read(PostgreSQLRow(self, index))) }
    return values
  }

  public var first: PostgreSQLRow? { count > 0 ? PostgreSQLRow(self, 0) : nil }

  fileprivate func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
    guard unsafe PQgetisnull(handle, Int32(row), Int32(column)) == 0 else { return nil }
    let start = unsafe PQgetvalue(handle, Int32(row), Int32(column))
    return unsafe UnsafeRawBufferPointer(
      start: start, count: Int(PQgetlength(handle, Int32(row), Int32(column))))
  }
}

/// A row of an answer. Columns count from 0.
public struct PostgreSQLRow {
  private let rows: PostgreSQLRows
  private let index: Int
  private var start = 0

  fileprivate init(_ rows: PostgreSQLRows, _ index: Int) {
    self.rows = rows
    self.index = index
  }

  /// Without its first columns.
  public func dropping(_ columns: Int) -> PostgreSQLRow {
    var row = self
    row.start += columns
    return row
  }

  /// A `bigint`, or a number of less bytes; 0 for null.
  public func integer64(_ column: Int) -> Int64 {
    guard let bytes = unsafe rows.bytes(index, start + column),
      let first = unsafe bytes.first
    else { return 0 }
    let sign: Int64 = first < 0x80 ? 0 : -1
    return unsafe bytes.reduce(sign) { $0 << 8 | Int64($1) }
  }

  /// A text's UTF-8, or a `bytea`; empty for null.
  public func bytes(_ column: Int) -> [UInt8] {
    guard let bytes = unsafe rows.bytes(index, start + column) else { return [] }
    return unsafe Array(bytes)
  }

  public func isNull(_ column: Int) -> Bool { unsafe rows.bytes(index, start + column) == nil }
}
