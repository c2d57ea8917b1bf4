import JSONText
import Payins
import TestSupport
import Testing

/// What contradicts the books is told, and no evidence is dropped in silence.
@Suite("contradictions")
struct ContradictionTests {
  private let dice = Dice(seed: 11)
  private let clabe = Instructions.spei(SPEIInstructions(clabe: "646180109400135624"))

  private func context(_ now: Instant) -> Context { Context(now: now, entropy: dice) }

  private func open(_ accounts: [String] = ["a"], repeats: Bool = true) -> Payin {
    Walk.open(
      dice, accounts: accounts, retry: RetryOutcome.allCases, expiresIn: 3600, repeats: repeats
    ).payin
  }

  private func deposit(_ amount: Int64, _ identity: String = "d1") -> Deposit {
    Deposit(identity: identity, amount: amount, receivedAt: nil, providerReference: nil)
  }

  private func paid(_ amount: Int64, _ identity: String = "d1") -> StatusReport {
    StatusReport(status: .paid, deposits: [deposit(amount, identity)])
  }

  private func apply(
    _ payin: inout Payin, _ input: PayinInput, afterSeconds seconds: Int64 = 60
  ) -> Transition {
    let next = payin.apply(input, context(payin.updatedAt.adding(seconds: seconds)))
    payin = next.payin
    return next
  }

  private func pending(repeats: Bool = true) -> Payin {
    var payin = open(repeats: repeats)
    let id = payin.attempts[0].id
    _ = apply(
      &payin, .sent(id, .accepted(Acceptance(providerOrderID: "o", instructions: clabe))))
    return payin
  }

  @Test(
    "money that its provider no longer shows is told once, and the receipt stands",
    arguments: [.pending, .cancelled, .failed, .unrecognised("refunded")] as [ReportedStatus])
  func takenBack(_ status: ReportedStatus) {
    for repeats in [true, false] {
      var payin = pending(repeats: repeats)
      let id = payin.attempts[0].id
      _ = apply(&payin, .queried(id, .found(paid(15_000))))
      let told = apply(&payin, .queried(id, .found(StatusReport(status: status))))
      #expect(told.alerts.contains(.takenBack))
      #expect(told.events.filter(\.isAnnounced).map(\.type) == ["payin.disputed_receipt"])
      #expect(payin.status == .succeeded && payin.amountReceived == 15_000)
      // While it lasts it is asked about, and told no more.
      #expect(payin.attempts[0].nextCheckAt != nil)
      let again = apply(&payin, .queried(id, .found(StatusReport(status: status))))
      #expect(!again.alerts.contains(.takenBack) && !again.events.contains(where: \.isAnnounced))
      _ = apply(&payin, .queried(id, .found(paid(15_000))))
      #expect(payin.attempts[0].discrepancies.isEmpty && payin.receipts.count == 1)
    }
  }

  @Test(
    "a word against a paid order is asked about until that is answered",
    arguments: [
      .undetermined(Refusal(code: "x", message: "y")),
      .unauthorized(Refusal(code: "x", message: "y")),
      .mismatch(Refusal(code: "x", message: "y")),
    ] as [QueryOutcome])
  func unanswered(_ outcome: QueryOutcome) {
    var payin = pending(repeats: false)
    let id = payin.attempts[0].id
    _ = apply(&payin, .queried(id, .found(paid(15_000))))
    #expect(payin.attempts[0].nextCheckAt == nil)
    _ = apply(&payin, .reported(id, StatusReport(status: .cancelled), .unsignedCallback))
    for _ in 0..<20 {
      _ = apply(&payin, .queried(id, outcome), afterSeconds: 3600)
      #expect(payin.attempts[0].nextCheckAt != nil)
    }
    _ = apply(&payin, .queried(id, .found(paid(15_000))))
    #expect(payin.attempts[0].nextCheckAt == nil)
  }

