import JSONText
import Payins
import Testing

@testable import Storage

@Suite("The store contract: attempts, events, keys, callbacks")
struct EvidenceContractTests {
  let author = Author()

  private func sent(_ opened: Payin, _ number: String?) -> PayinTransition {
    let clabe = SPEIInstructions(clabe: "646180109400135624")
    return opened.apply(
      .sent(
        opened.attempts[0].id,
        .accepted(Acceptance(providerOrderID: number, instructions: .spei(clabe)))),
      author.context(Author.noon))
  }

  @Test(
    "an attempt is found by our number and by the provider's, within its account",
    arguments: DatabaseKind.allCases)
  func attemptLookup(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let steps = author.fullLife("order-1")
      for step in steps { try await store.commit(step.change) }
      let payin = try #require(steps.last?.payin)
      for attempt in payin.attempts {
        let place = AttemptReference(payin: payin.id, attempt: attempt.id)
        let account = attempt.target.account
        #expect(
          try await store.attempt(account: account, number: .ours(attempt.orderNumber)) == place)
        #expect(
          try await store.attempt(account: "stranger", number: .ours(attempt.orderNumber)) == nil)
        #expect(
          try await store.attempt(account: account, number: .theirs(attempt.orderNumber)) == nil)
        guard let theirs = attempt.providerOrderID else { continue }
        #expect(try await store.attempt(account: account, number: .theirs(theirs)) == place)
        #expect(try await store.attempt(account: "stranger", number: .theirs(theirs)) == nil)
        #expect(try await store.attempt(account: account, number: .ours(theirs)) == nil)
      }
      #expect(payin.attempts.compactMap(\.providerOrderID).count == 2)
    }
  }

  @Test(
    "of orders with the same provider's id the newest is found, whenever it was kept",
    arguments: DatabaseKind.allCases)
  func newestOrder(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let payins = (0..<3).map { index in
        author.open("order-\(index)", at: Author.noon.adding(seconds: Int64(index))).payin
      }
      for index in [1, 2, 0] {
        var insert = Change()
        insert.operation = .insert(payins[index])
        try await store.commit(insert)
        try await store.commit(author.change(sent(payins[index], "same"), before: payins[index]))
      }
      let found = try await store.attempt(account: "openpay-main", number: .theirs("same"))
      #expect(found == AttemptReference(payin: payins[2].id, attempt: payins[2].attempts[0].id))
    }
  }

  @Test("a provider's id that is replaced is found no more", arguments: DatabaseKind.allCases)
  func replacedOrder(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let opened = author.open("order-1")
      try await store.commit(author.change(opened))
      let hint = StatusReport(status: .pending, providerOrderID: "early")
      let reported = opened.payin.apply(
        .reported(opened.payin.attempts[0].id, hint, .fullySignedCallback),
        author.context(Author.noon))
      try await store.commit(author.change(reported, before: opened.payin))
      #expect(try await store.attempt(account: "openpay-main", number: .theirs("early")) != nil)
      try await store.commit(author.change(sent(reported.payin, "final"), before: reported.payin))
      #expect(try await store.attempt(account: "openpay-main", number: .theirs("early")) == nil)
      #expect(
        try await store.attempt(account: "openpay-main", number: .theirs("final"))?.payin
          == opened.payin.id)
    }
  }

  @Test(
    "events come in order of sequence, whatever the order of writing",
    arguments: DatabaseKind.allCases
  )
  func eventOrder(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let payin = PayinID(unchecked: "payin_1")
      let events = (1...30).map { sequence in
        OperationEvent(
          id: .make(at: Author.noon, entropy: author.entropy), operation: OperationID(payin),
          sequence: sequence,
          type: "tipo.ñ", at: Author.noon.adding(milliseconds: Int64(-sequence)),
          data: ["n": JSON(sequence)],
          notification: sequence % 3 == 0
            ? EventNotification(sequence: sequence / 3, body: Array("🎟️".utf8)) : nil)
      }
      for batch in [events[20...], events[..<5], events[5..<20]] {
        var change = Change()
        change.events = batch.reversed()
        try await store.commit(change)
      }
      #expect(try await store.events(of: OperationID(payin)) == events)
      #expect(try await store.events(of: OperationID(unchecked: "payin_")).isEmpty)
    }
  }

  @Test("a sequence that is taken is a version conflict", arguments: DatabaseKind.allCases)
  func takenSequence(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      func event(_ sequence: Int, _ type: String) -> OperationEvent {
        OperationEvent(
          id: .make(at: Author.noon, entropy: author.entropy),
          operation: OperationID(unchecked: "payin_1"),
          sequence: sequence, type: type, at: Author.noon, data: [:])
      }
      var change = Change()
      change.events = [event(1, "first")]
      try await store.commit(change)
      change.events = [event(2, "second"), event(1, "third")]
      await #expect(throws: DatabaseError.versionConflict) { try await store.commit(change) }
      change.events = [event(2, "twice"), event(2, "twice")]
      await #expect(throws: DatabaseError.versionConflict) { try await store.commit(change) }
      #expect(
        try await store.events(of: OperationID(unchecked: "payin_1")).map(\.type) == ["first"])
    }
  }

  private func record(_ key: String, _ hash: [UInt8] = [0, 1, 255], answer: KeptAnswer? = nil)
    -> IdempotencyRecord
  {
    IdempotencyRecord(
      key: IdempotencyKey(merchant: "demo", operation: "payins.create", key: key),
      requestHash: hash,
      operation: OperationID(unchecked: "payin_1"), createdAt: Author.noon, answer: answer)
  }

  @Test("a key is taken once, within its merchant and operation", arguments: DatabaseKind.allCases)
  func keys(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let first = record("k")
      var change = Change()
      change.key = .insert(first)
      try await store.commit(change)
      var again = author.change(author.open("order-1"))
      again.key = .insert(record("k", [9]))
      await #expect(throws: DatabaseError.duplicateKey) { try await store.commit(again) }
      #expect(try await store.idempotent(first.key) == first)
      #expect(try await store.payin(merchant: "demo", reference: "order-1") == nil)
      for key in [
        IdempotencyKey(merchant: "other", operation: "payins.create", key: "k"),
        IdempotencyKey(merchant: "demo", operation: "store_payments.create", key: "k"),
        IdempotencyKey(merchant: "demo", operation: "payins.create", key: "K"),
      ] {
        var other = first
        other.key = key
        #expect(try await store.idempotent(key) == nil)
        change.key = .insert(other)
        try await store.commit(change)
        #expect(try await store.idempotent(key) == other)
      }
    }
  }

  @Test("a key's first answer stays", arguments: DatabaseKind.allCases)
  func answers(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let answer = KeptAnswer(status: 201, body: Array("{\"é\":\"\0\"}".utf8))
      var change = Change()
      change.key = .answer(record("k").key, answer)
      try await store.commit(change)
      #expect(try await store.idempotent(record("k").key) == nil)
      change.key = .insert(record("k"))
      try await store.commit(change)
      for later in [answer, KeptAnswer(status: 500, body: [])] {
        change.key = .answer(record("k").key, later)
        try await store.commit(change)
        #expect(try await store.idempotent(record("k").key) == record("k", answer: answer))
      }
      let empty = record("empty", [], answer: KeptAnswer(status: 204, body: []))
      change.key = .insert(empty)
      try await store.commit(change)
      #expect(try await store.idempotent(empty.key) == empty)
    }
  }

  private func callback(
    _ digest: UInt8, second: Int64 = 0, payin: PayinID? = nil, account: String = "cashypay-main"
  ) -> CallbackRecord {
    let at = Author.noon.adding(seconds: second)
    return CallbackRecord(
      id: .make(at: at, entropy: author.entropy),
      key: CallbackKey(account: account, digest: [digest, 0, 255]), receivedAt: at, payin: payin,
      orderNumber: "A\u{0}1", providerOrderID: "P1", amount: 15_000,
      grade: "fully_signed_callback", notice: ["report": ["status": "paid"]])
  }

  private func keep(_ record: CallbackRecord, _ store: any Database) async throws {
    var change = Change()
    change.callback = record
    try await store.commit(change)
  }

  @Test(
    "what a callback said is kept once; the same bytes again are counted",
    arguments: DatabaseKind.allCases)
  func callbacks(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var first = callback(1)
      let other = callback(1, second: 1, account: "openpay-main")
      let placed = callback(2, second: 2, payin: PayinID(unchecked: "payin_1"))
      for record in [first, other, placed] { try await keep(record, store) }
      #expect(try await keptCallbacks(store) == [first, other, placed])
      try await keep(callback(1, second: 5), store)
      // One that is heard of late does not set the time back.
      try await keep(callback(1, second: -5), store)
      first.count = 3
      first.lastAt = Author.noon.adding(seconds: 5)
      #expect(try await store.callback(first.key) == first)
      #expect(try await store.callback(other.key) == other)
      #expect(try await store.callback(CallbackKey(account: "a", digest: [1])) == nil)
    }
  }

  @Test(
    "callbacks about unknown orders are listed page by page until their pay-in is known",
    arguments: DatabaseKind.allCases)
  func unknownCallbacks(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var unknown: [CallbackRecord] = []
      for index in 0..<5 {
        unknown.append(callback(UInt8(index), second: Int64(index)))
        try await keep(unknown[index], store)
      }
      try await keep(callback(9, second: 9, payin: PayinID(unchecked: "payin_1")), store)
      unknown.reverse()
      #expect(try await store.unknownCallbacks(before: nil, limit: 3) == Array(unknown[..<3]))
      let next = try await store.unknownCallbacks(before: unknown[2].id, limit: 3)
      #expect(next == Array(unknown[3...]))
      #expect(try await store.unknownCallbacks(before: unknown[4].id, limit: 3) == [])
      var placed = unknown[1]
      placed.payin = PayinID(unchecked: "payin_2")
      placed.count = 0
      try await keep(placed, store)
      placed.count = 1
      #expect(try await store.callback(placed.key) == placed)
      // A pay-in once found stays.
      try await keep(unknown[1], store)
      #expect(try await store.callback(placed.key)?.payin == placed.payin)
      let left = try await store.unknownCallbacks(before: nil, limit: 9)
      #expect(left == [unknown[0]] + unknown[2...])
    }
  }

  @Test(
    "of several conflicts the key counts first, then the lease, then the pay-in",
    arguments: DatabaseKind.allCases)
  func conflictOrder(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let opened = author.open("order-1")
      var first = author.change(opened)
      first.key = .insert(record("k"))
      try await store.commit(first)
      var change = author.change(author.open("order-1"))
      change.events = first.events
      change.key = .insert(record("k"))
      change.jobs = [.finish(author.job("none").key, Lease(token: "none"))]
      await #expect(throws: DatabaseError.duplicateKey) { try await store.commit(change) }
      change.key = nil
      await #expect(throws: DatabaseError.leaseLost) { try await store.commit(change) }
      change.jobs = []
      await #expect(throws: DatabaseError.duplicateReference(existing: opened.payin.operationID)) {
        try await store.commit(change)
      }
    }
  }
}
