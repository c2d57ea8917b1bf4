import JSONText
import Payins
import Testing

@testable import CounterPayments

@Suite("a store payment from state to state")
struct CounterPaymentTransitionTests {
  static let ok = CounterPaymentAnswer(
    code: 0, description: "Success", requestID: "r1", authorization: "124242",
    customerInstructions: "Señor cliente")
  static let no = CounterPaymentAnswer(code: 12, description: "Transacción inválida.")
  static let broken = Refusal(code: "timeout", message: "no answer")

  private let noon = Instant(milliseconds: 1_780_000_000_000)

  private func context(_ seconds: Int64 = 0) -> Context {
    Context(now: noon.adding(seconds: seconds), entropy: Bytes(value: 255))
  }

  private func after(_ inputs: CounterPaymentInput...) -> CounterPaymentTransition {
    var next = CounterPayment.open(
      Self.request, id: CounterPaymentID(unchecked: "storepay_1"), merchant: "chain",
      idempotencyKey: "k", context())
    for input in inputs { next = next.payment.apply(input, context()) }
    return next
  }

  static let request = CounterPaymentRequest(
    account: "paynet-main", reference: "OPENPAY00FUCDZDQ9", amount: 1000,
    chainTransactionID: "170911001", operationDate: Instant(milliseconds: 1_509_053_135_780),
    group: "555", chain: "1", store: "1292", pos: "1", employee: "2", sku: nil, paymentType: 1)