  @Test("a paid order that its provider does not know is shown at once, and told the third time")
  func paidAndAbsent() {
    var payin = pending()
    let id = payin.attempts[0].id
    _ = apply(&payin, .queried(id, .found(paid(15_000))))
    var announced: [Bool] = []
    for _ in 0..<4 {
      let next = apply(&payin, .queried(id, .absent))
      announced.append(next.events.contains { $0.type == "payin.disputed_receipt" })
      #expect(payin.attempts[0].discrepancies.map(\.alert) == [.takenBack])
    }
    #expect(announced == [false, false, true, false])
    #expect(payin.status == .succeeded)
  }

  @Test("a signed word against a receipt is shown and asked about: it may merely be late")
  func signedContradiction() {
    var payin = pending()
    let id = payin.attempts[0].id
    _ = apply(&payin, .reported(id, paid(15_000), .fullySignedCallback))
    let late = apply(
      &payin, .reported(id, StatusReport(status: .pending), .fullySignedCallback))
    #expect(payin.status == .succeeded && !late.events.contains(where: \.isAnnounced))
    #expect(payin.attempts[0].discrepancies.map(\.alert) == [.takenBack])
    #expect(payin.attempts[0].nextCheckAt == payin.updatedAt)
    // Of another payment than the recorded one it says nothing.
    var further = StatusReport(status: .pending, deposits: [deposit(5_000, "d2")])
    further.coveredIdentities = ["d2"]
    _ = apply(&payin, .queried(id, .found(paid(15_000))))
    _ = apply(&payin, .reported(id, further, .fullySignedCallback))
    #expect(payin.amountReceived == 20_000 && payin.attempts[0].discrepancies.isEmpty)
  }

  @Test("a signed report of another amount than the order's is a hint and no money")
  func otherAmount() {
    var payin = pending()
    let id = payin.attempts[0].id
    for amount in [950_000, 15_001, 14_999] as [Int64] {
      var report = paid(amount)
      report.orderAmount = amount
      _ = apply(&payin, .reported(id, report, .fullySignedCallback))
      #expect(payin.receipts.isEmpty && payin.status == .pending)
      #expect(payin.attempts[0].discrepancies.map(\.alert) == [.mismatch])
      #expect(payin.attempts[0].nextCheckAt == payin.updatedAt)
    }
    var report = paid(15_000)
    report.orderAmount = 15_000
    _ = apply(&payin, .reported(id, report, .fullySignedCallback))
    #expect(payin.status == .succeeded)
  }

  @Test("a callback that is faster than the create's answer leaves its attempt the one shown")
  func callbackFirst() {
    var payin = open()
    let id = payin.attempts[0].id
    _ = apply(&payin, .reported(id, paid(15_000), .fullySignedCallback))
    #expect(payin.status == .succeeded && payin.active == nil)
    _ = apply(
      &payin, .sent(id, .accepted(Acceptance(providerOrderID: "o", instructions: clabe))))
    #expect(payin.active == id && payin.instructions == clabe)
    #expect(payin.attempts[0].state == .paid && payin.status == .succeeded)
  }

  @Test("whatever a create is answered after its money came, its order is watched")
  func paidAndRefused() {
    let refusal = Refusal(code: "x", message: "y")
    for outcome in [
      CreateOutcome.declined(refusal), .refused(refusal, word: "W"), .unauthorized(refusal),
      .neverSent(refusal), .inDoubt(refusal), .questioned(refusal),
    ] {
      var payin = open(["a", "b"])
      let id = payin.attempts[0].id
      _ = apply(&payin, .reported(id, paid(5_000), .fullySignedCallback))
      #expect(payin.status == .partiallyPaid)
      _ = apply(&payin, .sent(id, outcome))
      #expect(payin.attempts[0].state == .orphaned && payin.attempts.count == 1)
      #expect(payin.nextCheckAt != nil)
      // Its time over, the provider's word ends it.
      _ = apply(&payin, .queried(id, .found(paid(5_000))), afterSeconds: 7200)
      #expect(payin.status == .expired)
    }
  }

