import Crypto
import JSONText
import Payins
import Testing

@testable import Storage

@Suite("SQLite: payers in the rows of earlier releases")
struct OlderRowsTests {
  let marked = Marked()

  /// A store as version 8 left it, and its pay-ins.
  private func older(_ path: String, _ count: Int) throws -> [Payin] {
    let connection = try SQLiteConnection(path: DatabaseFile(path: path).path)
    try connection.execute("PRAGMA journal_mode = WAL")
    try Migrations(connection, steps: Array(Migrations.all.prefix(8))).run()
    return try (0..<count).map { number in
      let life = marked.life("order-\(number)")
      let payin = try #require(life.last?.payin)
      var standing = try #require(payin.standingTree.object)
      var attempt = try #require(standing["attempts"]?.array?.first?.object)
      var discrepancy = try #require(attempt["discrepancies"]?.array?.first?.object)
      discrepancy["answer_status"] = 500
      discrepancy["answer"] = JSON("<p>\(Marked.marks[3])")
      attempt["discrepancies"] = [.object(discrepancy)]
      standing["attempts"] = [.object(attempt)]
      try insert(payin, JSON.object(standing).bytes, into: connection)
      for event in life.flatMap(\.change.events) { try insert(event, into: connection) }
      try SQLiteStatement(
        connection,
        """
        INSERT INTO idempotency_keys (merchant, operation, key, request_hash, subject, created_ms,
          answer_status, answer_body)
        VALUES ('demo', 'payins.create', ?, ?, ?, 5, 201, ?)
        """
      ).run(
        .text(payin.idempotencyKey), .blob([UInt8](repeating: 7, count: 32)),
        .text(payin.id.text), .blob(Marked.body(life[1].payin)))
      return payin
    }
  }

  private func insert(
    _ payin: Payin, _ standing: [UInt8], into connection: SQLiteConnection
  ) throws {
    let opening = payin.openingBefore9.bytes
    try SQLiteStatement(
      connection,
      """
      INSERT INTO payins (id, merchant, reference, status, method, account, amount, created_ms,
        token, version, body, opening, checksum, opening_checksum, discrepant)
      VALUES (?, 'demo', ?, ?, 'spei', 'openpay-main', 15000, ?, ?, ?, ?, ?, ?, ?, 1)
      """
    ).run(
      .text(payin.id.text), .text(payin.request.merchantReference),
      .text(payin.status.rawValue), .milliseconds(payin.createdAt), .text(payin.token),
      .integer(payin.version), .utf8(standing), .utf8(opening),
      .integer(OperationRow.checksum(payin.id.text, standing)),
      .integer(OperationRow.checksum(payin.id.text, opening)))
  }

  private func insert(_ event: OperationEvent, into connection: SQLiteConnection) throws {
    var row = EventRow(event, merchant: "demo")
    row.notificationBody = event.notification?.body
    try SQLiteStatement(
      connection,
      """
      INSERT INTO events (payin, sequence, id, type, at_ms, data, announcement_sequence,
        announcement_body, merchant, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ).run(
      .text(event.operation.text), .integer(event.sequence), .text(event.id.text),
      .text(event.type),
      .milliseconds(event.at), .utf8(row.data), .integer(row.notificationSequence),
      .utf8(row.notificationBody), .text(row.merchant), .integer(row.expectedChecksum))
  }

  private func isWhole(_ store: SQLiteDatabase, _ payins: [Payin]) async throws -> Bool {
    for payin in payins {
      guard try await store.payin(payin.id) == payin else { return false }
      let told = try await store.publishedEvent(1, of: payin.operationID)?.notification?.body ?? []
      guard try JSON(parsing: told)["payer"] == payin.request.payer.json else { return false }
    }
    _ = try await store.examine()
    return store.damage.found == []
  }

  @Test("are read as they were, and sealed a few at a time until nothing is left of them")
  func sealed() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let payins = try older(path, 5)
      let store = try SQLiteDatabase(path: path, keys: DataKeys(current: .make()))
      #expect(try await isWhole(store, payins))
      #expect(try await store.sealFigures().remaining == 5)
      #expect(try await store.sealAnew(limit: 2))
      #expect(try await store.sealFigures().remaining == 3)
      #expect(try await isWhole(store, payins))
      #expect(try Marked.found(in: folder) != [])
      while try await store.sealAnew(limit: 2) {}
      #expect(try await store.sealFigures().remaining == 0)
      #expect(try await isWhole(store, payins))
      #expect(try Marked.found(in: folder) == [])
      let email = Marked.marks[1]
      #expect(
        try await store.payins(merchant: "demo", email: email, limit: 9)
          == payins.reversed().map(\.id))
      let key = IdempotencyKey(
        merchant: "demo", operation: "payins.create", key: payins[0].idempotencyKey)
      let kept = try #require(try await store.idempotent(key))
      #expect(kept.requestHash == store.fingerprint([UInt8](repeating: 7, count: 32)))
      #expect(kept.answer == nil)
      #expect(
        try await store.payinsWithPayer(
          Sweep(before: Author.noon.adding(seconds: 1), limit: 9)
        ).operations == payins.map(\.operationID))
      await store.close()
    }
  }

  @Test("are erased before they are rewritten", arguments: [false, true])
  func erased(isSealed: Bool) async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let payins = try older(path, 3)
      let keys = isSealed ? DataKeys(current: .make()) : DataKeys()
      let store = try SQLiteDatabase(path: path, keys: keys)
      for payin in payins {
        let (erased, change) = marked.erasure(of: payin)
        try await store.commit(change)
        #expect(try await store.payin(payin.id) == erased)
      }
      #expect(try Marked.found(in: folder) == [])
      while try await store.sealAnew(limit: 2) {}
      _ = try await store.examine()
      #expect(store.damage.found == [])
      #expect(try Marked.found(in: folder) == [])
      #expect(try await store.payin(payins[0].id)?.request.payer.isErased == true)
      await store.close()
    }
  }
}
