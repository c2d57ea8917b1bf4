/// What is known of one create call.
public enum CreateOutcome: Equatable, Sendable {
  /// The order exists at the provider.
  case accepted(Acceptance)
  /// A business or validation error; surely no order.
  case declined(Refusal)
  /// A whole answer in the provider's own form that says "not done" and names no order, in words
  /// that nobody has classed: taken for a decline, and watched all the same.
  case refused(Refusal, word: String)
  /// Declined in words that may also mean "this order exists already": one look at the provider's
  /// books decides, before another provider is asked.
  case questioned(Refusal)
  /// The provider refuses us (credentials, signature, address), not the order; surely no order.
  case unauthorized(Refusal)
  /// Surely nothing reached the provider.
  case neverSent(Refusal)
  /// The order may exist: time-out, reset, 5xx, unreadable answer, or an answer that says so.
  case inDoubt(Refusal)

  public var label: String {
    switch self {
    case .accepted: "accepted"
    case .declined: "declined"
    case .refused: "refused"
    case .questioned: "questioned"
    case .unauthorized: "unauthorized"
    case .neverSent: "never_sent"
    case .inDoubt: "in_doubt"
    }
  }
}

extension CreateOutcome {
  /// Why the order was not accepted; nil where it was.
  var refusal: Refusal? {
    switch self {
    case .accepted: nil
    case .declined(let refusal), .refused(let refusal, _), .questioned(let refusal),
      .unauthorized(let refusal), .neverSent(let refusal), .inDoubt(let refusal):
      refusal
    }
  }
}

/// Why something was not done: a stable code in snake_case, and a sentence for people without
/// secrets or the payer's data.
public struct Refusal: Equatable, Sendable, Error {
  public var code: String
  public var message: String

  public init(code: String, message: String) {
    self.code = code
    self.message = message
  }

  /// The provider refuses us (credentials, signature, address), not what was asked of it.
  public static let unauthorizedCode = "provider_unauthorized"

  public var isUnauthorized: Bool { code == Self.unauthorizedCode }

  /// Why a pay-in without instructions ended at its `expiresAt`: nobody knows whether one of its
  /// orders exists.
  public static let unresolved = Refusal(
    code: "provider_unresolved",
    message: "no provider said in time whether it has the order; it stays watched")
}

/// An answer that could not be used, kept for the operator, without cards' numbers.
public struct RawAnswer: Equatable, Sendable {
  /// The most of a body that is kept, in bytes.
  public static let mostBytes = 4096

  /// The HTTP status.
  public var status: Int
  /// What is not UTF-8 is replaced.
  public var body: String

  public init(status: Int, body: [UInt8]) {
    self.status = status
    // What is cut in the middle is no longer to be told from others' digits.
    let start = body.prefix(Self.mostBytes + 64)
    let masked = CardNumbers.masked(String(decoding: start, as: UTF8.self))
    self.body = String(decoding: masked.utf8.prefix(Self.mostBytes), as: UTF8.self)
  }

  init(status: Int, text: String) {
    self.status = status
    body = text
  }
}

public struct Acceptance: Equatable, Sendable {
  public var providerOrderID: String?
  /// Nil where the provider gave nothing that a payer could use; the order is then an orphan.
  public var instructions: Instructions?

  public init(providerOrderID: String?, instructions: Instructions?) {
    self.providerOrderID = providerOrderID
    self.instructions = instructions
  }
}

/// A provider's word on an order, in our terms. Only an explicit word ends an order.
public enum ReportedStatus: Equatable, Sendable {
  case pending
  case paid
  case failed
  case expired
  case cancelled
  /// A word that we do not know: the state stays, an alert is raised.
  case unrecognised(String)

  public var label: String {
    switch self {
    case .pending: "pending"
    case .paid: "paid"
    case .failed: "failed"
    case .expired: "expired"
    case .cancelled: "cancelled"
    case .unrecognised: "unrecognised"
    }
  }
}

