import CounterPayments
import JSONText
import Payins
import TestSupport
import Testing

@Suite("the store payment's state machine")
struct CounterPaymentMachineTests {
  private static let refusal = Refusal(code: "x", message: "y")
  private static let inputs: [CounterPaymentInput] = [
    .sent(.authorized(CounterPaymentAnswer(code: 0, description: "ok", authorization: "1"))),
    .sent(.declined(CounterPaymentAnswer(code: 12, description: nil))), .sent(.neverSent(refusal)),
    .sent(.inDoubt(refusal)), .interrupted, .reversalAsked,
    .reversalSent(.acknowledged(CounterPaymentAnswer(code: 0, description: nil))),
    .reversalSent(.unknown(CounterPaymentAnswer(code: 12, description: nil))),
    .reversalSent(.unsettled(refusal)),
    .reversalSent(.rejected(CounterPaymentAnswer(code: 30, description: nil))),
  ]

  private static let next: [CounterPaymentStatus: Set<CounterPaymentStatus>] = [
    .sending: [.authorized, .declined, .inDoubt], .authorized: [.reversing], .declined: [],
    .inDoubt: [.reversing, .reversed], .reversing: [.reversed, .authorized], .reversed: [],
  ]

  @Test("never ends both authorized and reversed, and never lets doubt rest")
  func lives() {
    for seed in 0..<5000 as Range<UInt64> {
      let dice = Dice(seed: seed)
      var now = Instant(milliseconds: 1_780_000_000_000)
      var payment = CounterPayment.open(
        CounterPaymentRequest(
          account: "p", reference: "R", amount: 1000, chainTransactionID: "1",
          operationDate: now, group: "1", chain: "1", store: "1", pos: "1", employee: "1"),
        id: .make(at: now, entropy: dice), merchant: "m", idempotencyKey: "k",
        Context(now: now, entropy: dice)
      ).payment
      for _ in 0..<12 {
        now = now.adding(milliseconds: Int64(dice.next() % 100_000))
        let before = payment
        let after = before.apply(dice.pick(Self.inputs), Context(now: now, entropy: dice))
        payment = after.payment
        #expect(
          payment.status == before.status
            || Self.next[before.status]?.contains(payment.status) == true)
        #expect(payment.version == before.version + (after.isIdle ? 0 : 1))
        #expect(payment.eventCount == before.eventCount + after.events.count)
        let isToReverse = payment.status == .inDoubt || payment.status == .reversing
        #expect((isToReverse && !payment.waitsForOperator) == (payment.nextReversalAt != nil))
        #expect(!payment.waitsForOperator || after.jobs.isEmpty)
        let isOpen = isToReverse || payment.status == .sending
        #expect(isOpen == (payment.unresolvedSince != nil))
        if payment.status == .authorized { #expect(payment.answer?.authorization != nil) }
        if after.isWithdrawn { break }
        #expect(before.answer == nil || payment.answer == before.answer)
        #expect(CounterPayment(stored: payment.stored) == payment)
      }
    }
  }

  @Test("a late answer never overrides a reversal")
  func late() {
    let dice = Dice(seed: 1)
    let now = Instant(milliseconds: 1_780_000_000_000)
    let context = Context(now: now, entropy: dice)
    let opened = CounterPayment.open(
      CounterPaymentRequest(
        account: "p", reference: "R", amount: 1000, chainTransactionID: "1", operationDate: now,
        group: "1", chain: "1", store: "1", pos: "1", employee: "1"),
      id: .make(at: now, entropy: dice), merchant: "m", idempotencyKey: "k", context)
    let doubt = opened.payment.apply(.interrupted, context)
    #expect(!doubt.jobs.isEmpty)
    let late = doubt.payment.apply(Self.inputs[0], context)
    #expect(late.payment.status == .inDoubt)
    #expect(late.payment.answer == nil)
    #expect(late.events.map(\.type) == ["store_payment.late_answer"])
    let settled = late.payment.apply(Self.inputs[6], context)
    #expect(settled.payment.status == .reversed)
    #expect(settled.payment.apply(Self.inputs[0], context).payment.status == .reversed)
  }

  @Test("no such payment is believed after three times and a minute: the first call may be late")
  func absence() {
    let dice = Dice(seed: 1)
    let start = Instant(milliseconds: 1_780_000_000_000)
    let opened = CounterPayment.open(
      CounterPaymentRequest(
        account: "p", reference: "R", amount: 1000, chainTransactionID: "1", operationDate: start,
        group: "1", chain: "1", store: "1", pos: "1", employee: "1"),
      id: .make(at: start, entropy: dice), merchant: "m", idempotencyKey: "k",
      Context(now: start, entropy: dice)
    ).payment
    let doubtful = opened.apply(.interrupted, Context(now: start, entropy: dice)).payment
    let lives: [[(Int64, CounterPaymentStatus)]] = [
      [(1, .reversing), (30, .reversing), (59, .reversing), (60, .reversed)],
      [(600, .reversing), (601, .reversing), (602, .reversed)],
    ]
    for life in lives {
      var payment = doubtful
      for (second, status) in life {
        let context = Context(now: start.adding(seconds: second), entropy: dice)
        payment = payment.apply(Self.inputs[7], context).payment
        #expect(payment.status == status, "\(second)")
      }
    }
  }
}
