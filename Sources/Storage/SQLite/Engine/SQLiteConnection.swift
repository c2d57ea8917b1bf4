internal import CSQLite
import Glibc

/// The one owner of a `sqlite3` handle. Used by one thread at a time: it is opened without
/// SQLite's own lock.
@safe final class SQLiteConnection {
  let handle: OpaquePointer

  /// Before the library is used: done once, with the first connection.
  private static let configuration = pasarela_sqlite_without_memory_status()

  /// How long a statement waits for another process's lock, else.
  static let busyMilliseconds: Int32 = 5000

  /// Opens an existing file to be read and written.
  /// - Parameter busyMilliseconds: how long a statement waits for another process's lock.
  init(path: String, busyMilliseconds: Int32 = busyMilliseconds) throws(DatabaseError) {
    _ = Self.configuration
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = unsafe ResultCode(sqlite3_open_v2(path, &opened, flags, nil))
    guard let connection = unsafe opened else {
      throw .failed(function: "sqlite3_open_v2", code: Int(code.rawValue), message: "no memory")
    }
    unsafe handle = connection  // from here on deinit closes it, whatever is thrown
    guard code == .ok else { throw failure("sqlite3_open_v2", code) }
    _ = unsafe sqlite3_busy_timeout(connection, busyMilliseconds)
  }

  deinit {
    _ = unsafe sqlite3_close_v2(handle)
  }

  func setBusyWait(milliseconds: Int32) {
    _ = unsafe sqlite3_busy_timeout(handle, milliseconds)
  }

  /// Runs statements without parameters, one after another.
  func execute(_ sql: String) throws(DatabaseError) {
    let code = unsafe ResultCode(sqlite3_exec(handle, sql, nil, nil, nil))
    guard code == .ok else { throw failure("sqlite3_exec", code) }
  }

  /// What the body does, as one transaction that no other process comes between.
  /// - Parameter isKept: whether it is committed at the end, or taken back.
  func transaction<Value>(
    isKept: Bool = true, _ body: () throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> Value {
    try execute("BEGIN IMMEDIATE")
    do throws(DatabaseError) {
      let value = try body()
      try execute(isKept ? "COMMIT" : "ROLLBACK")
      return value
    } catch {
      // A failing medium may have ended it.
      if isInTransaction { try? execute("ROLLBACK") }
      throw error
    }
  }

  /// The file's own name, links resolved.
  var path: String? {
    guard let name = unsafe sqlite3_db_filename(handle, "main") else { return nil }
    return unsafe String(cString: name)
  }

  /// Whether a transaction is open; a failing medium may end one by itself.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Whether the file was opened although it cannot be written.
  var isReadOnly: Bool { unsafe sqlite3_db_readonly(handle, "main") == 1 }

  /// The number of rows that the last statement changed.
  var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

  /// The SQL of the statements that are prepared.
  var preparedStatements: [String] {
    var texts: [String] = []
    var next = unsafe sqlite3_next_stmt(handle, nil)
    while let statement = unsafe next {
      texts.append(unsafe String(cString: sqlite3_sql(statement)))
      unsafe next = sqlite3_next_stmt(handle, statement)
    }
    return texts
  }

  /// What just failed. SQLite's messages name tables and columns, never arguments.
  func failure(_ function: String, _ code: ResultCode) -> DatabaseError {
    var message = unsafe String(cString: sqlite3_errmsg(handle))
    let system = unsafe sqlite3_system_errno(handle)
    if code.isOfSystem, system != 0 {
      message += unsafe ": \(String(cString: strerror(system)))"
    }
    return .failed(function: function, code: Int(code.rawValue), message: message)
  }
}
