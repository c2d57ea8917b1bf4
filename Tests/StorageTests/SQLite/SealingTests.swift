import Crypto
import Foundation
import JSONText
import Payins
import Testing

@testable import Storage

@Suite("SQLite: what is of payers and of secrets")
struct SealingTests {
  let marked = Marked()
  let key = DataKey.make()

  private func withPath(_ body: (String, String) async throws -> Void) async throws {
    try await withFolder { folder in try await body(folder, folder + "/pasarela.db") }
  }

  /// Opens the store, and closes it whatever happens.
  private func using<Value>(
    _ path: String, _ keys: DataKeys, _ body: (SQLiteDatabase) async throws -> Value
  ) async throws -> Value {
    let store = try SQLiteDatabase(path: path, keys: keys)
    do {
      let value = try await body(store)
      await store.close()
      return value
    } catch {
      await store.close()
      throw error
    }
  }

  private func fill(_ store: SQLiteDatabase, _ count: Int = 1) async throws -> [Payin] {
    var payins: [Payin] = []
    for number in 0..<count {
      let life = marked.life("order-\(number)")
      for step in life { try await store.commit(step.change) }
      payins.append(try #require(life.last?.payin))
    }
    var change = Change()
    change.endpoint = .put(
      EndpointRecord(merchant: "demo", id: "w1", document: ["secret": JSON(Marked.marks[3])]))
    try await store.commit(change)
    return payins
  }

  private func isWhole(_ store: SQLiteDatabase, _ payins: [Payin]) async throws -> Bool {
    for payin in payins {
      guard try await store.payin(payin.id) == payin else { return false }
      let told = try await store.publishedEvent(1, of: payin.operationID)?.notification?.body ?? []
      guard try JSON(parsing: told)["payer"] == payin.request.payer.json else { return false }
    }
    let endpoints = try await store.webhookEndpoints().records.map(\.document)
    _ = try await store.examine()
    return endpoints == [["secret": JSON(Marked.marks[3])]] && store.damage.found == []
  }

  @Test("under a key nothing of them stands in the store's files, and all is read back")
  func sealed() async throws {
    try await withPath { folder, path in
      for keys in [DataKeys(), DataKeys(current: key)] {
        try await using(path, keys) { store async throws in
          let payins = try await fill(store, 3)
          #expect(try await isWhole(store, payins))
          // While it is open, its log included.
          let found = try Marked.found(in: folder)
          #expect(found.isEmpty == (keys.current != nil), "\(found)")
          #expect(try await store.sealFigures().isSealed == (keys.current != nil))
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
          try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
      }
    }
  }

  @Test("once erased, unsealed data is in no file of the store, its log and free pages included")
  func erased() async throws {
    try await withPath { folder, path in
      try await using(path, DataKeys()) { store async throws in
        let payins = try await fill(store, 60)
        var change = Change()
        change.endpoint = .remove(merchant: "demo", id: "w1")
        try await store.commit(change)
        #expect(try Marked.found(in: folder) != [])
        for payin in payins.dropLast() { try await store.commit(marked.erasure(of: payin).change) }
        #expect(try Marked.found(in: folder) != [])
        let last = try #require(payins.last)
        try await store.commit(marked.erasure(of: last).change)
        #expect(try Marked.found(in: folder) == [])
        _ = try await store.examine()
        #expect(store.damage.found == [])
        let left = try await store.read { session throws(DatabaseError) in
          try ["payin_secrets", "payer_emails"].map { table throws(DatabaseError) in
            try SQLiteStatement(session.connection, "SELECT count(*) FROM \(table)")
              .first { row in row.integer(0) }
          }
        }
        #expect(left == [0, 0])
      }
    }
  }

  @Test("a reader that holds the log open delays its emptying, and no writer")
  func reading() async throws {
    try await withPath { folder, path in
      try await using(path, DataKeys()) { store async throws in
        let payins = try await fill(store)
        let reader = try SQLiteConnection(path: path)
        try reader.execute("BEGIN; SELECT count(*) FROM payins")
        try await store.commit(marked.erasure(of: payins[0]).change)
        var change = Change()
        change.endpoint = .remove(merchant: "demo", id: "w1")
        try await store.commit(change)
        #expect(try Marked.found(in: folder) != [])
        try reader.execute("COMMIT")
        // Not with each of the next commits, which would wait for a reader each.
        for _ in 0...50 { try await store.probe() }
        #expect(try Marked.found(in: folder) == [])
      }
    }
  }

  @Test("a new key reads what the one before wrote, and takes it over a few rows at a time")
  func rotated() async throws {
    try await withPath { _, path in
      let new = DataKey.make()
      let payins = try await using(path, DataKeys(current: key)) { try await fill($0, 4) }
      let both = DataKeys(current: new, previous: key)
      try await using(path, both) { store async throws in
        #expect(try await isWhole(store, payins))
        // Each pay-in has its payer and an answer.
        #expect(try await store.sealFigures() == figures(8))
        #expect(try await store.sealAnew(limit: 3))
        #expect(try await store.sealFigures() == figures(5))
        #expect(try await isWhole(store, payins))
      }
      #expect(throws: DatabaseError.self) {
        try SQLiteDatabase(path: path, keys: DataKeys(current: new))
      }
      try await using(path, both) { store async throws in
        while try await store.sealAnew(limit: 3) {}
        #expect(try await store.sealFigures() == figures(0))
      }
      try await using(path, DataKeys(current: new)) { store async throws in
        #expect(try await isWhole(store, payins))
      }
      #expect(throws: DatabaseError.self) {
        try SQLiteDatabase(path: path, keys: DataKeys(current: key))
      }
    }
  }

