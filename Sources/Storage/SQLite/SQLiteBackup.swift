import Glibc

/// A copy of an SQLite store, made while gateways go on with it.
public struct SQLiteBackup {
  /// The database's file.
  private let source: String

  /// - Throws: `.denied` where there is no such store.
  public init(of path: String) throws(DatabaseError) {
    guard unsafe access(path, F_OK) == 0 else { throw .denied("there is no file \(path)") }
    source = path
  }

  /// Writes what was committed when it began, looks whether the copy is sound, and only then gives
  /// it its name, for its owner alone. What stands at the path is left alone. Returns the copy's
  /// bytes.
  /// - Throws: `.denied` where something stands there.
  public func write(to path: String) throws(DatabaseError) -> Int64 {
    guard unsafe access(path, F_OK) != 0 else {
      throw .denied("\(path) is there already: choose another name")
    }
    // SQLite gives names such as `file:…` a meaning of their own.
    let path = path.utf8.starts(with: "/".utf8) ? path : "./" + path
    let part = try Self.makeFile(beside: path)
    do throws(DatabaseError) {
      try SQLiteStatement(SQLiteConnection(path: DatabaseFile(path: source).path), "VACUUM INTO ?")
        .run(.text(part))
      try check(part)
      let size = try flush(part)
      // Unlike `rename`, it takes no other's place.
      guard unsafe link(part, path) == 0 else { throw .system("link", "cannot create \(path)") }
      unsafe unlink(part)
      try flushFolder(of: path)
      return size
    } catch {
      unsafe unlink(part)
      throw error
    }
  }

  /// An empty one of a name that no other has, for its owner alone, as SQLite takes it.
  private static func makeFile(beside path: String) throws(DatabaseError) -> String {
    var name = Array("\(path).\(String(repeating: "X", count: 6))".utf8CString)
    let made = unsafe mkstemp(&name)
    guard made >= 0 else { throw .system("mkstemp", "cannot create a file beside \(path)") }
    close(made)
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func check(_ part: String) throws(DatabaseError) {
    let copy = try SQLiteConnection(path: part)
    let found = try SQLiteStatement(copy, "PRAGMA integrity_check(1)").first { $0.text(0) }
    let owner = try SQLiteStatement(copy, "PRAGMA application_id").first { $0.integer64(0) }
    guard found == "ok", owner == Migrations.applicationID else {
      throw .failed(
        function: "integrity_check", code: 0, message: "the copy is damaged: \(found ?? "empty")")
    }
  }

  /// Returns the file's bytes, once they are on the disk.
  private func flush(_ path: String) throws(DatabaseError) -> Int64 {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", "cannot read \(path)") }
    defer { close(descriptor) }
    var facts = stat()
    guard fsync(descriptor) == 0, unsafe fstat(descriptor, &facts) == 0 else {
      throw .system("fsync", "cannot write \(path)")
    }
    return Int64(facts.st_size)
  }

  private func flushFolder(of path: String) throws(DatabaseError) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", "cannot read \(folder)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system("fsync", "cannot write \(folder)") }
  }
}
