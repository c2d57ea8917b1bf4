import JSONText
import Payins
import TestSupport

/// A pay-in driven by inputs drawn at random, sensible or not.
struct Walk {
  static let noon = Instant(milliseconds: 1_780_000_000_000)

  let dice: Dice
  private(set) var payin: Payin
  private(set) var now = noon
  /// When the job that ends a pay-in without instructions is due.
  private var endOfDoubt: Instant?
  /// Deposits that the walk's provider has reported so far, by identity.
  private var deposits: [Deposit] = []

  static func candidate(_ account: String, repeats: Bool = true) -> Candidate {
    Candidate(
      target: Target(account: account, method: .spei), provider: account,
      capability: Capability(
        amounts: 100...10_000_000, expirySeconds: 60...86_400, orderNumberPrefix: "P",
        instrumentSeconds: 15_552_000, showsRepeatedPayments: repeats))
  }

  static func open(
    _ dice: Dice, accounts: [String], retry: [RetryOutcome], expiresIn: Int64? = nil,
    repeats: Bool = true
  ) -> PayinTransition {
    open(
      dice, candidates: accounts.map { candidate($0, repeats: repeats) }, retry: retry,
      expiresIn: expiresIn)
  }

  static func open(
    _ dice: Dice, candidates: [Candidate], retry: [RetryOutcome], expiresIn: Int64? = nil
  ) -> PayinTransition {
    Payin.open(
      PayinRequest(
        merchantReference: "order-1", amount: 15_000, method: .spei, description: "Two tickets",
        payer: Payer(name: "Ana"), expiresIn: expiresIn,
        metadata: [Metadatum(key: "a", value: "b")]),
      id: .make(at: noon, entropy: dice), merchant: "shop", token: "token", idempotencyKey: "key",
      routing: RoutingRecord(
        rulesVersion: "v", rule: "r", candidates: candidates, retry: retry,
        explanation: ["order": ["a"]]),
      Context(now: noon, entropy: dice))
  }

  init(seed: UInt64) {
    let dice = Dice(seed: seed)
    let accounts = dice.pick([["a"], ["a", "b"], ["a", "b", "c"], ["a", "a", "b"]])
    let retry = RetryOutcome.allCases.filter { _ in dice.chance(600) }
    self.dice = dice
    payin =
      Self.open(dice, accounts: accounts, retry: retry, expiresIn: dice.chance(500) ? 3600 : nil)
      .payin
  }

  /// Applies one input; gives it with what came of it.
  mutating func step() -> (input: PayinInput, before: Payin, after: PayinTransition) {
    now = now.adding(milliseconds: Int64(dice.below(dice.chance(100) ? 200_000_000 : 100_000)))
    let isOver = endOfDoubt.map { now >= $0 } ?? false
    if isOver { endOfDoubt = nil }
    let input = isOver ? .deadline : input()
    let before = payin
    let after = before.apply(input, Context(now: now, entropy: dice))
    payin = after.payin
    for case .plan(let key, let due) in after.jobs where key.kind == .endDoubt { endOfDoubt = due }
    return (input, before, after)
  }

  private mutating func input() -> PayinInput {
    let stranger = AttemptID.make(at: now, entropy: dice)
    let id = dice.chance(30) ? stranger : dice.pick(payin.attempts.map(\.id))
    let refusal = Refusal(code: "x", message: "y")
    switch dice.below(20) {
    case 0...4:
      return .sent(
        id,
        dice.pick([
          .accepted(Acceptance(providerOrderID: "o\(dice.below(3))", instructions: instructions())),
          .accepted(Acceptance(providerOrderID: nil, instructions: nil)), .declined(refusal),
          .refused(refusal, word: "W"), .questioned(refusal), .unauthorized(refusal),
          .neverSent(refusal), .inDoubt(refusal),
        ]))
    case 5: return .interrupted(id)
    case 6: return .listed(id, .found(report()))
    case 7...12:
      return .queried(
        id,
        dice.pick([
          .found(report()), .found(report()), .absent, .undetermined(refusal),
          .refused(refusal, word: "W"), .unauthorized(refusal), .mismatch(refusal),
        ]), answer: dice.chance(300) ? RawAnswer(status: 200, body: [0x3C, 0xFF]) : nil)
    case 13...18: return .reported(id, report(), dice.pick(EvidenceGrade.allCases))
    default: return dice.chance(500) ? .cancelled : .payerErased
    }
  }

  private func instructions() -> Instructions {
    .spei(SPEIInstructions(clabe: "6461801094001356\(10 + dice.below(90))"))
  }

  private mutating func report() -> StatusReport {
    if dice.chance(250) {
      deposits.append(
        Deposit(
          identity: "d\(dice.below(6))",
          amount: Int64(dice.pick([0, 1, 7_500, 14_999, 15_000, 15_001])),
          receivedAt: dice.chance(500) ? now : nil, providerReference: nil))
    }
    return StatusReport(
      status: dice.pick([
        .pending, .paid, .failed, .expired, .cancelled, .unrecognised("NEW"),
      ]), deposits: dice.chance(100) ? [] : deposits.filter { _ in dice.chance(800) },
      providerOrderID: dice.chance(500) ? "o1" : nil,
      instructions: dice.chance(300) ? instructions() : nil, note: dice.chance(50) ? "n" : nil,
      orderAmount: dice.chance(300) ? dice.pick([14_999, 15_000, 15_001]) : nil)
  }
}