  private func figures(_ remaining: Int) -> SealFigures {
    SealFigures(isSealed: true, remaining: remaining, areMore: false)
  }

  @Test("a first key takes over what stands unsealed, and leaves nothing of it")
  func firstKey() async throws {
    try await withPath { folder, path in
      let payins = try await using(path, DataKeys()) { try await fill($0, 4) }
      try await using(path, DataKeys(current: key)) { store async throws in
        #expect(try await isWhole(store, payins))
        while try await store.sealAnew(limit: 3) {}
        #expect(try await store.sealFigures() == figures(0))
        #expect(try Marked.found(in: folder) == [])
        #expect(try await isWhole(store, payins))
        let emails = try await store.payins(merchant: "demo", email: Marked.marks[1], limit: 9)
        #expect(emails.count == 4)
      }
    }
  }

  @Test("without the key, or under another, a store does not open and nothing is written")
  func wrongKey() async throws {
    try await withPath { _, path in
      _ = try await using(path, DataKeys(current: key)) { try await fill($0) }
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      for keys in [
        DataKeys(), DataKeys(current: .make()), DataKeys(current: .make(), previous: .make()),
      ] {
        #expect {
          _ = try SQLiteDatabase(path: path, keys: keys)
        } throws: { error in
          if case DatabaseError.otherDataKey = error { true } else { false }
        }
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
  }

  @Test("one changed bit of what stands apart is damage of its pay-in; so is its loss")
  func damage() async throws {
    try await withPath { _, path in
      for keys in [DataKeys(), DataKeys(current: key)] {
        let name = path + "\(keys.currentID)"
        try await using(name, keys) { store async throws in
          let payins = try await fill(store)
          let other = try SQLiteConnection(path: name)
          let content = try #require(
            try SQLiteStatement(other, "SELECT content FROM payin_secrets WHERE kind = 1")
              .first { row in row.bytes(0) })
          let write = try SQLiteStatement(
            other, "UPDATE payin_secrets SET content = ? WHERE kind = 1")
          for place in content.indices {
            var bytes = content
            bytes[place] ^= 1
            try write.run(.blob(bytes))
            await #expect(throws: DatabaseError.self) { try await store.payin(payins[0].id) }
            await #expect(throws: DatabaseError.self) {
              try await store.publishedEvent(1, of: payins[0].operationID)
            }
          }
          try write.run(.blob(content))
          #expect(try await isWhole(store, payins))
          try other.execute("DELETE FROM payin_secrets WHERE kind = 1")
          await #expect(
            throws: DatabaseError.damaged(
              "payin \(payins[0].id): its column payer is not what its document says")
          ) { try await store.payin(payins[0].id) }
        }
      }
    }
  }

  @Test("one pay-in's payer in the place of another's is damage")
  func exchanged() async throws {
    try await withPath { _, path in
      try await using(path, DataKeys(current: key)) { store async throws in
        let payins = try await fill(store, 2)
        try SQLiteConnection(path: path).execute(
          """
          UPDATE payin_secrets SET content =
            (SELECT content FROM payin_secrets WHERE number = 2 AND kind = 1)
          WHERE number = 1 AND kind = 1
          """)
        await #expect(throws: DatabaseError.self) { try await store.payin(payins[0].id) }
        #expect(try await store.payin(payins[1].id) == payins[1])
      }
    }
  }
}
