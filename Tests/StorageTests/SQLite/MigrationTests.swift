import JSONText
import Payins
import Synchronization
import Testing

@testable import Storage

@Suite("SQLite: migrations")
struct MigrationTests {
  let author = Author()

  private func schema(_ path: String) throws(DatabaseError) -> [String] {
    let connection = try SQLiteConnection(path: path)
    return try SQLiteStatement(
      connection, "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"
    ).rows { row in row.text(0) }
  }

  private func version1(_ folder: String) throws -> String {
    let path = folder + "/version1.db"
    try SQLiteConnection(path: DatabaseFile(path: path).path).execute(SchemaVersion1.sql)
    return path
  }

  /// As it was kept until version 3.
  private func inOneDocument(_ payin: Payin) -> [UInt8] {
    guard var all = payin.standingTree.object, let opening = payin.openingBefore9.object else {
      return []
    }
    for member in opening.members { all[member.key] = member.value }
    return JSON.object(all).bytes
  }

  @Test("a database at version 1 opens with all that it holds")
  func version1() async throws {
    try await withFolder { folder in
      let path = try version1(folder)
      let steps = author.fullLife("order-1")
      let payin = try #require(steps.last?.payin)
      do {
        let connection = try SQLiteConnection(path: path)
        try SQLiteStatement(
          connection,
          """
          INSERT INTO payins (id, merchant, reference, status, method, account, amount, created_ms,
            token, version, body)
          VALUES (?, 'demo', 'order-1', 'succeeded', 'spei', 'openpay-main', 15000, ?, ?, ?, ?)
          """
        ).run(
          .text(payin.id.text), .milliseconds(payin.createdAt), .text(payin.token),
          .integer(payin.version),
          .utf8(inOneDocument(payin)))
        try connection.execute(
          """
          INSERT INTO attempts VALUES ('openpay-main', 'P1', '\(payin.id)', 'attempt_1', 'trn-1');
          INSERT INTO events (payin, sequence, id, type, at_ms, data, announcement_sequence,
            announcement_body)
          VALUES ('\(payin.id)', 1, 'event_1', 'payin.created', 5, '{"a":1}', 1, '{"b":2}');
          INSERT INTO jobs VALUES ('query_attempt', 'attempt_1', '\(payin.id)', 'a', 5, 3, 'held');
          INSERT INTO idempotency_keys (merchant, operation, key, request_hash, subject,
            created_ms, answer_status, answer_body)
          VALUES ('demo', 'payins.create', 'k', x'0102', 's', 5, 201, x'07');
          INSERT INTO callbacks VALUES ('event_2', 'a', 5, NULL, 'query', x'00FF');
          """)
      }
      let taken = Mutex<[Migration]>([])
      let store = try SQLiteDatabase(path: path) { step in taken.withLock { $0.append(step) } }
      let versions = 2...Migrations.all.count
      #expect(taken.withLock { $0 } == versions.map { Migration(to: $0, payins: 1) })
      #expect(try await store.payin(payin.id) == payin)
      #expect(try await store.payin(token: payin.token) == payin)
      #expect(try await store.payins(PayinQuery(merchant: "demo", limit: 2)) == [payin])
      let place = AttemptReference(payin: payin.id, attempt: AttemptID(unchecked: "attempt_1"))
      #expect(try await store.attempt(account: "openpay-main", number: .ours("P1")) == place)
      #expect(try await store.attempt(account: "openpay-main", number: .theirs("trn-1")) == place)
      let event = OperationEvent(
        id: EventID(unchecked: "event_1"), operation: payin.operationID, sequence: 1,
        type: "payin.created",
        at: Instant(milliseconds: 5), data: ["a": 1],
        notification: EventNotification(sequence: 1, body: Array(#"{"b":2}"#.utf8)))
      #expect(try await store.events(of: payin.operationID) == [event])
      // Nobody holds the job any more, and it is due when its lease ran out.
      #expect(try await store.releaseAbandonedLeases(at: Instant(milliseconds: 7)) == 0)
      #expect(try await store.nextDue() == Instant(milliseconds: 5))
      let key = IdempotencyKey(merchant: "demo", operation: "payins.create", key: "k")
      let record = IdempotencyRecord(
        key: key, requestHash: [1, 2], operation: OperationID(unchecked: "s"),
        createdAt: Instant(milliseconds: 5),
        answer: KeptAnswer(status: 201, body: [7]))
      #expect(try await store.idempotent(key) == record)
      let kept = try await keptCallbacks(store)
      #expect(kept.map(\.id.text) == ["event_2"] && kept[0].count == 1)
      #expect(kept[0].notice == .null && kept[0].receivedAt == Instant(milliseconds: 5))
      #expect(try await store.unknownCallbacks(before: nil, limit: 9) == kept)
      let asked = payin.apply(.queried(payin.attempts[0].id, .absent), author.context(Author.noon))
      try await store.commit(author.change(asked, before: payin))
      #expect(try await store.payin(payin.id) == asked.payin)
      await store.close()
    }
  }

  @Test("an old database is brought to exactly the schema of a new one")
  func sameSchema() async throws {
    try await withFolder { folder in
      let old = try version1(folder)
      for path in [old, folder + "/new.db"] { await (try SQLiteDatabase(path: path)).close() }
      let schemas = try (schema(old), schema(folder + "/new.db"))
      #expect(schemas.0 == schemas.1)
      #expect(schemas.0.count > 15)
    }
  }

  @Test("a store that another process has open is left at its version, and the operator is told")
  func notAlone() async throws {
    try await withFolder { folder in
      let path = try version1(folder)
      do {
        let other = try PresenceLock(path: path + ".lock")
        try other.share()
        let fault = #expect(throws: DatabaseError.self) { try SQLiteDatabase(path: path) }
        #expect(fault.map { "\($0)" }?.contains("another process has it open") == true)
        #expect(other.isFirst)
        #expect(try !PresenceLock(path: path + ".lock").isFirst)
      }
      let store = try SQLiteDatabase(path: path)
      try await store.probe()
      await store.close()
    }
  }

  @Test("each migration is done once, in order, and a failing one is undone in whole")
  func steps() async throws {
    try await withFolder { folder in
      let file = try DatabaseFile(path: folder + "/pasarela.db")
      let connection = try SQLiteConnection(path: file.path)
      var steps = ["CREATE TABLE a (x)", "ALTER TABLE a RENAME TO b"]
      for _ in 0..<2 {
        let migrations = Migrations(connection, steps: steps)
        _ = try migrations.identify()
        try migrations.run()
      }
      steps.append("CREATE TABLE c (x); INSERT INTO nowhere VALUES (1)")
      let failing = Migrations(connection, steps: steps)
      #expect(throws: DatabaseError.self) { try failing.run() }
      let version = try SQLiteStatement(connection, "PRAGMA user_version").first { $0.integer(0) }
      let schema = try schema(file.path)
      #expect(version == 2)
      #expect(schema == ["tablebCREATE TABLE \"b\" (x)"])
      #expect(!connection.isInTransaction)
    }
  }
}

extension Payin {
  /// As it is kept; null where that cannot be read.
  var openingTree: JSON { (try? JSON(parsing: storedOpening)) ?? .null }
  var standingTree: JSON { (try? JSON(parsing: storedStanding)) ?? .null }

  /// Its opening as it was kept until version 8: with its payer.
  var openingBefore9: JSON {
    guard var opening = openingTree.object, var request = opening["request"]?.object else {
      return .null
    }
    request["payer"] = nil
    request["name"] = JSON(self.request.payer.name)
    request["email"] = JSON(self.request.payer.email)
    request["phone"] = JSON(self.request.payer.phone)
    opening["request"] = .object(request)
    return .object(opening)
  }
}
