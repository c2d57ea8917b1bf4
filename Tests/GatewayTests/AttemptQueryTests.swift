import HTTPCalling
import MemoryStorage
import Payins
import Storage
import Testing

@testable import Gateway

private let refusal = Refusal(code: "x", message: "y")

/// What a provider's word on an order leads to, by what is believed of the order.
@Suite("an attempt that is asked about")
struct AttemptQueryTests {
  struct Row: CustomTestStringConvertible {
    var testDescription: String
    /// Of the attempts before; the first is asked about.
    var before: [CreateOutcome]
    var answer: QueryOutcome
    var attempts: [AttemptState]
    var status: PayinStatus
    var plan: [String]
    var alerts: [Alert]

    init(
      _ words: String, _ before: [CreateOutcome], _ answer: QueryOutcome,
      _ attempts: [AttemptState], _ status: PayinStatus, _ plan: [String], alerts: [Alert] = []
    ) {
      testDescription = words
      (self.before, self.answer) = (before, answer)
      (self.attempts, self.status, self.plan) = (attempts, status, plan)
      self.alerts = alerts
    }
  }

  private static func found(
    _ status: ReportedStatus, paid: Int64 = 0, isShown: Bool = false
  ) -> QueryOutcome {
    let deposit = Deposit(identity: "d1", amount: paid, receivedAt: nil, providerReference: nil)
    return .found(
      StatusReport(
        status: status, deposits: paid > 0 ? [deposit] : [], providerOrderID: "o1",
        instructions: isShown ? Acceptance.shown("o1").instructions : nil))
  }

  private static let shown: [CreateOutcome] = [.accepted(.shown("o1"))]
  private static let doubted: [CreateOutcome] = [.inDoubt(refusal)]
  private static let questioned: [CreateOutcome] = [.questioned(refusal)]
  /// Refused by the first, and made by the second.
  private static let refused: [CreateOutcome] = [
    .refused(refusal, word: "W"), .accepted(.shown("o2")),
  ]
  private static let declined: [CreateOutcome] = [.declined(refusal), .accepted(.shown("o2"))]
  private static let (askA, askB, askBoth) = (
    ["query_attempt a"], ["query_attempt b"], ["query_attempt a", "query_attempt b"]
  )
  private static let doubt = ["end_doubt", "query_attempt a"]
  private static let both = ["end_doubt", "query_attempt a", "query_attempt b"]

  static let ofShown = [
    Row("shown: unpaid", shown, found(.pending), [.pending], .pending, askA),
    Row("shown: paid", shown, found(.paid, paid: 15_000), [.paid], .succeeded, []),
    Row(
      "shown: paid in part", shown, found(.pending, paid: 5_000), [.pending], .partiallyPaid, askA),
    Row(
      "shown: paid, and no amount is told", shown, found(.paid), [.pending], .pending, askA,
      alerts: [.unknownStatus]),
    Row("shown: failed", shown, found(.failed), [.failed], .failed, askA),
    Row("shown: cancelled", shown, found(.cancelled), [.cancelled], .failed, askA),
    Row("shown: expired", shown, found(.expired), [.expired], .expired, askA),
    Row(
      "shown: a word that nobody knows", shown, found(.unrecognised("W")), [.pending], .pending,
      askA, alerts: [.unknownStatus]),
    Row(
      "shown: absent", shown, .absent, [.pending], .pending, askA, alerts: [.acceptedOrderAbsent]),
    Row("shown: no usable answer", shown, .undetermined(refusal), [.pending], .pending, askA),
    Row(
      "shown: refused in unknown words", shown, .refused(refusal, word: "W"), [.pending], .pending,
      askA),
    Row("shown: unauthorized", shown, .unauthorized(refusal), [.pending], .pending, askA),
    Row(
      "shown: another order's answer", shown, .mismatch(refusal), [.pending], .pending, askA,
      alerts: [.mismatch]),
  ]

