import Foundation
import Payins
import Synchronization
import Testing

@testable import Storage

@Suite("SQLite: opening")
struct OpeningTests {
  /// Runs the body without root's rights, which no folder withholds anything from.
  private func withoutRights<Value>(_ body: () throws -> Value) rethrows -> Value {
    guard geteuid() == 0, let symbol = dlsym(nil, "setfsuid") else { return try body() }
    let setfsuid = unsafeBitCast(symbol, to: (@convention(c) (UInt32) -> Int32).self)
    _ = setfsuid(65_534)
    defer { _ = setfsuid(0) }
    return try body()
  }

  private func message(_ path: String) throws -> String? {
    do {
      _ = try withoutRights { try SQLiteDatabase(path: path) }
      return nil
    } catch DatabaseError.failed(_, _, let message) {
      return message
    }
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? NSNumber).intValue
  }

  @Test("missing folders and the file are made for their owner alone")
  func makesFiles() async throws {
    try await withFolder { folder in
      let store = try SQLiteDatabase(path: folder + "/a/b/pasarela.db")
      try await store.probe()
      #expect(try mode(folder + "/a") == 0o700 && mode(folder + "/a/b") == 0o700)
      for suffix in ["", "-wal", "-shm", ".lock"] {
        #expect(try mode(folder + "/a/b/pasarela.db" + suffix) == 0o600, "\(suffix)")
      }
      await store.close()
    }
  }

  @Test("names that SQLite would read otherwise are ordinary files")
  func oddNames() async throws {
    try await withFolder { folder in
      for name in ["file:x?mode=memory", ":memory:", "a b%20é.db"] {
        let store = try SQLiteDatabase(path: "\(folder)/\(name)")
        await store.close()
        #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)"))
      }
      #expect(try DatabaseFile(path: "/tmp").path == "/tmp")
    }
    #expect(throws: DatabaseError.self) { try SQLiteDatabase(path: "") }
    #expect(throws: DatabaseError.self) { try SQLiteDatabase(path: "/tmp/a\u{0}b") }
  }

  @Test("a folder that cannot be written or entered, or made, is named with the reason")
  func folders() async throws {
    try await withFolder { folder in
      #expect(chmod(folder, 0o755) == 0)
      for (name, mode) in [("read-only", 0o555), ("closed", 0)] as [(String, mode_t)] {
        #expect(mkdir("\(folder)/\(name)", mode) == 0)
        let message = try message("\(folder)/\(name)/pasarela.db")
        #expect(message == "cannot create \(folder)/\(name)/pasarela.db: Permission denied")
      }
      #expect(
        try message(folder + "/read-only/new/pasarela.db")
          == "cannot create the folder \(folder)/read-only/new: Permission denied")
      try Data().write(to: URL(fileURLWithPath: folder + "/file"))
      #expect(
        try message(folder + "/file/pasarela.db")
          == "cannot create \(folder)/file/pasarela.db: Not a directory")
      #expect(chmod(folder, 0o777) == 0 && mkdir(folder + "/folder.db", 0o777) == 0)
      #expect(
        try message(folder + "/folder.db")
          == "\(folder)/folder.db: unable to open database file: Is a directory")
    }
  }

  @Test("a file that cannot be written is named")
  func readOnlyFile() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      await (try SQLiteDatabase(path: path)).close()
      #expect(
        chmod(folder, 0o777) == 0 && chmod(path, 0o444) == 0 && chmod(path + ".lock", 0o666) == 0)
      #expect(try message(path) == "\(path): cannot be written")
      #expect(chmod(path, 0) == 0)
      #expect(try message(path) == "\(path): unable to open database file: Permission denied")
    }
  }

  @Test("a file that is not a database, or another program's, is left alone")
  func foreignFiles() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let text = Data(String(repeating: "no database at all\n", count: 100).utf8)
      try text.write(to: URL(fileURLWithPath: path))
      #expect(try failure(path) == "\(path): file is not a database")
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)

      for (name, sql) in [
        ("tables", "CREATE TABLE t (a)"), ("owner", "PRAGMA application_id = 77; VACUUM"),
      ] {
        let other = "\(folder)/\(name).db"
        try raw(other, sql)
        let before = try Data(contentsOf: URL(fileURLWithPath: other))
        #expect(try failure(other) == "\(other): it is another program's database")
        #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == before)
      }
    }
  }

  @Test("a schema that is newer than the program is refused")
  func newerSchema() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      await (try SQLiteDatabase(path: path)).close()
      try raw(path, "PRAGMA user_version = 99")
      #expect(
        try failure(path)
          == "\(path): it has schema version 99, this program knows \(Migrations.all.count): run the newer program"
      )
    }
  }

  @Test("many who open a new database at once all succeed")
  func racing() async throws {
    try await withFolder { folder in
      for round in 0..<40 {
        let opened = Mutex<[Result<SQLiteDatabase, any Error>]>([])
        DispatchQueue.concurrentPerform(iterations: 6) { _ in
          let store = Result { try SQLiteDatabase(path: "\(folder)/\(round).db") }
          opened.withLock { $0.append(store) }
        }
        for store in opened.withLock({ $0 }) { await (try store.get()).close() }
      }
    }
  }

  private func raw(_ path: String, _ sql: String) throws {
    try SQLiteConnection(path: DatabaseFile(path: path).path).execute(sql)
  }

  private func failure(_ path: String) throws -> String? {
    do {
      _ = try SQLiteDatabase(path: path)
      return nil
    } catch .failed(_, _, let message) {
      return message
    }
  }
}
