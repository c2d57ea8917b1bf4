import Payins
import TestSupport
import Testing

/// What a provider says that nobody expected: it ends, and it is told.
@Suite("doubt ends, and speaks")
struct EndOfDoubtTests {
  private static let refusal = Refusal(code: "x", message: "y")

  /// A pay-in whose calls are answered by hand.
  private struct Bench {
    let dice = Dice(seed: 7)
    var now = Walk.noon
    var payin: Payin
    var last: PayinTransition

    init(_ accounts: [String], retry: [RetryOutcome] = RetryOutcome.standard) {
      last = Walk.open(dice, accounts: accounts, retry: retry, expiresIn: 3600)
      payin = last.payin
    }

    func attempt(_ index: Int) -> Attempt { payin.attempts[index] }

    mutating func put(_ input: PayinInput, afterSeconds seconds: Int64 = 1) {
      now = now.adding(seconds: seconds)
      last = payin.apply(input, Context(now: now, entropy: dice))
      payin = last.payin
    }

    mutating func sent(_ index: Int, _ outcome: CreateOutcome) {
      put(.sent(attempt(index).id, outcome))
    }

    mutating func queried(
      _ index: Int, _ outcome: QueryOutcome, answer: RawAnswer? = nil,
      afterSeconds seconds: Int64 = 30
    ) {
      put(.queried(attempt(index).id, outcome, answer: answer), afterSeconds: seconds)
    }
  }

  private static let accepted = CreateOutcome.accepted(
    Acceptance(
      providerOrderID: "o1", instructions: .spei(SPEIInstructions(clabe: "646180109400135624"))))

  private static func paid(_ amount: Int64, _ identity: String = "d1") -> QueryOutcome {
    .found(
      StatusReport(
        status: .paid,
        deposits: [
          Deposit(identity: identity, amount: amount, receivedAt: nil, providerReference: nil)
        ]))
  }

  @Test("a refusal in unknown words moves on at once, and its order stays watched")
  func refused() {
    var bench = Bench(["a", "b"])
    bench.sent(0, .refused(Self.refusal, word: "Channel_closed"))
    #expect(bench.attempt(0).state == .refused)
    #expect(bench.attempt(0).nextCheckAt != nil)
    #expect(bench.last.alerts == [.unclassedRefusal])
    let started = bench.last.jobs.contains { if case .start = $0 { true } else { false } }
    #expect(started && bench.payin.attempts.count == 2)
    bench.sent(1, Self.accepted)
    #expect(bench.payin.status == .pending)
    // Its money, should there be any, is recorded.
    bench.queried(0, Self.paid(15_000), afterSeconds: 7200)
    #expect(bench.payin.status == .succeeded && bench.payin.receipts.count == 1)
    #expect(bench.attempt(0).discrepancies.map(\.alert) == [.mismatch])
  }

  @Test("unknown words of the last candidate fail the pay-in with them")
  func refusedLast() {
    var bench = Bench(["a"])
    bench.sent(0, .refused(Self.refusal, word: "Channel_closed"))
    #expect(bench.payin.status == .failed && bench.payin.failure == Self.refusal)
    // Heard often enough, it is asked about as seldom as any other order that is over.
    for _ in 0..<3 { bench.queried(0, .absent) }
    #expect(bench.attempt(0).state == .refused)
    let wait = bench.attempt(0).nextCheckAt.map { $0.milliseconds(since: bench.now) / 1000 } ?? 0
    #expect(wait >= 3600)
  }

  @Test("where the rule does not go on after a decline, unknown words end it as well")
  func refusedWithoutRetry() {
    var bench = Bench(["a", "b"], retry: [.neverSent])
    bench.sent(0, .refused(Self.refusal, word: "W"))
    #expect(bench.payin.status == .failed && bench.payin.attempts.count == 1)
  }

  @Test("credentials that are refused are an alert, and the next candidate is tried")
  func unauthorized() {
    var bench = Bench(["a", "b"])
    bench.sent(0, .unauthorized(Self.refusal))
    #expect(bench.attempt(0).state == .declined && bench.attempt(0).nextCheckAt == nil)
    #expect(bench.last.alerts == [.unauthorized])
    #expect(bench.payin.attempts.count == 2)
  }

  @Test("a questionable decline is looked at once, at once, before another provider is asked")
  func questioned() {
    for retry in [RetryOutcome.standard, RetryOutcome.allCases] {
      var bench = Bench(["a", "b"], retry: retry)
      bench.sent(0, .questioned(Self.refusal))
      #expect(bench.payin.attempts.count == 1 && bench.attempt(0).state == .inDoubt)
      #expect(bench.attempt(0).nextCheckAt == bench.now)
      // No answer is no proof.
      bench.queried(0, .undetermined(Self.refusal))
      #expect(bench.payin.attempts.count == 1 && bench.attempt(0).state == .inDoubt)
      bench.queried(0, .absent)
      #expect(bench.attempt(0).state == .declined && bench.payin.attempts.count == 2)
    }
    var bench = Bench(["a", "b"])
    bench.sent(0, .questioned(Self.refusal))
    bench.queried(
      0,
      .found(
        StatusReport(
          status: .pending,
          instructions: .spei(SPEIInstructions(clabe: "646180109400135624")))))
    #expect(bench.payin.status == .pending && bench.payin.attempts.count == 1)
  }

