import CounterPayments
import JSONText
import Payins
import Testing

@testable import Storage

/// A store with rows in every table, whose texts are such as people write.
struct Furnished {
  let author = Author()
  let life: [(payin: Payin, change: Change)]
  let payment: CounterPayment
  let key = IdempotencyKey(merchant: "demo", operation: "payins.create", key: "k\u{0}\\1")
  let callback: CallbackKey

  init() {
    life = author.fullLife("order\u{0}\\0 \\ 1")
    payment =
      CounterPayment.open(
        CounterPaymentRequest(
          account: "paynet-main", reference: "R\u{0}1", amount: 123_456, chainTransactionID: "77",
          operationDate: Author.noon, group: "1", chain: "1", store: "1", pos: "1", employee: "1"),
        id: .make(at: Author.noon, entropy: author.entropy), merchant: "demo",
        idempotencyKey: "k", author.context(Author.noon)
      ).payment
    callback = CallbackKey(account: "openpay-main", digest: [7, 0, 9])
  }

  var payin: Payin { life[life.count - 1].payin }

  func fill(_ store: any Database, others: Int = 0) async throws {
    try await keep(life, in: store)
    for number in 0..<others {
      let opened = author.open("other-\(number)")
      var change = author.change(opened)
      let attempt = opened.payin.attempts[0]
      change.jobs = [
        .put(
          Job(
            key: JobKey(kind: .sendAttempt, subject: attempt.id.text),
            operation: opened.payin.operationID, account: attempt.target.account,
            due: Author.noon))
      ]
      try await store.commit(change)
    }
    var change = Change()
    change.operation = .insert(payment)
    change.key = .insert(
      IdempotencyRecord(
        key: key, requestHash: [1, 0, 3], operation: payin.operationID, createdAt: Author.noon))
    change.callback = CallbackRecord(
      id: .make(at: Author.noon, entropy: author.entropy), key: callback,
      receivedAt: Author.noon, payin: nil, orderNumber: "P1", providerOrderID: "tr1",
      amount: 15_000, grade: "query", notice: ["amount": 15_000])
    change.endpoint = .put(
      EndpointRecord(merchant: "demo", id: "w\\1", document: ["url": "https://a.example/1"]))
    change.endpointRevision = EndpointRevision(merchant: "demo", number: 0)
    change.deliveries = [
      DeliveryAttempt(
        operation: payin.operationID, event: life[0].change.events[0].id, endpoint: "w\\1",
        at: Author.noon, status: nil, failure: "no\u{0}answer", milliseconds: 12)
    ]
    try await store.commit(change)
    var answer = Change()
    answer.key = .answer(key, KeptAnswer(status: 201, body: Array(#"{"a":"\\0"}"#.utf8)))
    try await store.commit(answer)
  }

  /// A pay-in's life, and the questions that are still to be asked about it.
  func keep(_ life: [(payin: Payin, change: Change)], in store: any Database) async throws {
    for step in life { try await store.commit(step.change) }
    guard let payin = life.last?.payin else { return }
    var change = Change()
    for attempt in payin.attempts {
      guard let due = attempt.nextCheckAt else { continue }
      change.jobs.append(
        .put(
          Job(
            key: JobKey(kind: .queryAttempt, subject: attempt.id.text),
            operation: payin.operationID, account: attempt.target.account, due: due)))
    }
    try await store.commit(change)
  }

  /// That all of it is there, as a gateway reads it.
  func expect(in store: any Database, at place: SourceLocation = #_sourceLocation) async throws {
    #expect(try await store.payin(payin.id) == payin, sourceLocation: place)
    let events = try await store.events(of: payin.operationID)
    #expect(events == life.flatMap(\.change.events), sourceLocation: place)
    #expect(
      try await store.payin(merchant: "demo", reference: payin.request.merchantReference)
        == payin.id, sourceLocation: place)
    #expect(
      try await store.operation(payment.id, as: CounterPayment.self) == payment,
      sourceLocation: place)
    let record = try await store.idempotent(key)
    #expect(
      record?.answer == KeptAnswer(status: 201, body: Array(#"{"a":"\\0"}"#.utf8)),
      sourceLocation: place)
    #expect(try await store.callback(callback)?.amount == 15_000, sourceLocation: place)
    #expect(
      try await store.webhookEndpoints().records.map(\.id) == ["w\\1"], sourceLocation: place)
    #expect(try await store.endpointRevision(of: "demo") == 1, sourceLocation: place)
    #expect(
      try await store.deliveryAttempts(of: payin.operationID).map(\.failure) == ["no\u{0}answer"],
      sourceLocation: place)
    let email = try #require(life[0].payin.request.payer.email)
    #expect(
      try await store.payins(merchant: "demo", email: email, limit: 9) == [payin.id],
      sourceLocation: place)
  }
}
