import JSONText
import Payins
import TestSupport
import Testing

@testable import CounterPayments
@testable import Storage

@Suite("contract: store payments")
struct CounterPaymentContractTests {
  let entropy = SeededEntropy(seed: 5)

  private func opened(
    _ transaction: String, at seconds: Int64 = 0, merchant: String = "chain",
    change: (inout CounterPaymentRequest) -> Void = { _ in }
  ) -> CounterPaymentTransition {
    var request = CounterPaymentRequest(
      account: "paynet-main", reference: "OPENPAY00FUCDZDQ9", amount: 99_999_999_999_999,
      chainTransactionID: transaction, operationDate: Author.noon, group: "555", chain: "1",
      store: "1292", pos: "1", employee: "002", sku: String(repeating: "9", count: 250),
      paymentType: 4)
    change(&request)
    let context = context(seconds)
    return CounterPayment.open(
      request, id: .make(at: context.now, entropy: entropy), merchant: merchant,
      idempotencyKey: "k-\(transaction)", context)
  }

  private func context(_ seconds: Int64) -> Context {
    Context(now: Author.noon.adding(seconds: seconds), entropy: entropy)
  }

  private func subject(_ payment: CounterPayment) -> OperationID { payment.operationID }

  private func change(_ write: OperationWrite) -> Change {
    var change = Change()
    change.operation = write
    return change
  }