  static let ofDoubted = [
    Row(
      "in doubt: found with instructions", doubted, found(.pending, isShown: true), [.pending],
      .pending, doubt),
    Row(
      "in doubt: found without any, so that the next is asked", doubted, found(.pending),
      [.orphaned, .pending], .pending, both),
    Row(
      "in doubt: found dead, so that the next is asked", doubted, found(.failed),
      [.failed, .pending], .pending, both),
    Row(
      "in doubt: found paid", doubted, found(.paid, paid: 15_000), [.paid], .succeeded,
      ["end_doubt"], alerts: []),
    Row("in doubt: absent, once", doubted, .absent, [.inDoubt], .processing, doubt),
    Row(
      "in doubt: no usable answer", doubted, .undetermined(refusal), [.inDoubt], .processing, doubt),
    Row("in doubt: unauthorized", doubted, .unauthorized(refusal), [.inDoubt], .processing, doubt),
    Row(
      "in doubt: another order's answer", doubted, .mismatch(refusal), [.inDoubt], .processing,
      doubt, alerts: [.mismatch]),
    Row(
      "questioned: absent, so that the next is asked", questioned, .absent, [.declined, .pending],
      .pending, ["end_doubt", "query_attempt b"]),
    Row(
      "questioned: found with instructions", questioned, found(.pending, isShown: true),
      [.pending], .pending, doubt),
    Row(
      "questioned: no usable answer", questioned, .undetermined(refusal), [.inDoubt], .processing,
      doubt),
  ]

  static let ofOthers = [
    Row("refused: absent", refused, .absent, [.refused, .pending], .pending, askBoth),
    Row(
      "refused: there after all", refused, found(.pending), [.orphaned, .pending], .pending,
      askBoth, alerts: [.mismatch]),
    Row(
      "refused: paid after all", refused, found(.paid, paid: 15_000), [.orphaned, .pending],
      .succeeded, askBoth, alerts: [.mismatch]),
    Row("declined: absent, as believed", declined, .absent, [.declined, .pending], .pending, askB),
    Row(
      "declined: there after all", declined, found(.pending), [.orphaned, .pending], .pending,
      askBoth, alerts: [.mismatch]),
    Row(
      "declined: no usable answer, so that the question stands", declined, .undetermined(refusal),
      [.declined, .pending], .pending, askBoth),
    Row(
      "an orphan: paid",
      [.accepted(Acceptance(providerOrderID: "o1", instructions: nil))]
        + shown, found(.paid, paid: 15_000), [.paid, .pending], .succeeded, ["query_attempt b"]),
    Row(
      "still being sent: the create call's own answer decides", [], found(.pending, isShown: true),
      [.sending], .processing, ["query_attempt a", "send_attempt a held"]),
  ]

  @Test("comes to", arguments: ofShown + ofDoubted + ofOthers)
  func asked(_ row: Row) async throws {
    let bench = try JobBench()
    bench.script.queries(at: "a", row.answer)
    let payin = try await bench.made(row.before)
    let job = try await bench.held(.queryAttempt, payin.attempts[0].id.text, of: payin)
    try await bench.runner.ask(job, under: JobBench.lease)
    let kept = try #require(try await bench.payin(payin.id))
    #expect(kept.attempts.map(\.state) == row.attempts)
    #expect(kept.status == row.status)
    #expect(bench.plan() == row.plan)
    #expect(kept.attempts[0].discrepancies.map(\.alert) == row.alerts)
    // Who comes next is called by whoever asked.
    let isNext = row.attempts.count > max(row.before.count, 1)
    #expect(bench.called() == ["query a"] + (isNext ? ["create b"] : []))
    #expect(kept.attempts[0].polls == 1)
  }

  // MARK: What is no answer

  @Test(
    "in vain is told at the third time, with what was answered",
    arguments: [
      .undetermined(refusal), .refused(refusal, word: "W"), .unauthorized(refusal),
      .mismatch(refusal), .absent,
    ] as [QueryOutcome])
  func unfit(_ answer: QueryOutcome) async throws {
    let bench = try JobBench()
    bench.script.queries(at: "a", answer)
    bench.caller.answers { _ in
      .answered(HTTPResponse(status: 418, body: Array("<teapot>".utf8)))
    }
    let payin = try await bench.made(Self.shown)
    let isUnfit = answer.verdict != .answered
    for number in 1...3 {
      let job = try await bench.held(.queryAttempt, payin.attempts[0].id.text, of: payin)
      try await bench.runner.ask(job, under: JobBench.lease)
      let attempt = try #require(try await bench.payin(payin.id)?.attempts[0])
      #expect(attempt.unanswered == (isUnfit ? number : 0))
      let told = attempt.discrepancies.first { $0.alert == .unfollowed }
      let kept = RawAnswer(status: 418, body: Array("<teapot>".utf8))
      #expect(told?.answer == (isUnfit && number == 3 ? kept : nil))
    }
  }

