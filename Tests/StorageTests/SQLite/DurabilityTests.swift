import Foundation
import Payins
import Testing

@testable import Storage

@Suite("SQLite: what was committed stays")
struct DurabilityTests {
  let author = Author()

  private func fill(_ store: any Database) async throws -> Payin {
    let steps = author.fullLife("order-1")
    for (index, step) in steps.enumerated() {
      var change = step.change
      change.jobs = [.put(author.job("job-\(index)"))]
      try await store.commit(change)
    }
    var change = Change()
    change.key = .insert(
      IdempotencyRecord(
        key: IdempotencyKey(merchant: "demo", operation: "payins.create", key: "k"),
        requestHash: [1, 2],
        operation: OperationID(unchecked: "payin_1"), createdAt: Author.noon,
        answer: KeptAnswer(status: 201, body: [7])))
    try await store.commit(change)
    let lease = Lease(token: "held")
    let request = LeaseRequest(
      now: Author.noon, until: Author.noon.adding(seconds: 30), limit: 4, lease: lease)
    #expect(try await store.lease(request).count == 4)
    return try #require(steps.last?.payin)
  }

  private func check(_ store: any Database, _ payin: Payin) async throws {
    #expect(try await store.payin(payin.id) == payin)
    #expect(try await store.events(of: payin.operationID).count == payin.eventCount)
    // Questions that were being asked are due at once, and all others have their leases.
    #expect(try await store.backlog(at: Author.noon).dueCount == 10)
    #expect(try await store.backlog(at: Author.noon.adding(seconds: 30)).dueCount == 10)
    let key = IdempotencyKey(merchant: "demo", operation: "payins.create", key: "k")
    #expect(try await store.idempotent(key)?.answer == KeptAnswer(status: 201, body: [7]))
  }

  @Test("everything is there after closing and opening again")
  func reopening() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let first = try SQLiteDatabase(path: path)
      let payin = try await fill(first)
      await first.close()
      #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
      let second = try SQLiteDatabase(path: path)
      try await check(second, payin)
      await second.close()
    }
  }

  @Test("everything answered is on the disk before the answer: a copy taken while open has it all")
  func killed() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let store = try SQLiteDatabase(path: path)
      let payin = try await fill(store)
      let copy = folder + "/copy.db"
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
      let survivor = try SQLiteDatabase(path: copy)
      try await check(survivor, payin)
      await survivor.close()
      await store.close()
    }
  }

  @Test("a log cut short by a crash loses what was not answered, nothing else")
  func tornLog() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let store = try SQLiteDatabase(path: path)
      let payin = try await fill(store)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
      try await store.commit(author.change(author.open("torn")))
      let longer = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
      #expect(longer.count > whole.count)
      let copy = folder + "/copy.db"
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      try longer.prefix(longer.count - 100).write(to: URL(fileURLWithPath: copy + "-wal"))
      let survivor = try SQLiteDatabase(path: copy)
      try await check(survivor, payin)
      #expect(try await survivor.payin(merchant: "demo", reference: "torn") == nil)
      await survivor.close()
      await store.close()
    }
  }

  @Test("each commit is synchronized with the disk, through a write-ahead log")
  func settings() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      let settings = try await sqlite.write { session throws(DatabaseError) in
        try ["journal_mode", "synchronous"].map { pragma throws(DatabaseError) in
          try SQLiteStatement(session.connection, "PRAGMA \(pragma)").first { row in row.text(0) }
        }
      }
      #expect(settings == ["wal", "2"])
    }
  }

  @Test("readers cannot write")
  func readers() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      await expectFailed { () throws(DatabaseError) in
        try await sqlite.read { session throws(DatabaseError) in
          try session.connection.execute("DELETE FROM jobs")
        }
      }
    }
  }

  @Test("a document that cannot be read is damage, named without its content")
  func damage() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      let opened = author.open("order-1")
      try await store.commit(author.change(opened))
      for body in ["{\"id\":\"x\"}", "{\"secret", ""] {
        try await sqlite.write { session throws(DatabaseError) in
          try SQLiteStatement(session.connection, "UPDATE payins SET body = ?").run(.text(body))
          try SQLiteStatement(session.connection, "UPDATE events SET data = ?").run(
            .text(body.dropLast().description))
        }
        await #expect {
          try await store.payin(opened.payin.id)
        } throws: { error in
          guard case .damaged(let what) = error as? DatabaseError else { return false }
          return !what.contains("secret")
        }
        #expect(try await store.events(of: opened.payin.operationID) == [])
        #expect(store.damage.found.allSatisfy { !$0.description.contains("secret") })
      }
    }
  }
}