  @Test("an open pay-in that is paid short is asked about, and ends when its time is over")
  func paidShort() {
    for repeats in [true, false] {
      var payin = pending(repeats: repeats)
      let id = payin.attempts[0].id
      _ = apply(&payin, .reported(id, paid(14_999), .fullySignedCallback))
      #expect(payin.status == .partiallyPaid && payin.nextCheckAt != nil)
      _ = apply(&payin, .queried(id, .found(paid(14_999))))
      #expect(payin.status == .partiallyPaid && payin.nextCheckAt != nil)
      _ = apply(&payin, .queried(id, .found(paid(14_999))), afterSeconds: 7200)
      #expect(payin.status == .expired)
    }
  }

  @Test("one deposit identity at two accounts is two deposits, and one at one account is one")
  func identities() {
    var payin = open(["a", "b"])
    let first = payin.attempts[0].id
    _ = apply(&payin, .sent(first, .inDoubt(Refusal(code: "x", message: "y"))))
    let second = payin.attempts[1].id
    _ = apply(&payin, .queried(first, .found(paid(5_000))))
    _ = apply(&payin, .queried(second, .found(paid(5_000))))
    _ = apply(&payin, .queried(second, .found(paid(5_000))))
    #expect(payin.receipts.count == 2 && payin.amountReceived == 10_000)
  }

  @Test("sums never wrap: what is beyond belief is flagged and not counted")
  func sums() {
    var payin = pending()
    let id = payin.attempts[0].id
    let most: Int64 = 10_000_000_000_000
    for amount in [Int64.max, most + 1] {
      _ = apply(&payin, .queried(id, .found(paid(amount, "d\(amount)"))))
      #expect(
        payin.receipts.isEmpty
          && payin.attempts[0].discrepancies.contains {
            $0.alert == .mismatch
          })
    }
    _ = apply(&payin, .queried(id, .found(paid(most))))
    #expect(payin.amountReceived == most)
    // Told again, it is the one that is recorded.
    _ = apply(&payin, .queried(id, .found(paid(most))))
    #expect(payin.amountReceived == most && payin.attempts[0].discrepancies.isEmpty)
    _ = apply(
      &payin,
      .queried(
        id, .found(StatusReport(status: .paid, deposits: [deposit(most), deposit(1, "d2")]))))
    #expect(payin.amountReceived == most)
  }

  @Test("an instrument that is used in the last days of its life lives on")
  func renewal() {
    let day: Int64 = 86_400
    var candidate = Walk.candidate("a")
    candidate.instrumentSeconds = 180 * day
    candidate.renewalSeconds = 60 * day
    var payin = Payin.open(
      PayinRequest(merchantReference: "r", amount: 15_000, method: .spei, description: "d"),
      id: .make(at: Walk.noon, entropy: dice), merchant: "shop", token: "t", idempotencyKey: "k",
      routing: RoutingRecord(
        rulesVersion: "v", rule: "r", candidates: [candidate], retry: [], explanation: [:]),
      context(Walk.noon)
    ).payin
    let attempt = payin.attempts[0]
    let first = attempt.createdAt.adding(seconds: 180 * day)
    func use(_ days: Int64, _ identity: String) {
      let at = attempt.createdAt.adding(seconds: days * day)
      let report = StatusReport(
        status: .paid,
        deposits: [
          Deposit(identity: identity, amount: 100, receivedAt: at, providerReference: nil)
        ], coveredIdentities: [identity])
      payin = payin.apply(.queried(attempt.id, .found(report)), context(at)).payin
    }
    use(100, "early")
    #expect(payin.instrumentDiesAt(attempt) == first)
    use(121, "late")
    #expect(payin.instrumentDiesAt(attempt) == first.adding(seconds: 180 * day))
    #expect(payin.reread == payin)
  }
}
