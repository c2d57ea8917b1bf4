import Crypto
import Foundation
import Glibc
import Payins
import PostgreSQLClient
import TestSupport
import Testing

@testable import Storage

@Suite("a store is held against itself", .timeLimit(.minutes(2)))
struct StoreCheckTests {
  let furnished = Furnished()

  /// What is wrong, by the question that found it.
  static func faults(
    of store: any ExaminableDatabase
  ) async throws -> [String: [String]] {
    var faults: [String: [String]] = [:]
    var count = 0
    try await StoreCheck(store).run { found in
      count += found.count
      if !found.faults.isEmpty { faults[found.name] = found.faults }
    }
    #expect(count > 30)
    return faults
  }

  /// What is done to a store behind a gateway's back, and which question finds it.
  private static let damages: [(sql: String, finds: String, says: String)] = [
    ("DELETE FROM payins WHERE reference = 'other-1'", "attempts", "1 belong to nothing"),
    ("DELETE FROM payins WHERE reference = 'other-1'", "openings", "1 belong to nothing"),
    ("DELETE FROM payins WHERE reference = 'other-1'", "jobs", "1 belong to nothing"),
    ("DELETE FROM payins WHERE reference = 'other-1'", "timelines", "belong to nothing"),
    ("DELETE FROM payins WHERE reference LIKE 'order%'", "payers", "belong to nothing"),
    ("DELETE FROM payins WHERE reference LIKE 'order%'", "payers' addresses", "1 belong"),
    ("DELETE FROM payins WHERE reference LIKE 'order%'", "idempotency keys", "1 belong"),
    ("DELETE FROM payins WHERE reference LIKE 'order%'", "deliveries", "1 belong"),
    ("UPDATE callback_notices SET payin = 'payin_none'", "callbacks", "1 belong"),
    ("UPDATE payins SET amount = amount + 1 WHERE reference = 'other-1'", "documents", "amount"),
    ("DELETE FROM jobs WHERE kind = 'send_attempt'", "pay-ins", "has no job send_attempt"),
    ("DELETE FROM jobs WHERE kind = 'query_attempt'", "pay-ins", "has no job query_attempt"),
    ("DELETE FROM attempts", "pay-ins", "is not found by its number"),
    ("DELETE FROM events WHERE sequence = 3", "pay-ins", "not whole"),
    (
      "DELETE FROM events WHERE payin = (SELECT id FROM payins WHERE reference = 'other-1')",
      "pay-ins", "not whole"
    ),
    (
      "DELETE FROM events WHERE sequence > 2", "pay-ins", "not whole up to entry"
    ),
    (
      "UPDATE events SET type = 'receipt.read' WHERE type = 'receipt.recorded'", "pay-ins",
      "not whole"
    ),
  ]

  /// - Parameters:
  ///   - execute: a statement, beside the store.
  private func expectFound(
    in store: any ExaminableDatabase, _ damage: (sql: String, finds: String, says: String),
    _ execute: (String) throws -> Void
  ) async throws {
    try await furnished.fill(store, others: 2)
    #expect(try await Self.faults(of: store) == [:])
    try execute(damage.sql)
    let found = try await Self.faults(of: store)
    let said = found[damage.finds] ?? []
    #expect(said.contains { $0.contains(damage.says) }, "\(damage.sql): \(found)")
  }

