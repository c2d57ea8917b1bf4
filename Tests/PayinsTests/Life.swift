import JSONText
import Payins
import TestSupport

/// One pay-in of $150.00, and what it hears.
struct Life {
  private(set) var payin: Payin
  private(set) var now = Walk.noon
  /// What the last input did.
  private(set) var last: PayinTransition
  private let dice = Dice(seed: 1)
  /// Whether its accounts' payments are told by callbacks.
  var following = Following()

  init(
    accounts: [String] = ["a"], retry: [RetryOutcome] = RetryOutcome.standard,
    repeats: Bool = true, expiresIn: Int64 = 3600
  ) {
    last = Walk.open(
      dice, accounts: accounts, retry: retry, expiresIn: expiresIn, repeats: repeats)
    payin = last.payin
  }

  /// With its first attempt accepted and shown to the payer.
  static var pending: Life {
    var life = Life()
    life.hears(.sent(life.attempt(), .accepted(accepted("o1"))))
    return life
  }

  static func accepted(_ order: String) -> Acceptance {
    Acceptance(providerOrderID: order, instructions: clabe)
  }

  static let clabe = Instructions.spei(SPEIInstructions(clabe: "646180109400135624"))

  static func paid(_ identity: String, _ amount: Int64) -> StatusReport {
    paid([(identity, amount)])
  }

  static func paid(
    _ first: String, _ amount: Int64, _ second: String, _ further: Int64
  ) -> StatusReport {
    paid([(first, amount), (second, further)])
  }

  private static func paid(_ deposits: [(String, Int64)]) -> StatusReport {
    StatusReport(
      status: .paid,
      deposits: deposits.map {
        Deposit(identity: $0.0, amount: $0.1, receivedAt: nil, providerReference: nil)
      })
  }

  func attempt(_ index: Int = 0) -> AttemptID { payin.attempts[index].id }

  var published: [String] { last.events.filter(\.isPublished).map(\.type) }

  mutating func hears(_ input: PayinInput) {
    last = payin.apply(input, Context(now: now, entropy: dice) { [following] _ in following })
    payin = last.payin
  }

  mutating func answered(_ report: StatusReport, of index: Int = 0) {
    hears(.queried(attempt(index), .found(report)))
  }

  /// Hears it so long after what changed it last.
  mutating func hears(_ input: PayinInput, afterMilliseconds pause: Int64) -> PayinTransition {
    now = payin.silence?.last ?? payin.updatedAt
    passes(milliseconds: pause)
    hears(input)
    return last
  }

  mutating func passes(_ seconds: Int64) { now = now.adding(seconds: seconds) }

  mutating func passes(milliseconds: Int64) { now = now.adding(milliseconds: milliseconds) }
}

extension Payin {
  /// As a store gives it back.
  var reread: Payin? {
    guard let opening = try? JSON(parsing: storedOpening),
      let standing = try? JSON(parsing: storedStanding)
    else { return nil }
    return Payin(opening: opening, standing: standing, payer: storedPayer, answers: storedAnswers)
  }
}