  @Test("a pay-in in doubt ends when its time is over, and money that comes all the same is late")
  func endOfDoubt() {
    var bench = Bench(["a"])
    bench.sent(0, .inDoubt(Self.refusal))
    #expect(bench.last.jobs.contains(.endDoubt(bench.payin, due: bench.payin.expiresAt)))
    bench.put(.deadline)
    #expect(bench.payin.status == .processing)
    #expect(bench.last.jobs.contains(.endDoubt(bench.payin, due: bench.payin.expiresAt)))
    bench.put(.deadline, afterSeconds: 3600)
    #expect(bench.payin.status == .failed)
    #expect(bench.payin.failure?.code == "provider_unresolved")
    #expect(bench.last.events.map(\.type) == ["payin.failed"])
    #expect(bench.attempt(0).state == .inDoubt && bench.attempt(0).nextCheckAt != nil)
    #expect(bench.payin.waitingFor(at: bench.now) == nil)
    bench.queried(0, Self.paid(5_000))
    #expect(bench.payin.status == .failed && bench.payin.late)
    bench.queried(0, Self.paid(10_000, "d2"))
    #expect(bench.payin.status == .succeeded && bench.payin.late)
  }

  @Test("the end of doubt changes nothing of a pay-in that has its instructions")
  func endOfNoDoubt() {
    var bench = Bench(["a"])
    bench.sent(0, Self.accepted)
    bench.put(.deadline, afterSeconds: 7200)
    #expect(bench.payin.status == .pending && bench.last.events.isEmpty)
  }

  @Test("an order that is found after its pay-in was given up is an orphan that is watched")
  func foundAfterEnd() {
    var bench = Bench(["a"])
    bench.sent(0, .inDoubt(Self.refusal))
    bench.put(.deadline, afterSeconds: 3600)
    bench.queried(
      0,
      .found(
        StatusReport(
          status: .pending,
          instructions: .spei(SPEIInstructions(clabe: "646180109400135624")))))
    #expect(bench.payin.status == .failed && bench.payin.instructions == nil)
    #expect(bench.attempt(0).state == .orphaned && bench.attempt(0).nextCheckAt != nil)
  }

  @Test("three queries in a row without a usable answer are told, until one is usable")
  func unfollowed() throws {
    let answer = RawAnswer(status: 200, body: Array("<html>".utf8))
    for outcome in [
      QueryOutcome.undetermined(Self.refusal), .refused(Self.refusal, word: "W"),
      .unauthorized(Self.refusal),
    ] {
      var bench = Bench(["a"])
      bench.sent(0, Self.accepted)
      for _ in 0..<2 { bench.queried(0, outcome, answer: answer) }
      #expect(bench.payin.waitingFor(at: bench.now) == .payer)
      #expect(bench.attempt(0).discrepancies.isEmpty)
      bench.queried(0, outcome, answer: answer)
      #expect(bench.payin.waitingFor(at: bench.now) == .provider)
      #expect(bench.last.alerts.contains(.unfollowed))
      let told = try #require(bench.attempt(0).discrepancies.first)
      #expect(told.alert == .unfollowed && told.answer == answer)
      // Counted once an order, and kept by what is not an answer.
      bench.queried(0, outcome)
      #expect(!bench.last.alerts.contains(.unfollowed))
      #expect(bench.attempt(0).discrepancies.first?.answer == answer)
      bench.queried(0, .found(StatusReport(status: .pending)))
      #expect(bench.attempt(0).discrepancies.isEmpty && bench.attempt(0).unanswered == 0)
      #expect(bench.payin.waitingFor(at: bench.now) == .payer)
    }
  }

  @Test("after the payer's time a pay-in waits for its provider, not for its payer")
  func overdue() {
    var bench = Bench(["a"])
    bench.sent(0, Self.accepted)
    #expect(bench.payin.waitingFor(at: bench.payin.expiresAt.adding(seconds: -1)) == .payer)
    #expect(bench.payin.waitingFor(at: bench.payin.expiresAt) == .provider)
  }

  @Test("a further difference does not hide the one before it, and each goes by itself")
  func severalDiscrepancies() {
    var bench = Bench(["a"])
    bench.sent(0, Self.accepted)
    bench.queried(0, .mismatch(Self.refusal))
    for _ in 0..<3 { bench.queried(0, .undetermined(Self.refusal)) }
    #expect(bench.attempt(0).discrepancies.map(\.alert) == [.mismatch, .unfollowed])
    let since = bench.attempt(0).discrepancies[0].since
    bench.queried(0, .mismatch(Self.refusal))
    #expect(bench.attempt(0).discrepancies.map(\.alert) == [.mismatch])
    #expect(bench.attempt(0).discrepancies[0].since == since)
    bench.queried(0, .found(StatusReport(status: .pending)))
    #expect(bench.attempt(0).discrepancies.isEmpty)
  }

  @Test("no more than 4 KiB of an answer are kept, whatever bytes it has")
  func rawAnswer() {
    let answer = RawAnswer(status: 200, body: [UInt8](repeating: 0xFF, count: 100_000))
    #expect((4094...4098).contains(answer.body.utf8.count))
  }
}