  @Test("whatever is taken away or changed is found: SQLite", arguments: 0..<damages.count)
  func sqlite(_ index: Int) async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      try await useAndClose(SQLiteDatabase(path: path)) { store in
        try await expectFound(in: store, Self.damages[index]) {
          try SQLiteConnection(path: path).execute($0)
        }
      }
    }
  }

  @Test("whatever is taken away or changed is found: PostgreSQL", arguments: 0..<damages.count)
  func postgreSQL(_ index: Int) async throws {
    try await withPostgreSQL { address in
      try await useAndClose(PostgreSQLDatabase(address)) { store in
        try await expectFound(in: store, Self.damages[index]) {
          try TestCluster.shared().execute($0, at: address)
        }
      }
    }
  }

  private func denial(_ open: () throws -> Void) -> String {
    do {
      try open()
      return "opened"
    } catch DatabaseError.denied(let what) {
      return what
    } catch {
      return "another fault: \(error)"
    }
  }

  @Test("looking at a store leaves it as it is: its schema, its keys, or that there is none")
  func looking() async throws {
    let key = DataKey.make()
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let file = try SQLiteConnection(path: DatabaseFile(path: path).path)
      func open(_ keys: DataKeys = DataKeys()) throws -> SQLiteDatabase {
        try SQLiteDatabase(path: path, keys: keys, for: .looking)
      }
      let none = denial { _ = try open() }
      #expect(none == "there is no store yet")
      try Migrations(file, steps: Array(Migrations.all.dropLast())).run()
      let older = denial { _ = try open() }
      #expect(older.contains("has schema version \(Migrations.all.count - 1)"))
      try await useAndClose(SQLiteDatabase(path: path)) { try await furnished.fill($0) }
      let sealed = """
        SELECT group_concat(hex(content)) || (SELECT group_concat(body) FROM webhook_endpoints)
        FROM secrets
        """
      let before = try SQLiteStatement(file, sealed).first { $0.text(0) }
      try await useAndClose(open(DataKeys(current: key))) { store in
        let found = try await Self.faults(of: store)
        #expect(found == [:])
      }
      let after = try SQLiteStatement(file, sealed).first { $0.text(0) }
      #expect(before != nil && after == before)
    }
    try await withPostgreSQL { address in
      let connection = try PostgreSQLConnection(ConnectionSettings(address))
      func open(_ keys: DataKeys = DataKeys()) throws -> PostgreSQLDatabase {
        try PostgreSQLDatabase(address, keys: keys, for: .looking)
      }
      let none = denial { _ = try open() }
      #expect(none == "there is no store yet")
      let steps = PostgreSQLMigrations.all
      try PostgreSQLMigrations(connection, steps: Array(steps.dropLast())).run()
      let older = denial { _ = try open() }
      #expect(older.contains("has schema version \(steps.count - 1)"))
      try await useAndClose(PostgreSQLDatabase(address)) { try await furnished.fill($0) }
      let sealed = """
        SELECT string_agg(encode(content, 'hex'), '')
          || (SELECT string_agg(encode(body, 'hex'), '') FROM webhook_endpoints) FROM secrets
        """
      let before = try connection.rows(sealed).first?.text(0)
      try await useAndClose(open(DataKeys(current: key))) { store in
        let found = try await Self.faults(of: store)
        #expect(found == [:])
      }
      let after = try connection.rows(sealed).first?.text(0)
      #expect(before != nil && after == before)
    }
  }

  @Test("receipts that the timeline does not tell are found")
  func receipts() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      try await useAndClose(SQLiteDatabase(path: path)) { store in
        try await furnished.fill(store)
        // Rows of earlier releases have no checksum: only this looks at what they say.
        try SQLiteConnection(path: path).execute(
          """
          UPDATE events SET data = replace(data, '"amount":5000', '"amount":6000'), checksum = NULL
          """)
        let found = try await Self.faults(of: store)
        #expect(found.keys.sorted() == ["pay-ins"])
        #expect(found["pay-ins"]?.first?.contains("[5000, 10000]") == true)
      }
    }
  }
}

@Suite("SQLite: a copy while it is served")
struct SQLiteBackupTests {
  let furnished = Furnished()

  @Test("holds what was committed, for its owner alone, and takes no other file's place")
  func whole() async throws {
    try await withFolder { folder in
      let (path, copy) = (folder + "/pasarela.db", folder + "/copy.db")
      try await useAndClose(SQLiteDatabase(path: path)) { store in
        try await furnished.fill(store)
        // Somebody else's.
        try Array("half".utf8).withUnsafeBytes { bytes in
          let file = try #require(fopen(copy + ".part", "w"))
          fwrite(bytes.baseAddress, 1, bytes.count, file)
          fclose(file)
        }
        #expect(try SQLiteBackup(of: path).write(to: copy) > 10_000)
        var facts = stat()
        #expect(stat(copy, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.filter { $0.hasPrefix("copy.db") }.sorted() == ["copy.db", "copy.db.part"])
        for step in furnished.author.fullLife("later") { try await store.commit(step.change) }
        #expect(throws: DatabaseError.denied("\(copy) is there already: choose another name")) {
          try SQLiteBackup(of: path).write(to: copy)
        }
        #expect(throws: DatabaseError.self) {
          try SQLiteBackup(of: path).write(to: folder + "/none/copy.db")
        }
        #expect(throws: DatabaseError.self) { try SQLiteBackup(of: folder + "/none.db") }
      }
      try await useAndClose(SQLiteDatabase(path: copy)) { store in
        try await furnished.expect(in: store)
        #expect(try await store.payin(merchant: "demo", reference: "later") == nil)
      }
    }
  }

  @Test(
    "a name that SQLite would read otherwise is a file's name",
    arguments: ["file:copy.db", ":memory:"])
  func names(_ name: String) async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      try await useAndClose(SQLiteDatabase(path: path)) { try await furnished.fill($0) }
      // In the working directory, since only there the name comes first.
      defer { unlink("./\(name)") }
      #expect(try SQLiteBackup(of: path).write(to: name) > 10_000)
      var facts = stat()
      #expect(stat("./\(name)", &facts) == 0 && facts.st_mode & 0o777 == 0o600)
      #expect(facts.st_size > 10_000)
    }
  }

  @Test("what is no store of this program is not copied")
  func other() async throws {
    try await withFolder { folder in
      let file = try #require(fopen(folder + "/other.db", "w"))
      fclose(file)
      try SQLiteConnection(path: folder + "/other.db").execute("CREATE TABLE a (b)")
      #expect(throws: DatabaseError.self) {
        try SQLiteBackup(of: folder + "/other.db").write(to: folder + "/copy.db")
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(!names.contains { $0.hasPrefix("copy.db") })
    }
  }
}
