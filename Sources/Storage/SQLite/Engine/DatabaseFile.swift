internal import CSQLite
import Glibc

/// Makes the database's file and opens connections to it.
struct DatabaseFile {
  /// Absolute, or relative to the working directory.
  let path: String

  /// Makes what is missing: the folder for its owner alone (0700), the file likewise (0600).
  init(path: String) throws(DatabaseError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .failed(function: "open", code: Int(EINVAL), message: "the store's path is empty")
    }
    // SQLite gives names such as `:memory:` and `file:…` a meaning of their own.
    self.path = path.utf8.starts(with: "/".utf8) ? path : "./" + path
    try Self.makeFolder(of: self.path)
    // Made without being opened: closing a descriptor would lift the locks that SQLite holds on
    // the file elsewhere in this process.
    guard unsafe mknod(self.path, S_IFREG | 0o600, 0) == 0 || errno == EEXIST else {
      throw .system("mknod", "cannot create \(self.path)")
    }
  }

  /// Of the lock that tells who has the database open: beside the file itself, whatever links lead
  /// to it.
  var lockPath: String {
    let real = unsafe realpath(path, nil)
    defer { unsafe free(real) }
    return unsafe (real.map { unsafe String(cString: $0) } ?? path) + ".lock"
  }

  private static func makeFolder(of path: String) throws(DatabaseError) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else {
      return
    }
    let folder = String(path[..<slash])
    func isMade() -> Bool { unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST }
    if isMade() { return }
    if errno == ENOENT {
      try makeFolder(of: folder)
      if isMade() { return }
    }
    throw .system("mkdir", "cannot create the folder \(folder)")
  }

  /// The connection that writes, its schema up to date.
  /// - Parameters: as of `Migrations.init`.
  func openWriter(
    isAlone: Bool = true, for purpose: StorePurpose = .serving,
    migrates: @escaping @Sendable (Migration) -> Void = { _ in }
  ) throws(DatabaseError) -> SQLiteConnection {
    try explaining { () throws(DatabaseError) in
      let connection = try SQLiteConnection(path: path)
      guard !connection.isReadOnly else {
        throw .failed(
          function: "sqlite3_open_v2", code: Int(SQLITE_READONLY), message: "cannot be written")
      }
      let migrations = Migrations(connection, isAlone: isAlone, starts: migrates)
      let version = try migrations.identify()
      if purpose == .looking, version < Migrations.all.count {
        throw StorePurpose.olderSchema(version, Migrations.all.count)
      }
      try turnOnWriteAheadLog(connection)
      // What is deleted is overwritten, so that erased data is not in a free page. In memory, once
      // it is open: what a savepoint might have to restore.
      try connection.execute(
        """
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 2000;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -16384;
        PRAGMA secure_delete = ON;
        """)
      // With what they sort on the disk, which may be much.
      try migrations.run()
      try connection.execute("PRAGMA temp_store = MEMORY")
      return connection
    }
  }

  func openReader() throws(DatabaseError) -> SQLiteConnection {
    try explaining { () throws(DatabaseError) in
      let connection = try SQLiteConnection(path: path)
      try connection.execute("PRAGMA query_only = 1")
      return connection
    }
  }

  /// Names the file in what goes wrong.
  private func explaining<Value>(
    _ body: () throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> Value {
    do throws(DatabaseError) {
      return try body()
    } catch .failed(let function, let code, let message) {
      throw .failed(function: function, code: code, message: "\(path): \(message)")
    }
  }

  /// Where two processes make the file at once, one finds the other changing its mode, a moment
  /// for which SQLite does not wait by itself.
  private func turnOnWriteAheadLog(_ connection: SQLiteConnection) throws(DatabaseError) {
    for attempt in 1... {
      do throws(DatabaseError) {
        let mode = try SQLiteStatement(connection, "PRAGMA journal_mode = WAL")
          .first { row in row.text(0) }
        guard mode == "wal" else {
          throw .failed(
            function: "journal_mode", code: Int(SQLITE_ERROR),
            message: "the file system cannot hold a write-ahead log")
        }
        return
      } catch .failed(_, let code, _)
        where ResultCode(Int32(code)).primary == .busy && attempt < 500
      {
        _ = sqlite3_sleep(10)
      }
    }
  }
}
