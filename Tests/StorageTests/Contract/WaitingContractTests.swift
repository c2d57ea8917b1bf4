import CounterPayments
import JSONText
import Payins
import TestSupport
import Testing

@testable import Storage

@Suite("The store contract: what waits for a person")
struct WaitingContractTests {
  let author = Author()

  /// A pay-in that is paid, and then the same with its money taken back.
  private func lives(_ number: Int) -> [(payin: Payin, change: Change)] {
    let start = Author.noon.adding(seconds: Int64(number))
    let context = author.context(start)
    let opened = author.open("order-\(number)", at: start)
    let attempt = opened.payin.attempts[0].id
    let deposit = Deposit(
      identity: "d\(number)", amount: 15_000, receivedAt: start, providerReference: nil)
    var out = [(opened.payin, author.change(opened))]
    for input in [
      PayinInput.sent(
        attempt,
        .accepted(
          Acceptance(
            providerOrderID: "o\(number)",
            instructions: .spei(SPEIInstructions(clabe: "646180109400135624"))))),
      .queried(attempt, .found(StatusReport(status: .paid, deposits: [deposit]))),
      .queried(attempt, .found(StatusReport(status: .pending))),
      .queried(attempt, .found(StatusReport(status: .paid, deposits: [deposit]))),
    ] {
      let before = out[out.count - 1].0
      let next = before.apply(input, context)
      out.append((next.payin, author.change(next, before: before)))
    }
    return out.map { (payin: $0.0, change: $0.1) }
  }

  @Test(
    "pay-ins whose money was taken back are counted while it lasts, whoever's they are",
    arguments: DatabaseKind.allCases)
  func disputed(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let all = (0..<4).map { lives($0) }
      #expect(all[0].map(\.payin.isDisputed) == [false, false, false, true, false])
      for (number, life) in all.enumerated() {
        // The first stays open, the last is mended.
        for step in life.prefix(number == 0 ? 3 : number == 3 ? 5 : 4) {
          try await store.commit(step.change)
        }
      }
      let ids = [all[1], all[2]].map { $0[0].payin.id }
      #expect(
        try await store.waitingForPerson(.payin, limit: 5)
          == Tally(count: 2, first: ids.map { OperationID($0) }))
      #expect(
        try await store.waitingForPerson(.payin, limit: 1)
          == Tally(count: 2, first: [OperationID(ids[0])]))
      try await store.commit(all[1][4].change)
      #expect(
        try await store.waitingForPerson(.payin, limit: 5)
          == Tally(count: 1, first: [OperationID(ids[1])]))
    }
  }

  @Test("reversals that wait for an operator are counted", arguments: DatabaseKind.allCases)
  func held(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      func context(_ seconds: Int64) -> Context {
        author.context(Author.noon.adding(seconds: seconds))
      }
      var payment = CounterPayment.open(
        CounterPaymentRequest(
          account: "paynet-main", reference: "R1", amount: 1000, chainTransactionID: "7",
          operationDate: Author.noon, group: "1", chain: "1", store: "1", pos: "1", employee: "1"),
        id: .make(at: Author.noon, entropy: author.entropy), merchant: "demo",
        idempotencyKey: "k", context(0)
      ).payment
      var change = Change()
      change.operation = .insert(payment)
      try await store.commit(change)
      let rejected = ReversalOutcome.rejected(CounterPaymentAnswer(code: 30, description: nil))
      let steps: [(CounterPaymentInput, Int64, Int)] = [
        (.interrupted, 0, 0), (.reversalSent(rejected), 1, 0),
        (.reversalSent(rejected), 86_401, 1), (.reversalAsked, 86_402, 0),
      ]
      for (input, seconds, count) in steps {
        let next = payment.apply(input, context(seconds)).payment
        change.operation = .update(next, before: payment)
        try await store.commit(change)
        payment = next
        #expect(
          try await store.waitingForPerson(.counterPayment, limit: 5)
            == Tally(count: count, first: count == 0 ? [] : [payment.operationID]))
        #expect(try await store.operation(payment.id, as: CounterPayment.self) == payment)
      }
    }
  }

  @Test("what was disputed before version 6 is found after it")
  func migrated() async throws {
    try await withFolder { folder in
      let file = try DatabaseFile(path: folder + "/pasarela.db")
      let life = lives(0)
      let payin = life[3].payin
      do {
        let connection = try SQLiteConnection(path: file.path)
        try Migrations(connection, steps: Array(Migrations.all.prefix(5))).run()
        for (number, payin) in [payin, lives(1)[2].payin].enumerated() {
          try SQLiteStatement(
            connection,
            """
            INSERT INTO payins (id, merchant, reference, status, method, account, amount,
              created_ms, token, version, body, opening, discrepant)
            VALUES (?, 'demo', ?, 'succeeded', 'spei', 'openpay-main', 15000, ?, ?, ?, ?, ?, ?)
            """
          ).run(
            .text(payin.id.text), .text(payin.request.merchantReference),
            .milliseconds(payin.createdAt), .text(payin.token), .integer(payin.version),
            .utf8(payin.storedStanding), .utf8(payin.storedOpening),
            .integer(number == 0 ? 1 : nil))
        }
      }
      let store = try SQLiteDatabase(path: file.path)
      #expect(
        try await store.waitingForPerson(.payin, limit: 5)
          == Tally(count: 1, first: [payin.operationID]))
      #expect(try await store.payin(payin.id) == payin)
      #expect(try await store.examine() == 2)
      #expect(store.damage.found == [])
      await store.close()
    }
  }
}
