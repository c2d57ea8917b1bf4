import JSONText
import Payins
import TestSupport
import Testing

/// What contradicts the books is told, and no evidence is dropped in silence.
@Suite("contradictions")
struct ContradictionTests {
  private let accepted = CreateOutcome.accepted(Life.accepted("o"))

  private func open(_ accounts: [String] = ["a"], repeats: Bool = true) -> Life {
    Life(accounts: accounts, retry: RetryOutcome.allCases, repeats: repeats)
  }

  private func pending(repeats: Bool = true) -> Life {
    var life = open(repeats: repeats)
    _ = hear(&life, .sent(life.attempt(), accepted))
    return life
  }

  private func deposit(_ amount: Int64, _ identity: String = "d1") -> Deposit {
    Deposit(identity: identity, amount: amount, receivedAt: nil, providerReference: nil)
  }

  private func paid(_ amount: Int64, _ identity: String = "d1") -> StatusReport {
    StatusReport(status: .paid, deposits: [deposit(amount, identity)])
  }

  private func hear(
    _ life: inout Life, _ input: PayinInput, afterSeconds seconds: Int64 = 60
  ) -> PayinTransition {
    life.hears(input, afterMilliseconds: seconds * 1000)
  }

  @Test(
    "money that its provider no longer shows is told once, and the receipt stands",
    arguments: [.pending, .cancelled, .failed, .unrecognised("refunded")] as [ReportedStatus])
  func takenBack(_ status: ReportedStatus) {
    for repeats in [true, false] {
      var life = pending(repeats: repeats)
      let id = life.payin.attempts[0].id
      _ = hear(&life, .queried(id, .found(paid(15_000))))
      let told = hear(&life, .queried(id, .found(StatusReport(status: status))))
      #expect(told.alerts.contains(.takenBack))
      #expect(told.events.filter(\.isPublished).map(\.type) == ["payin.disputed_receipt"])
      #expect(life.payin.status == .succeeded && life.payin.amountReceived == 15_000)
      // While it lasts it is asked about, and told no more.
      #expect(life.payin.attempts[0].nextCheckAt != nil)
      let again = hear(&life, .queried(id, .found(StatusReport(status: status))))
      #expect(!again.alerts.contains(.takenBack) && !again.events.contains(where: \.isPublished))
      _ = hear(&life, .queried(id, .found(paid(15_000))))
      #expect(life.payin.attempts[0].discrepancies.isEmpty && life.payin.receipts.count == 1)
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
    var life = pending(repeats: false)
    let id = life.payin.attempts[0].id
    _ = hear(&life, .queried(id, .found(paid(15_000))))
    #expect(life.payin.attempts[0].nextCheckAt == nil)
    _ = hear(&life, .reported(id, StatusReport(status: .cancelled), .unsignedCallback))
    for _ in 0..<20 {
      _ = hear(&life, .queried(id, outcome), afterSeconds: 3600)
      #expect(life.payin.attempts[0].nextCheckAt != nil)
    }
    _ = hear(&life, .queried(id, .found(paid(15_000))))
    #expect(life.payin.attempts[0].nextCheckAt == nil)
  }

  @Test("a paid order that its provider does not know is shown at once, and told the third time")
  func paidAndAbsent() {
    var life = pending()
    let id = life.payin.attempts[0].id
    _ = hear(&life, .queried(id, .found(paid(15_000))))
    var published: [Bool] = []
    for _ in 0..<4 {
      let next = hear(&life, .queried(id, .absent))
      published.append(next.events.contains { $0.type == "payin.disputed_receipt" })
      #expect(life.payin.attempts[0].discrepancies.map(\.alert) == [.takenBack])
    }
    #expect(published == [false, false, true, false])
    #expect(life.payin.status == .succeeded)
  }

  @Test("a signed word against a receipt is shown and asked about: it may merely be late")
  func signedContradiction() {
    var life = pending()
    let id = life.payin.attempts[0].id
    _ = hear(&life, .reported(id, paid(15_000), .fullySignedCallback))
    let late = hear(
      &life, .reported(id, StatusReport(status: .pending), .fullySignedCallback))
    #expect(life.payin.status == .succeeded && !late.events.contains(where: \.isPublished))
    #expect(life.payin.attempts[0].discrepancies.map(\.alert) == [.takenBack])
    #expect(life.payin.attempts[0].nextCheckAt == life.payin.updatedAt)
    // Of another payment than the recorded one it says nothing.
    var further = StatusReport(status: .pending, deposits: [deposit(5_000, "d2")])
    further.coveredIdentities = ["d2"]
    _ = hear(&life, .queried(id, .found(paid(15_000))))
    _ = hear(&life, .reported(id, further, .fullySignedCallback))
    #expect(life.payin.amountReceived == 20_000 && life.payin.attempts[0].discrepancies.isEmpty)
  }

  @Test("a signed report of another amount than the order's is a hint and no money")
  func otherAmount() {
    var life = pending()
    let id = life.payin.attempts[0].id
    for amount in [950_000, 15_001, 14_999] as [Int64] {
      var report = paid(amount)
      report.orderAmount = amount
      _ = hear(&life, .reported(id, report, .fullySignedCallback))
      #expect(life.payin.receipts.isEmpty && life.payin.status == .pending)
      #expect(life.payin.attempts[0].discrepancies.map(\.alert) == [.mismatch])
      #expect(life.payin.attempts[0].nextCheckAt == life.payin.updatedAt)
    }
    var report = paid(15_000)
    report.orderAmount = 15_000
    _ = hear(&life, .reported(id, report, .fullySignedCallback))
    #expect(life.payin.status == .succeeded)
  }

  @Test("a callback that is faster than the create's answer leaves its attempt the one shown")
  func callbackFirst() {
    var life = open()
    let id = life.payin.attempts[0].id
    _ = hear(&life, .reported(id, paid(15_000), .fullySignedCallback))
    #expect(life.payin.status == .succeeded && life.payin.active == nil)
    _ = hear(
      &life, .sent(id, accepted))
    #expect(life.payin.active == id && life.payin.instructions == Life.clabe)
    #expect(life.payin.attempts[0].state == .paid && life.payin.status == .succeeded)
  }

  @Test("whatever a create is answered after its money came, its order is watched")
  func paidAndRefused() {
    let refusal = Refusal(code: "x", message: "y")
    for outcome in [
      CreateOutcome.declined(refusal), .refused(refusal, word: "W"), .unauthorized(refusal),
      .neverSent(refusal), .inDoubt(refusal), .questioned(refusal),
    ] {
      var life = open(["a", "b"])
      let id = life.payin.attempts[0].id
      _ = hear(&life, .reported(id, paid(5_000), .fullySignedCallback))
      #expect(life.payin.status == .partiallyPaid)
      _ = hear(&life, .sent(id, outcome))
      #expect(life.payin.attempts[0].state == .orphaned && life.payin.attempts.count == 1)
      #expect(life.payin.nextCheckAt != nil)
      // Its time over, the provider's word ends it.
      _ = hear(&life, .queried(id, .found(paid(5_000))), afterSeconds: 7200)
      #expect(life.payin.status == .expired)
    }
  }

  @Test("an open pay-in that is paid short is asked about, and ends when its time is over")
  func paidShort() {
    for repeats in [true, false] {
      var life = pending(repeats: repeats)
      let id = life.payin.attempts[0].id
      _ = hear(&life, .reported(id, paid(14_999), .fullySignedCallback))
      #expect(life.payin.status == .partiallyPaid && life.payin.nextCheckAt != nil)
      _ = hear(&life, .queried(id, .found(paid(14_999))))
      #expect(life.payin.status == .partiallyPaid && life.payin.nextCheckAt != nil)
      _ = hear(&life, .queried(id, .found(paid(14_999))), afterSeconds: 7200)
      #expect(life.payin.status == .expired)
    }
  }

  @Test("one deposit identity at two accounts is two deposits, and one at one account is one")
  func identities() {
    var life = open(["a", "b"])
    let first = life.payin.attempts[0].id
    _ = hear(&life, .sent(first, .inDoubt(Refusal(code: "x", message: "y"))))
    let second = life.payin.attempts[1].id
    _ = hear(&life, .queried(first, .found(paid(5_000))))
    _ = hear(&life, .queried(second, .found(paid(5_000))))
    _ = hear(&life, .queried(second, .found(paid(5_000))))
    #expect(life.payin.receipts.count == 2 && life.payin.amountReceived == 10_000)
  }

  @Test("sums never wrap: what is beyond belief is flagged and not counted")
  func sums() {
    var life = pending()
    let id = life.payin.attempts[0].id
    let most: Int64 = 10_000_000_000_000
    for amount in [Int64.max, most + 1] {
      _ = hear(&life, .queried(id, .found(paid(amount, "d\(amount)"))))
      #expect(
        life.payin.receipts.isEmpty
          && life.payin.attempts[0].discrepancies.contains {
            $0.alert == .mismatch
          })
    }
    _ = hear(&life, .queried(id, .found(paid(most))))
    #expect(life.payin.amountReceived == most)
    // Told again, it is the one that is recorded.
    _ = hear(&life, .queried(id, .found(paid(most))))
    #expect(life.payin.amountReceived == most && life.payin.attempts[0].discrepancies.isEmpty)
    _ = hear(
      &life,
      .queried(
        id, .found(StatusReport(status: .paid, deposits: [deposit(most), deposit(1, "d2")]))))
    #expect(life.payin.amountReceived == most)
  }

  @Test("an instrument that is used in the last days of its life lives on")
  func renewal() {
    let day: Int64 = 86_400
    let dice = Dice(seed: 11)
    func context(_ now: Instant) -> Context { Context(now: now, entropy: dice) }
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