  @Test("the request is stored in a form of its own, whatever the API calls its members")
  func storedForm() {
    #expect(
      after().payment.stored["request"] == [
        "account": "paynet-main", "reference": "OPENPAY00FUCDZDQ9", "amount": 1000,
        "chain_transaction_id": "170911001", "operation_date": "2017-10-26T21:25:35.780Z",
        "group": "555", "chain": "1", "store": "1292", "pos": "1", "employee": "2", "sku": nil,
        "payment_type": 1,
      ])
  }

  @Test("what Paynet answers is what it is")
  func answered() {
    let authorized = after(.sent(.authorized(Self.ok)))
    #expect(authorized.payment.status == .authorized)
    #expect(authorized.payment.answer == Self.ok)
    #expect(authorized.payment.unresolvedSince == nil)
    #expect(authorized.jobs.isEmpty)
    #expect(authorized.events.map(\.type) == ["store_payment.authorized"])
    let declined = after(.sent(.declined(Self.no)))
    #expect(declined.payment.status == .declined)
    #expect(declined.events.map(\.isPublished) == [true])
    #expect(declined.payment.unresolvedSince == nil)
  }

  @Test("where nothing was asked the payment is withdrawn, and nobody is told")
  func neverSent() {
    let next = after(.sent(.neverSent(Self.broken)))
    #expect(next.isWithdrawn)
    #expect(next.payment.failure == Self.broken)
    #expect(next.events.isEmpty)
    #expect(next.jobs.isEmpty)
  }

  @Test("doubt is reversed at once, and tells itself as doubt until then")
  func doubt() {
    for input in [CounterPaymentInput.sent(.inDoubt(Self.broken)), .interrupted] {
      let next = after(input)
      #expect(next.payment.status == .inDoubt)
      #expect(next.payment.unresolvedSince == noon)
      #expect(next.jobs == [.plan(next.payment.reversalJob, due: noon)])
      #expect(next.events.allSatisfy { !$0.isPublished })
    }
    #expect(after().payment.status.told == "in_doubt")
  }

  @Test("a reversal goes on for ever, ever more seldom, until Paynet says something")
  func backoff() {
    var payment = after(.sent(.inDoubt(Self.broken))).payment
    var gaps: [Int64] = []
    for _ in 0..<40 {
      let next = payment.apply(.reversalSent(.unsettled(Self.broken)), context())
      payment = next.payment
      #expect(payment.status == .reversing)
      #expect(payment.unresolvedSince == noon)
      guard case .plan(_, let due) = next.jobs.first else {
        Issue.record("no reversal is planned")
        return
      }
      #expect(payment.nextReversalAt == due)
      gaps.append(due.milliseconds(since: noon))
    }
    #expect(gaps == gaps.sorted())
    // A quarter more at most: jitter of 255 in 1024.
    #expect(gaps.first == 2498)
    #expect(gaps.last == 749_414)
    let ended = payment.apply(.reversalSent(.acknowledged(Self.ok)), context())
    #expect(ended.payment.status == .reversed)
    #expect(ended.payment.reversalTries == 41)
    #expect(ended.jobs.isEmpty)
    #expect(ended.payment.unresolvedSince == nil)
    #expect(ended.events.map(\.type) == ["store_payment.reversed"])
  }

  @Test(
    "a reversal that is rejected for a day waits for an operator, and goes on when it is asked for",
    arguments: [[], [CounterPaymentInput.sent(.authorized(Self.ok)), .reversalAsked]])
  func rejected(before: [CounterPaymentInput]) {
    let form = CounterPaymentAnswer(code: 30, description: "Error de formato.")
    let day = CounterPayment.rejectionSeconds
    var payment = after(.sent(.inDoubt(Self.broken))).payment
    if !before.isEmpty { payment = after(before[0], before[1]).payment }
    // Silence between does not end it.
    for second in [0, 3600, day - 1] {
      let next = payment.apply(.reversalSent(.rejected(form)), context(second))
      #expect(next.jobs.count == 1 && next.payment.status == .reversing)
      #expect(next.payment.reversal == form && !next.payment.waitsForOperator)
      let silent = next.payment.apply(.reversalSent(.unsettled(Self.broken)), context(second))
      #expect(silent.jobs.count == 1 && silent.payment.rejectedSince == noon)
      payment = silent.payment
    }
    let held = payment.apply(.reversalSent(.rejected(form)), context(day))
    #expect(held.jobs.isEmpty && held.payment.waitsForOperator)
    #expect(held.payment.status == .reversing && held.payment.nextReversalAt == nil)
    #expect(held.payment.unresolvedSince == noon)
    #expect(held.events.map(\.type) == ["store_payment.reversal_held"])
    #expect(CounterPayment(stored: held.payment.stored) == held.payment)
    // What comes late changes nothing; asking starts another day.
    let again = held.payment.apply(.reversalAsked, context(day + 5))
    #expect(again.jobs == [.start(again.payment.reversalJob)])
    #expect(again.payment.nextReversalAt == noon.adding(seconds: day + 5))
    #expect(again.payment.apply(.reversalAsked, context(day + 6)).jobs.isEmpty)
    let more = again.payment.apply(.reversalSent(.rejected(form)), context(2 * day))
    #expect(more.jobs.count == 1 && !more.payment.waitsForOperator)
    let done = more.payment.apply(.reversalSent(.acknowledged(Self.ok)), context(2 * day))
    #expect(done.payment.status == .reversed && done.payment.rejectedSince == nil)
  }

  @Test("what Paynet says between ends the rejection: the day begins anew")
  func rejectedAndHeard() {
    let form = CounterPaymentAnswer(code: 88, description: nil)
    let day = CounterPayment.rejectionSeconds
    var payment = after(.sent(.inDoubt(Self.broken))).payment
    payment = payment.apply(.reversalSent(.rejected(form)), context(0)).payment
    payment = payment.apply(.reversalSent(.unknown(Self.no)), context(10)).payment
    #expect(payment.rejectedSince == nil)
    payment = payment.apply(.reversalSent(.rejected(form)), context(day)).payment
    #expect(!payment.waitsForOperator)
  }

  @Test("a late answer to the first call overrides no reversal")
  func late() {
    let doubt = CounterPaymentInput.sent(.inDoubt(Self.broken))
    let lives: [CounterPayment] = [
      after(doubt).payment,
      after(doubt, .reversalSent(.unsettled(Self.broken))).payment,
      after(doubt, .reversalSent(.acknowledged(Self.ok))).payment,
    ]
    for payment in lives {
      for outcome in [
        AuthorizationOutcome.authorized(Self.ok), .declined(Self.no), .neverSent(Self.broken),
        .inDoubt(Self.broken),
      ] {
        let next = payment.apply(.sent(outcome), context(5))
        #expect(next.payment.status == payment.status)
        #expect(next.payment.nextReversalAt == payment.nextReversalAt)
        #expect(next.payment.answer == nil)
        #expect(!next.isWithdrawn)
        #expect(next.events.map(\.type) == ["store_payment.late_answer"])
        #expect(next.jobs.isEmpty)
      }
    }
  }

  @Test("an authorized payment is reversed where it is asked for")
  func asked() {
    let next = after(.sent(.authorized(Self.ok)), .reversalAsked)
    #expect(next.payment.status == .reversing)
    #expect(next.payment.unresolvedSince == noon)
    #expect(next.jobs == [.start(next.payment.reversalJob)])
    let again = next.payment.apply(.reversalAsked, context())
    #expect(again.jobs.isEmpty)
    #expect(again.events.isEmpty)
    let done = next.payment.apply(.reversalSent(.acknowledged(Self.ok)), context())
    #expect(done.payment.status == .reversed)
  }

  @Test("what Paynet authorized and will not take back stands, and may be asked for again")
  func refused() {
    let refused = after(
      .sent(.authorized(Self.ok)), .reversalAsked, .reversalSent(.unknown(Self.no)))
    #expect(refused.payment.status == .authorized)
    #expect(refused.payment.reversal == Self.no)
    #expect(refused.payment.unresolvedSince == nil)
    #expect(refused.jobs.isEmpty)
    #expect(refused.events.map(\.type) == ["store_payment.reversal_refused"])
    let again = refused.payment.apply(.reversalAsked, context())
    #expect(again.payment.status == .reversing)
    #expect(again.payment.reversal == nil)
    #expect(again.jobs == [.start(again.payment.reversalJob)])
  }

  @Test("an authorized payment is not taken for reversed, nor for standing, where nobody knows")
  func refusedAfterSilence() {
    let next = after(
      .sent(.authorized(Self.ok)), .reversalAsked, .reversalSent(.unsettled(Self.broken)),
      .reversalSent(.unknown(Self.no)))
    #expect(next.payment.status == .reversing)
    #expect(next.payment.unresolvedSince == noon)
    #expect(next.jobs.count == 1)
  }

  @Test("zeros in front say nothing")
  func digits() {
    #expect(CounterPaymentRequest.plainDigits("0017") == "17")
    #expect(CounterPaymentRequest.plainDigits("000") == "0")
    #expect(CounterPaymentRequest.plainDigits("170") == "170")
  }
}

/// The same bytes always.
private struct Bytes: Entropy {
  var value: UInt8
  func bytes(_ count: Int) -> [UInt8] { Array(repeating: value, count: count) }
}
