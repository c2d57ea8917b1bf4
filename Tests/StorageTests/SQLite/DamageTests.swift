import CounterPayments
import JSONText
import Payins
import Synchronization
import Testing

@testable import Storage

/// What is changed behind the gateway's back, through a second connection.
@Suite("SQLite: damaged rows")
struct DamageTests {
  let author = Author()

  private struct Shelf {
    var table: String
    var kind: DamagedRow.Kind
    /// Of the row that is looked at.
    var id: String
    /// Which of its rows that is.
    var row = "true"
    /// Columns that no reader believes.
    var indifferent: Set<String> = []

    static func first(of table: String, where condition: String = "true") -> String {
      "number = (SELECT min(number) FROM \(table) WHERE \(condition))"
    }
  }

  private func withOther(
    _ body: (SQLiteDatabase, SQLiteConnection) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      let store = try SQLiteDatabase(path: folder + "/pasarela.db")
      do {
        try await body(store, try SQLiteConnection(path: folder + "/pasarela.db"))
      } catch {
        await store.close()
        throw error
      }
      await store.close()
    }
  }

  /// One row of each kind at least.
  private func fill(_ store: SQLiteDatabase) async throws -> [Shelf] {
    let life = author.fullLife("order-1")
    for step in life { try await store.commit(step.change) }
    let payin = try #require(life.last?.payin)
    let context = author.context(Author.noon)
    let payment = CounterPayment.open(
      CounterPaymentRequest(
        account: "paynet-main", reference: "R1", amount: 123_456, chainTransactionID: "77",
        operationDate: Author.noon, group: "1", chain: "1", store: "1", pos: "1", employee: "1"),
      id: .make(at: Author.noon, entropy: author.entropy), merchant: "demo", idempotencyKey: "k",
      context
    ).payment
    let key = IdempotencyKey(merchant: "demo", operation: "payins.create", key: "k1")
    let callback = EventID.make(at: Author.noon, entropy: author.entropy)
    var change = Change()
    change.operation = .insert(payment)
    change.key = .insert(
      IdempotencyRecord(
        key: key, requestHash: [1, 2, 3], operation: payin.operationID, createdAt: Author.noon))
    change.callback = CallbackRecord(
      id: callback, key: CallbackKey(account: "openpay-main", digest: [7, 8, 9]),
      receivedAt: Author.noon, payin: nil, orderNumber: "P1", providerOrderID: "tr1",
      amount: 15_000, grade: "query", notice: ["amount": 15_000])
    change.endpoint = .put(
      EndpointRecord(merchant: "demo", id: "w1", document: ["url": "https://a.example/1"]))
    try await store.commit(change)
    var answer = Change()
    answer.key = .answer(key, KeptAnswer(status: 201, body: Array(#"{"amount":15000}"#.utf8)))
    try await store.commit(answer)
    let events = life.flatMap(\.change.events)
    let event = try #require(events.first { $0.notification != nil }?.id.text)
    return [
      Shelf(
        table: "payins", kind: .operation(.payin), id: payin.id.text,
        row: Shelf.first(of: "payins"),
        // An opening stands there in rows of earlier releases.
        indifferent: [
          "number", "discrepant", "disputed", "watched", "opening", "opening_checksum",
        ]),
      Shelf(
        table: "payin_openings", kind: .operation(.payin), id: payin.id.text,
        row: Shelf.first(of: "payin_openings"), indifferent: ["number"]),
      Shelf(
        table: "events", kind: .event, id: event,
        row: Shelf.first(of: "events", where: "announcement_body IS NOT NULL"),
        indifferent: ["number"]),
      Shelf(
        table: "idempotency_keys", kind: .idempotencyKey, id: payin.id.text,
        row: "(request_hash = x'010203' OR key = 'k1')"),
      Shelf(
        table: "callback_notices", kind: .callback, id: callback.text,
        row: Shelf.first(of: "callback_notices"),
        indifferent: ["number", "last_ms", "count", "payin"]),
      Shelf(
        table: "store_payments", kind: .operation(.counterPayment), id: payment.id.text,
        indifferent: ["held"]),
      Shelf(
        table: "webhook_endpoints", kind: .webhookEndpoint, id: "demo/w1", indifferent: ["key"]),
    ]
  }

  /// The value with one bit of one byte changed; nil where there is nothing to change.
  private func flipped(_ value: SQLiteValue, at place: Int) -> SQLiteValue? {
    func changed(_ bytes: [UInt8]) -> [UInt8]? {
      guard !bytes.isEmpty else { return nil }
      // One that stands for a whole character.
      let index = (place % bytes.count..<bytes.count).first { bytes[$0] < 0x80 && bytes[$0] > 1 }
      guard let index else { return nil }
      var bytes = bytes
      bytes[index] ^= 1
      return bytes
    }
    return switch value {
    // What is not there has no bit, but may be put there.
    case .null: .utf8([0x78])
    // No other row's number.
    case .integer(let number): .integer(number &+ 1000)
    case .text(let text): changed(Array(text.utf8)).map { .utf8($0) }
    case .utf8(let bytes): changed(bytes).map { .utf8($0) }
    case .blob(let bytes): changed(bytes).map { .blob($0) }
    }
  }

  @Test("one changed bit in any column that is believed is damage, and mended it is none")
  func everyColumn() async throws {
    try await withOther { store, other in
      for shelf in try await fill(store) {
        let columns = try SQLiteStatement(
          other, "SELECT name, type FROM pragma_table_info('\(shelf.table)')"
        ).rows { ($0.text(0), $0.text(1)) }.filter { !shelf.indifferent.contains($0.0) }
        #expect(columns.count > 1)
        let row = shelf.row
        for (column, type) in columns {
          let read = try SQLiteStatement(other, "SELECT \(column) FROM \(shelf.table) WHERE \(row)")
          let value = try #require(
            try read.first { row in
              row.optional(0) { column -> SQLiteValue in
                type == "INTEGER"
                  ? .integer(row.integer64(column))
                  : type == "BLOB" ? .blob(row.bytes(column)) : .utf8(row.bytes(column))
              } ?? .null
            })
          let write = try SQLiteStatement(
            other, "UPDATE \(shelf.table) SET \(column) = ? WHERE \(row)")
          for place in [0, 7, 90, 501, 1003, 1700] {
            guard let damaged = flipped(value, at: place) else {
              Issue.record("nothing of \(shelf.table).\(column) can be changed at \(place)")
              continue
            }
            try write.run(damaged)
            _ = try await store.examine()
            let found = store.damage.found
            #expect(found.map(\.kind) == [shelf.kind], "\(shelf.table).\(column) \(found)")
            let isNamed = ["id", "merchant", "subject"].contains(column)
            #expect(isNamed || found.map(\.id) == [shelf.id], "\(shelf.table).\(column)")
            try write.run(value)
            for row in found { store.damage.settle(row.kind, row.id) }
          }
        }
        #expect(try await store.examine() > 10)
        #expect(store.damage.found == [])
      }
    }
  }

  @Test("a changed amount is not believed: not by id, not by token, and heard of once")
  func amount() async throws {
    try await withFolder { folder in
      let heard = Mutex<[DamagedRow]>([])
      let store = try SQLiteDatabase(
        path: folder + "/pasarela.db",
        damage: DamageRegister { row in heard.withLock { $0.append(row) } })
      let payin = author.open("order-1").payin
      var change = Change()
      change.operation = .insert(payin)
      try await store.commit(change)
      let other = try SQLiteConnection(path: folder + "/pasarela.db")
      func alter(_ from: String, _ to: String) throws {
        try SQLiteStatement(other, "UPDATE payin_openings SET content = replace(content, ?, ?)")
          .run(.text("\"amount\":\(from)"), .text("\"amount\":\(to)"))
      }
      try alter("15000", "95000")
      for _ in 0..<3 {
        await #expect(throws: DatabaseError.damaged("payin \(payin.id): its checksum is another")) {
          try await store.payin(payin.id)
        }
        await #expect(throws: DatabaseError.self) { try await store.payin(token: payin.token) }
      }
      #expect(heard.withLock { $0.map(\.id) } == [payin.id.text])
      #expect(store.damage.found.count == 1)
      try alter("95000", "15000")
      #expect(try await store.payin(payin.id) == payin)
      #expect(store.damage.found == [])
      await store.close()
    }
  }

  @Test("what an earlier release wrote has no checksum, is read, and is held to its document")
  func earlier() async throws {
    try await withOther { store, other in
      let shelves = try await fill(store)
      let payin = try #require(try await store.payin(PayinID(unchecked: shelves[0].id)))
      for shelf in shelves {
        guard shelf.table != "payin_openings" else { continue }
        try other.execute("UPDATE \(shelf.table) SET checksum = NULL")
      }
      try other.execute(
        """
        UPDATE payins SET opening = content FROM payin_openings
          WHERE payin_openings.number = payins.number;
        DELETE FROM payin_openings;
        UPDATE idempotency_keys SET answer_checksum = NULL;
        """
      )
      _ = try await store.examine()
      #expect(store.damage.found == [])
      #expect(try await store.payin(payin.id) == payin)
      try other.execute("UPDATE payins SET amount = amount + 1")
      await #expect(
        throws: DatabaseError.damaged(
          "payin \(payin.id): its column amount is not what its document says")
      ) { try await store.payin(payin.id) }
      try other.execute("UPDATE payins SET amount = amount - 1")
      // The next change gives what it writes a checksum.
      let next = payin.apply(.cancelled, author.context(Author.noon))
      try await store.commit(author.change(next, before: payin))
      try other.execute("UPDATE payins SET body = replace(body, '10000', '90000')")
      await #expect(throws: DatabaseError.self) { try await store.payin(payin.id) }
    }
  }

  @Test("a document without attempts is damage, and stops nothing")
  func withoutAttempts() async throws {
    try await withOther { store, other in
      let payin = author.open("order-1").payin
      var change = Change()
      change.operation = .insert(payin)
      try await store.commit(change)
      var body = try #require(payin.standingTree.object)
      body["attempts"] = []
      try SQLiteStatement(other, "UPDATE payins SET body = ?, checksum = NULL")
        .run(.utf8(JSON.object(body).bytes))
      await #expect(throws: DatabaseError.damaged("payin \(payin.id): it has another shape")) {
        try await store.payin(payin.id)
      }
    }
  }

  @Test("lists leave damaged rows out, go on behind them, and end")
  func lists() async throws {
    try await withOther { store, other in
      var all: [Payin] = []
      for number in 0..<9 {
        let opened = author.open("order-\(number)", at: Author.noon.adding(seconds: Int64(number)))
        let sent = opened.payin.apply(
          .sent(
            opened.payin.attempts[0].id,
            .accepted(
              Acceptance(
                providerOrderID: "o\(number)",
                instructions: .spei(SPEIInstructions(clabe: "646180109400135624"))))),
          author.context(Author.noon))
        try await store.commit(author.change(opened))
        var change = author.change(sent, before: opened.payin)
        change.callback = CallbackRecord(
          id: .make(at: Author.noon.adding(seconds: Int64(number)), entropy: author.entropy),
          key: CallbackKey(account: "a", digest: [UInt8(number)]),
          receivedAt: Author.noon.adding(seconds: Int64(number)), payin: nil, grade: "query",
          notice: ["n": JSON(number)])
        change.endpoint = .put(
          EndpointRecord(merchant: "demo", id: "w\(number)", document: ["n": JSON(number)]))
        try await store.commit(change)
        all.append(sent.payin)
      }
      // The newest, two in a row, and the oldest.
      let bad = [8, 5, 4, 0]
      for number in bad {
        let like = "'order-\(number)'"
        try other.execute(
          """
          UPDATE payins SET body = 'x' WHERE reference = \(like);
          UPDATE events SET data = '{' WHERE payin = '\(all[number].id)';
          UPDATE callback_notices SET notice = '' WHERE received_ms = \(all[number].createdAt.milliseconds);
          UPDATE webhook_endpoints SET body = '{"n":9}' WHERE id = 'w\(number)';
          """)
      }
      let well = [7, 6, 3, 2, 1].map { all[$0].id }
      for limit in 1...5 {
        var query = PayinQuery(merchant: "demo", limit: limit)
        var events = PublishedEventQuery(merchant: "demo", limit: limit)
        var (payins, told): ([PayinID], [PayinID]) = ([], [])
        for _ in 0..<9 {
          let page = try await store.payins(query)
          payins += page.map(\.id)
          query.before = page.last?.id ?? query.before
          let heard = try await store.publishedEvents(events)
          told += heard.compactMap { $0.operation.typed() }
          events.before = heard.last?.id ?? events.before
        }
        #expect(payins == well, "\(limit)")
        #expect(told == well, "\(limit)")
        let callbacks = try await store.unknownCallbacks(before: nil, limit: limit)
        #expect(
          callbacks.map(\.receivedAt)
            == well.prefix(limit).compactMap { id in
              all.first { $0.id == id }?.createdAt
            })
      }
      #expect(
        try await store.webhookEndpoints().records.map(\.id) == ["w1", "w2", "w3", "w6", "w7"])
      #expect(try await store.events(of: all[4].operationID) == [])
      let counts = Dictionary(grouping: store.damage.found, by: \.kind).mapValues(\.count)
      // The oldest callback was asked for by nobody.
      #expect(
        counts[.operation(.payin)] == 4 && counts[.callback] == 3 && counts[.webhookEndpoint] == 4)
    }
  }

  @Test("a job of a kind that nobody knows stops no other, and is left alone for a while")
  func jobs() async throws {
    try await withOther { store, other in
      var change = Change()
      change.jobs = (0..<3).map { .put(author.job("job-\($0)")) }
      try await store.commit(change)
      try other.execute("UPDATE jobs SET kind = 'query_attempu' WHERE subject = 'job-1'")
      let later = Author.noon.adding(seconds: 60)
      let leased = try await store.lease(
        LeaseRequest(
          now: later, until: later.adding(seconds: 45), limit: 10, lease: Lease(token: "l")))
      #expect(leased.map(\.key.subject) == ["job-0", "job-2"])
      #expect(store.damage.found.map(\.kind) == [.job])
      #expect(store.damage.found.map(\.id) == ["job-1"])
      let due = try SQLiteStatement(other, "SELECT due_ms FROM jobs WHERE subject = 'job-1'")
        .first { row in row.instant(0) }
      #expect(due == later.adding(seconds: 600))
    }
  }
}