  /// With its first event, its job and its key.
  private func insertion(_ next: CounterPaymentTransition, published: Bool = false) -> Change {
    let payment = next.payment
    var change = change(.insert(payment))
    change.events = [
      OperationEvent(
        id: .make(at: payment.createdAt, entropy: entropy), operation: subject(payment),
        sequence: 1,
        type: "store_payment.created", at: payment.createdAt, data: [:],
        notification: published
          ? EventNotification(sequence: 1, body: Array(#"{"n":1}"#.utf8)) : nil)
    ]
    change.jobs = [.put(job(payment))]
    change.key = .insert(
      IdempotencyRecord(
        key: key(payment), requestHash: [1, 2], operation: payment.operationID,
        createdAt: payment.createdAt))
    return change
  }

  private func job(_ payment: CounterPayment) -> Job {
    Job(
      key: JobKey(kind: .authorizeCounterPayment, subject: payment.id.text),
      operation: subject(payment),
      account: "paynet-main", due: Author.noon, tries: 1, lease: Lease(token: "ours"))
  }

  private func key(_ payment: CounterPayment) -> IdempotencyKey {
    IdempotencyKey(
      merchant: payment.merchant, operation: "store_payments.create", key: payment.idempotencyKey)
  }

  private func expect(
    _ fault: DatabaseError, _ change: Change, _ store: any Database,
    at place: SourceLocation = #_sourceLocation
  ) async {
    await #expect(throws: fault, sourceLocation: place) { try await store.commit(change) }
  }

  @Test(
    "a payment is read as it was written, through its whole life", arguments: DatabaseKind.allCases)
  func life(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let next = opened("123456789012345678901234567890123456789012345")
      try await store.commit(insertion(next))
      var payment = next.payment
      #expect(try await store.operation(payment.id, as: CounterPayment.self) == payment)
      let answer = CounterPaymentAnswer(
        code: 0, description: "Operación exitosa", requestID: "r", authorization: "124242",
        customerInstructions: "Señor «cliente» 🎟️ \u{0}\"\\")
      let inputs: [CounterPaymentInput] = [
        .sent(.authorized(answer)), .reversalAsked,
        .reversalSent(.unsettled(Refusal(code: "timeout", message: "no answer"))),
        .reversalSent(.acknowledged(answer)),
      ]
      for input in inputs {
        let after = payment.apply(input, context(9)).payment
        try await store.commit(change(.update(after, before: payment)))
        await expect(.versionConflict, change(.update(after, before: payment)), store)
        payment = after
        #expect(try await store.operation(payment.id, as: CounterPayment.self) == payment)
      }
      #expect(
        try await store.operation(
          CounterPaymentID(unchecked: "storepay_none"), as: CounterPayment.self)
          == nil)
    }
  }

  @Test(
    "Paynet's name for a payment is taken once, however its zeros are written",
    arguments: DatabaseKind.allCases)
  func transaction(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let first = opened("17")
      try await store.commit(insertion(first))
      let taken = DatabaseError.duplicateReference(existing: subject(first.payment))
      await expect(taken, change(.insert(opened("17").payment)), store)
      await expect(taken, change(.insert(opened("0017") { $0.group = "0555" }.payment)), store)
      await expect(taken, change(.insert(opened("17", merchant: "other").payment)), store)
      for other in [
        opened("17") { $0.group = "5551" }, opened("17") { $0.chain = "2" },
        opened("17") { $0.account = "paynet-other" }, opened("170"),
      ] { try await store.commit(change(.insert(other.payment))) }
      #expect(
        try await store.operations(OperationQuery<CounterPayment>(merchant: "chain", limit: 9))
          .count
          == 5)
    }
  }

  @Test(
    "what is not settled is counted, and since when the oldest", arguments: DatabaseKind.allCases)
  func unresolved(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      #expect(try await store.unresolved(.counterPayment) == Backlog(dueCount: 0, oldestDue: nil))
      var old = opened("1").payment
      try await store.commit(change(.insert(old)))
      try await store.commit(change(.insert(opened("2", at: 50).payment)))
      #expect(
        try await store.unresolved(.counterPayment) == Backlog(dueCount: 2, oldestDue: Author.noon))
      func then(_ input: CounterPaymentInput, at seconds: Int64) async throws {
        let after = old.apply(input, context(seconds)).payment
        try await store.commit(change(.update(after, before: old)))
        old = after
      }
      let answer = CounterPaymentAnswer(code: 0, description: nil, authorization: "1")
      try await then(.sent(.authorized(answer)), at: 1)
      let second = Author.noon.adding(seconds: 50)
      #expect(
        try await store.unresolved(.counterPayment) == Backlog(dueCount: 1, oldestDue: second))
      // Long authorized, it waits since it is being taken back.
      try await then(.reversalAsked, at: 900)
      #expect(
        try await store.unresolved(.counterPayment) == Backlog(dueCount: 2, oldestDue: second))
      try await then(.reversalSent(.acknowledged(answer)), at: 901)
      #expect(
        try await store.unresolved(.counterPayment) == Backlog(dueCount: 1, oldestDue: second))
    }
  }

  @Test(
    "a merchant's are listed newest first, by status and page", arguments: DatabaseKind.allCases)
  func list(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var made: [CounterPayment] = []
      for number in 1...7 {
        let merchant = number == 4 ? "other" : "chain"
        var payment = opened("\(number)", at: Int64(number), merchant: merchant).payment
        try await store.commit(change(.insert(payment)))
        if number % 2 == 0 {
          let no = CounterPaymentAnswer(code: 12, description: nil)
          let after = payment.apply(.sent(.declined(no)), context(9)).payment
          try await store.commit(change(.update(after, before: payment)))
          payment = after
        }
        made.append(payment)
      }
      func list(_ set: (inout OperationQuery<CounterPayment>) -> Void) async throws -> [String] {
        var query = OperationQuery<CounterPayment>(merchant: "chain", limit: 10)
        set(&query)
        return try await store.operations(query).map(\.request.chainTransactionID)
      }
      #expect(try await list { _ in } == ["7", "6", "5", "3", "2", "1"])
      #expect(try await list { $0.statuses = ["declined"] } == ["6", "2"])
      #expect(try await list { $0.statuses = ["sending", "in_doubt"] } == ["7", "5", "3", "1"])
      #expect(try await list { $0.statuses = ["reversed"] } == [])
      #expect(try await list { $0.limit = 2 } == ["7", "6"])
      #expect(
        try await list {
          $0.limit = 2
          $0.before = made[4].id
        } == ["3", "2"])
      #expect(try await list { $0.merchant = "nobody" } == [])
    }
  }

  @Test(
    "one that is withdrawn leaves nothing behind, and may be made again",
    arguments: DatabaseKind.allCases)
  func withdrawal(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let next = opened("1")
      let payment = next.payment
      try await store.commit(insertion(next))
      let other = opened("2")
      try await store.commit(insertion(other))
      var withdrawal = change(.withdraw(payment))
      withdrawal.key = .release(key(payment))
      withdrawal.jobs = [.finish(job(payment).key, Lease(token: "another's"))]
      await expect(.leaseLost, withdrawal, store)
      #expect(try await store.idempotent(key(payment)) != nil)
      withdrawal.jobs = [.finish(job(payment).key, Lease(token: "ours"))]
      try await store.commit(withdrawal)
      #expect(try await store.operation(payment.id, as: CounterPayment.self) == nil)
      #expect(try await store.events(of: subject(payment)).isEmpty)
      #expect(try await store.idempotent(key(payment)) == nil)
      #expect(
        try await store.firstJob(.authorizeCounterPayment, subjectPrefix: payment.id.text) == nil)
      await expect(.versionConflict, change(.withdraw(payment)), store)
      #expect(try await store.events(of: subject(other.payment)).count == 1)
      try await store.commit(insertion(opened("1")))
      #expect(try await store.unresolved(.counterPayment).dueCount == 2)
    }
  }

  @Test(
    "one that went on is not withdrawn, and a key with an answer is not freed",
    arguments: DatabaseKind.allCases)
  func notWithdrawn(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let next = opened("1")
      try await store.commit(insertion(next))
      let after = next.payment.apply(.interrupted, context(1)).payment
      var update = change(.update(after, before: next.payment))
      update.key = .answer(key(after), KeptAnswer(status: 201, body: [7]))
      try await store.commit(update)
      await expect(.versionConflict, change(.withdraw(next.payment)), store)
      var release = Change()
      release.key = .release(key(after))
      try await store.commit(release)
      #expect(try await store.idempotent(key(after))?.answer?.body == [7])
    }
  }

  @Test("its announcements are the merchant's, like a pay-in's", arguments: DatabaseKind.allCases)
  func publishedEvents(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let next = opened("1")
      let insertion = insertion(next, published: true)
      try await store.commit(insertion)
      #expect(
        try await store.publishedEvents(PublishedEventQuery(merchant: "chain", limit: 5))
          == insertion.events)
      #expect(
        try await store.publishedEvents(PublishedEventQuery(merchant: "other", limit: 5)) == [])
      #expect(
        try await store.publishedEvent(1, of: subject(next.payment)) == insertion.events[0])
    }
  }
}