  @Test(
    "without room at its account is put off for a second or two",
    arguments: JobBench.Closed.allCases + [nil])
  func putOff(_ how: JobBench.Closed?) async throws {
    let bench = try JobBench(limits: JobBench.limits)
    let payin = try await bench.made(Self.shown)
    let permits = how.map { bench.close("a", $0) }
    // Else the call goes, and the gateway's own end cuts it off.
    bench.caller.answers { _ in .sentNoAnswer(CallFailure(.shutdown, "closed")) }
    let job = try await bench.held(.queryAttempt, payin.attempts[0].id.text, of: payin)
    try await bench.runner.ask(job, under: JobBench.lease)
    withExtendedLifetime(permits) {}
    #expect(bench.called() == (how == nil ? ["query a"] : []))
    #expect(try await bench.payin(payin.id) == payin)
    let put = try #require(bench.store.jobs.first { $0.key == job.key })
    #expect(put.lease == nil)
    #expect((1000...2020).contains(put.due.milliseconds(since: bench.clock.now())))
  }

  @Test("goes on though creates are held up by the breaker")
  func breaker() async throws {
    let bench = try JobBench()
    bench.hears("a", .failed("x"), of: .create, Breaker.failuresToOpen)
    let payin = try await bench.made(Self.shown)
    let job = try await bench.held(.queryAttempt, payin.attempts[0].id.text, of: payin)
    try await bench.runner.ask(job, under: JobBench.lease)
    #expect(bench.called() == ["query a"])
    // Whom it would be sent to next is passed over.
    let sent = try await bench.opened("second")
    let key = JobKey(kind: .sendAttempt, subject: sent.attempts[0].id.text)
    _ = try await bench.runner.send(
      Committer.Applied(state: sent, started: key), under: JobBench.lease)
    #expect(bench.called() == ["create b"])
  }

  @Test("and found paid is money that no callback told of", arguments: [0, 15_000] as [Int64])
  func silent(amount: Int64) async throws {
    let bench = try JobBench()
    bench.script.queries(at: "a", Self.found(amount > 0 ? .paid : .pending, paid: amount))
    let payin = try await bench.made(Self.shown, showsRepeatedPayments: true)
    for _ in 0..<2 {
      let job = try await bench.held(.queryAttempt, payin.attempts[0].id.text, of: payin)
      try await bench.runner.ask(job, under: JobBench.lease)
    }
    let monitor = try #require(bench.calls.monitors["a"])
    #expect(
      monitor.snapshot(at: bench.clock.steady()).silentPayments == (amount > 0 ? 1 : 0))
  }

  // MARK: The end of a doubt

  @Test(
    "in doubt ends with the payer's time, not before, and not where it is settled",
    arguments: [
      (doubted, -1, .processing, nil), (doubted, 0, .failed, "provider_unresolved"),
      (shown, 0, .pending, nil), ([.declined(refusal), .declined(refusal)], 0, .failed, "x"),
    ] as [([CreateOutcome], Int64, PayinStatus, String?)])
  func deadline(
    _ before: [CreateOutcome], _ seconds: Int64, _ status: PayinStatus, _ code: String?
  ) async throws {
    let bench = try JobBench()
    let payin = try await bench.made(before)
    bench.clock.advance(
      milliseconds: payin.expiresAt.milliseconds(since: bench.clock.now()) + seconds * 1000)
    let job = try await bench.held(.endDoubt, payin.id.text, of: payin)
    try await bench.runner.endDoubt(job, under: JobBench.lease)
    let kept = try #require(try await bench.payin(payin.id))
    #expect(kept.status == status && kept.failure?.code == code)
    let left = bench.store.jobs.first { $0.key == job.key }
    #expect(left?.due == (status == .processing ? payin.expiresAt : nil) && left?.lease == nil)
    #expect(bench.called().isEmpty)
  }
}