/// Money that a provider says it received.
public struct Deposit: Equatable, Sendable {
  /// Tells one arrival from another for ever: the provider's order and, where given, the SPEI
  /// tracking key and operation date. Providers re-send one transfer under new message ids.
  public var identity: String
  /// Centavos.
  public var amount: Int64
  public var receivedAt: Instant?
  /// What the provider calls it, for people.
  public var providerReference: String?
  /// What the provider wrote for the time, where that cannot be read.
  public var unreadableTime: String?

  public init(
    identity: String, amount: Int64, receivedAt: Instant?, providerReference: String?,
    unreadableTime: String? = nil
  ) {
    self.unreadableTime = unreadableTime
    self.identity = identity
    self.amount = amount
    self.receivedAt = receivedAt
    self.providerReference = providerReference
  }
}

public struct StatusReport: Equatable, Sendable {
  public var status: ReportedStatus
  public var deposits: [Deposit]
  public var providerOrderID: String?
  /// Where the report carries them: lets an order in doubt be adopted.
  public var instructions: Instructions?
  /// Further things an operator should see, such as a list that we do not read; raises an alert.
  public var note: String?
  /// What the provider says that the order asks for, in centavos, where a report that may credit
  /// money names it.
  public var orderAmount: Int64?
  /// The identities of deposits that the report speaks of, nil for all on the order: one of them
  /// that is recorded and not among `deposits` is contradicted.
  public var coveredIdentities: [String]?

  public init(
    status: ReportedStatus, deposits: [Deposit] = [], providerOrderID: String? = nil,
    instructions: Instructions? = nil, note: String? = nil, orderAmount: Int64? = nil,
    coveredIdentities: [String]? = nil
  ) {
    self.orderAmount = orderAmount
    self.coveredIdentities = coveredIdentities
    self.status = status
    self.deposits = deposits
    self.providerOrderID = providerOrderID
    self.instructions = instructions
    self.note = note
  }
}

/// What is known after asking a provider about one order.
public enum QueryOutcome: Equatable, Sendable {
  case found(StatusReport)
  /// The provider says that it has no such order. Once is no proof.
  case absent
  /// No usable answer: none at all, an unreadable one, or the words for trouble.
  case undetermined(Refusal)
  /// A whole answer in the provider's own form that says "not done", in words that nobody has
  /// classed.
  case refused(Refusal, word: String)
  /// The provider refuses us, not the question.
  case unauthorized(Refusal)
  /// The answer contradicts the order (number, currency, amount): nothing is credited.
  case mismatch(Refusal)

  public var label: String {
    switch self {
    case .found(let report): report.status.label
    case .absent: "absent"
    case .undetermined: "undetermined"
    case .refused: "refused"
    case .unauthorized: "unauthorized"
    case .mismatch: "mismatch"
    }
  }
}

/// How we know a status, low to high. A lower grade may trigger a query, never credit money, and
/// never overwrites a higher one.
public enum EvidenceGrade: Int, Comparable, Sendable, CaseIterable {
  case unsignedCallback, partlySignedCallback, fullySignedCallback, query, `operator`

  public var label: String {
    switch self {
    case .unsignedCallback: "unsigned_callback"
    case .partlySignedCallback: "partly_signed_callback"
    case .fullySignedCallback: "fully_signed_callback"
    case .query: "query"
    case .operator: "operator"
    }
  }

  public init?(label: String) {
    guard let grade = Self.allCases.first(where: { $0.label == label }) else { return nil }
    self = grade
  }

  /// Money is recorded from a fully signed callback, a query or an operator.
  public var creditsMoney: Bool { self >= .fullySignedCallback }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Names an order at a provider.
public enum OrderReference: Equatable, Sendable {
  /// By our order number.
  case ours(String)
  /// By the provider's id of the order. Where several share it (a sandbox does that), the newest.
  case theirs(String)
}
