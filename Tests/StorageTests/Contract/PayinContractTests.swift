import JSONText
import Payins
import TestSupport
import Testing

@testable import Storage

@Suite("The store contract: pay-ins")
struct PayinContractTests {
  let author = Author()

  @Test(
    "a pay-in reads back as it was committed, at every step of a full life",
    arguments: DatabaseKind.allCases)
  func fullLife(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let steps = author.fullLife("order-1")
      for step in steps {
        try await store.commit(step.change)
        #expect(try await store.payin(step.payin.id) == step.payin)
        #expect(try await store.payin(token: step.payin.token) == step.payin)
        var query = PayinQuery(merchant: "demo", limit: 5)
        query.status = step.payin.status
        query.account = step.payin.currentAttempt.target.account
        query.method = step.payin.method
        #expect(try await store.payins(query) == [step.payin])
      }
      let last = try #require(steps.last?.payin)
      #expect(
        last.attempts.count == 3 && last.receipts.count == 2 && last.late
          && last.status == .succeeded)
      #expect(try await store.events(of: last.operationID) == steps.flatMap(\.change.events))
      #expect(try await store.payin(merchant: "demo", reference: "order-1") == last.id)
    }
  }

  @Test("what is not there reads as nothing", arguments: DatabaseKind.allCases)
  func nothing(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store async throws in
      #expect(try await store.payin(PayinID(unchecked: "payin_none")) == nil)
      #expect(try await store.payin(token: "none") == nil)
      #expect(try await store.payin(merchant: "demo", reference: "none") == nil)
      #expect(try await store.attempt(account: "openpay-main", number: .ours("none")) == nil)
      #expect(try await store.attempt(account: "openpay-main", number: .theirs("none")) == nil)
      #expect(try await store.payins(PayinQuery(merchant: "demo", limit: 10)).isEmpty)
      #expect(try await store.events(of: OperationID(unchecked: "payin_none")).isEmpty)
      #expect(
        try await store.idempotent(IdempotencyKey(merchant: "demo", operation: "o", key: "k"))
          == nil)
    }
  }

  @Test("an empty change is no fault", arguments: DatabaseKind.allCases)
  func empty(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in try await store.commit(Change()) }
  }

  @Test(
    "a duplicate reference names the pay-in that has it, and leaves nothing behind",
    arguments: DatabaseKind.allCases)
  func duplicateReference(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let first = author.open("order-1")
      try await store.commit(author.change(first))
      let second = author.open("order-1", amount: 99)
      let change = try await burdened(author.change(second), store)
      await #expect(throws: DatabaseError.duplicateReference(existing: first.payin.operationID)) {
        try await store.commit(change)
      }
      try await expectNothing(of: change, in: store)
      #expect(try await store.payin(first.payin.id) == first.payin)
    }
  }

  @Test(
    "the same reference of another merchant is another reference", arguments: DatabaseKind.allCases)
  func otherMerchant(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let other = Author(seed: 2, merchant: "other").open("order-1")
      try await store.commit(author.change(author.open("order-1")))
      try await store.commit(author.change(other))
      #expect(try await store.payin(merchant: "other", reference: "order-1") == other.payin.id)
    }
  }

  @Test(
    "a change made to another version is refused, and leaves nothing behind",
    arguments: DatabaseKind.allCases)
  func versionConflict(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let opened = author.open("order-1").payin
      try await store.commit(author.change(author.open("order-0")))
      var insert = Change()
      insert.operation = .insert(opened)
      try await store.commit(insert)
      let cancelled = opened.apply(.cancelled, author.context(Author.noon))
      try await store.commit(author.change(cancelled, before: opened))

      let attempt = opened.attempts[0].id
      let refused = Refusal(code: "no", message: "no")
      // One would be listed elsewhere, the other not.
      for input in [PayinInput.sent(attempt, .declined(refused)), .queried(attempt, .absent)] {
        let stale = opened.apply(input, author.context(Author.noon))
        var change = author.change(stale, before: opened)
        change.events = change.events.map { event in
          var event = event
          event.sequence += 100
          return event
        }
        change = try await burdened(change, store)
        await #expect(throws: DatabaseError.versionConflict) { try await store.commit(change) }
        try await expectNothing(of: change, in: store, exceptEvents: cancelled.payin.eventCount)
        #expect(try await store.payin(opened.id) == cancelled.payin)
      }
    }
  }

  @Test("a pay-in that is not there cannot be updated", arguments: DatabaseKind.allCases)
  func updateOfNothing(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store async throws in
      let opened = author.open("order-1").payin
      let next = opened.apply(.cancelled, author.context(Author.noon))
      await #expect(throws: DatabaseError.versionConflict) {
        try await store.commit(author.change(next, before: opened))
      }
      #expect(try await store.payin(opened.id) == nil)
    }
  }

  @Test(
    "an id that exists is a version conflict, a token or order number a failure",
    arguments: DatabaseKind.allCases)
  func takenIdentity(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var first = Author(seed: 7)
      first.machineEntropy = SeededEntropy(seed: 5)
      let opened = first.open("order-1")
      try await store.commit(first.change(opened))
      let sameID = author.open("order-2", id: opened.payin.id)
      await #expect(throws: DatabaseError.versionConflict) {
        try await store.commit(author.change(sameID))
      }
      let sameToken = author.open("order-3", token: opened.payin.token)
      await expectFailed { () throws(DatabaseError) in
        try await store.commit(author.change(sameToken))
      }
      var twin = Author(seed: 8)
      twin.machineEntropy = SeededEntropy(seed: 5)
      let sameNumber = twin.open("order-4")
      #expect(sameNumber.payin.attempts[0].orderNumber == opened.payin.attempts[0].orderNumber)
      await expectFailed { () throws(DatabaseError) in
        try await store.commit(twin.change(sameNumber))
      }
      #expect(try await store.payins(PayinQuery(merchant: "demo", limit: 9)) == [opened.payin])
      #expect(
        try await store.attempt(
          account: "openpay-main", number: .ours(opened.payin.attempts[0].orderNumber))?.payin
          == opened.payin.id)
    }
  }

  @Test("texts are told apart by their bytes, not by their looks", arguments: DatabaseKind.allCases)
  func exactTexts(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let composed = author.open("caf\u{E9}", token: "t\u{E9}")
      let decomposed = author.open("cafe\u{301}", token: "te\u{301}")
      let zero = author.open("caf\u{E9}\u{0}x", token: "t\u{E9}\u{0}x")
      for opened in [composed, decomposed, zero] {
        try await store.commit(author.change(opened))
        let reference = opened.payin.request.merchantReference
        #expect(try await store.payin(merchant: "demo", reference: reference) == opened.payin.id)
        #expect(try await store.payin(token: opened.payin.token)?.id == opened.payin.id)
        var query = PayinQuery(merchant: "demo", limit: 9)
        query.merchantReference = reference
        #expect(try await store.payins(query).map(\.id) == [opened.payin.id])
      }
    }
  }

  /// The change with a key, a job and a callback to be undone too.
  private func burdened(_ change: Change, _ store: any Database) async throws -> Change {
    var change = change
    change.jobs = [.put(author.job("burden"))]
    change.key = .insert(
      IdempotencyRecord(
        key: IdempotencyKey(merchant: "demo", operation: "payins.create", key: "burden"),
        requestHash: [1],
        operation: OperationID(unchecked: "s"), createdAt: Author.noon))
    change.callback = CallbackRecord(
      id: .make(at: Author.noon, entropy: author.entropy),
      key: CallbackKey(account: "a", digest: [1]), receivedAt: Author.noon, payin: nil,
      grade: "query")
    return change
  }

  private func expectNothing(of change: Change, in store: any Database, exceptEvents count: Int = 0)
    async throws
  {
    let payin = try #require(change.operation?.payin)
    let kept = try await store.events(of: payin.operationID)
    #expect(kept.allSatisfy { $0.sequence <= count })
    #expect(try await store.nextDue() == nil)
    #expect(
      try await store.idempotent(
        IdempotencyKey(merchant: "demo", operation: "payins.create", key: "burden")) == nil)
    #expect(try await keptCallbacks(store).isEmpty)
    if change.operation?.isInsertion == true {
      #expect(try await store.payin(payin.id) == nil)
      #expect(
        try await store.attempt(
          account: "openpay-main", number: .ours(payin.attempts[0].orderNumber)) == nil)
    }
  }
}
