public import JSONText

public enum PayinStatus: String, Sendable, CaseIterable {
  /// Durable here; no instructions yet.
  case processing
  /// The payer has instructions, nothing received.
  case pending
  case partiallyPaid = "partially_paid"
  case succeeded
  case failed
  case expired
  case cancelled

  /// Whether the payer is still expected to pay.
  public var isOpen: Bool {
    switch self {
    case .processing, .pending, .partiallyPaid: true
    case .succeeded, .failed, .expired, .cancelled: false
    }
  }
}

public struct Payer: Equatable, Sendable {
  public var name: String?
  public var email: String?
  public var phone: String?
  /// Whether what was known was erased, so that whoever repeats it is no longer recognised.
  public internal(set) var isErased = false

  /// Of whom nothing is known any more.
  static var erased: Payer {
    var payer = Payer()
    payer.isErased = true
    return payer
  }

  public init(name: String? = nil, email: String? = nil, phone: String? = nil) {
    self.name = name
    self.email = email
    self.phone = phone
  }

  public subscript(field: PayerField) -> String? {
    switch field {
    case .name: name
    case .email: email
    case .phone: phone
    }
  }
}

/// Prints redacted: the payer's data never reaches a log.
extension Payer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "Payer(redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What a merchant asks for, validated.
public struct PayinRequest: Equatable, Sendable {
  public var merchantReference: String
  /// Centavos.
  public var amount: Int64
  public var currency: Currency
  /// Nil: the rules may pick either.
  public var method: Method?
  public var description: String
  public var payer: Payer
  /// Seconds from creation; nil: the method's default.
  public var expiresIn: Int64?
  /// Exactly then, where the merchant named a time; `expiresIn` has the whole seconds until it.
  public var expiresAt: Instant?
  public var returnURL: String?
  public var metadata: [Metadatum]

  public init(
    merchantReference: String, amount: Int64, currency: Currency = .mxn, method: Method? = nil,
    description: String, payer: Payer = Payer(), expiresIn: Int64? = nil,
    expiresAt: Instant? = nil, returnURL: String? = nil, metadata: [Metadatum] = []
  ) {
    self.merchantReference = merchantReference
    self.amount = amount
    self.currency = currency
    self.method = method
    self.description = description
    self.payer = payer
    self.expiresIn = expiresIn
    self.expiresAt = expiresAt
    self.returnURL = returnURL
    self.metadata = metadata
  }

  public func expirySeconds(for method: Method) -> Int64 {
    expiresIn ?? method.defaultExpirySeconds
  }

  /// When the payer's time is over.
  public func expiry(for method: Method, from creation: Instant) -> Instant {
    expiresAt ?? creation.adding(seconds: expirySeconds(for: method))
  }
}

public struct Metadatum: Equatable, Sendable {
  public var key: String
  public var value: String

  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}

extension [Metadatum] {
  /// An object, as the merchant gave it.
  public var json: JSON { .object(JSONObject(map { ($0.key, JSON($0.value)) })) }
}

/// Why a pay-in failed, for the merchant.
public typealias Failure = Refusal

/// The last thing known, and how.
public struct Evidence: Equatable, Sendable {
  public var grade: EvidenceGrade
  public var at: Instant
}

/// Money that arrived.
public struct Receipt: Equatable, Sendable {
  public var id: ReceiptID
  /// Centavos.
  public var amount: Int64
  public var receivedAt: Instant
  public var providerReference: String?
  public var attempt: AttemptID
  /// `Deposit.identity`; never twice on one pay-in's account.
  public var identity: String
}

/// A payment that a merchant asked for, with everything that is known of it. A value: only the
/// state machine (`Payin.apply`) changes it, only a store keeps it.
public struct Payin: Equatable, Sendable {
  /// What never changes, save that the payer's data can be erased.
  var opening: PayinOpening

  public internal(set) var status: PayinStatus
  public package(set) var updatedAt: Instant
  public internal(set) var succeededAt: Instant?
  /// When the payer's time is over: of the newest attempt's method where the merchant named none.
  public internal(set) var expiresAt: Instant
  /// Shown to the payer; at most one set, ever.
  public internal(set) var instructions: Instructions?
  /// The attempt whose instructions the payer has.
  public internal(set) var active: AttemptID?
  public internal(set) var attempts: [Attempt]
  public internal(set) var receipts: [Receipt]
  public internal(set) var failure: Failure?
  /// Money came after it was expired or cancelled.
  public internal(set) var late: Bool
  public internal(set) var lastEvidence: Evidence?
  /// Timeline entries so far.
  public package(set) var eventCount: Int
  /// Of them, those that the merchant is told.
  public package(set) var publishedCount: Int
  /// Counts commits; the store refuses a change made to another version.
  public package(set) var version: Int
  /// What was asked in vain since, and is told with the next change.
  public internal(set) var silence: Silence?

  public var id: PayinID { opening.id }
  public var merchant: String { opening.merchant }
  public var request: PayinRequest { opening.request }
  public var createdAt: Instant { opening.createdAt }
  /// Opens the payer's page; unguessable.
  public var token: String { opening.token }
  /// Of the call that made it; the pay-in as first published is that call's answer.
  public var idempotencyKey: String { opening.idempotencyKey }
  public var routing: RoutingRecord { opening.routing }

  /// Centavos.
  public var amountReceived: Int64 {
    receipts.reduce(0) { $0.addingReportingOverflow($1.amount).partialValue }
  }

  public func attempt(_ id: AttemptID) -> Attempt? { attempts.first { $0.id == id } }

  /// The attempt whose instructions the payer has, or else the newest.
  public var currentAttempt: Attempt {
    attempts.first { $0.id == active } ?? attempts[attempts.count - 1]
  }

  /// The method in use: the instructions', else the newest attempt's.
  public var method: Method { currentAttempt.candidate.target.method }

  /// Whether a provider's books and ours differ on one of its orders.
  public var isDiscrepant: Bool { attempts.contains { !$0.discrepancies.isEmpty } }

  /// Whether a provider no longer shows money that is recorded.
  public var isDisputed: Bool {
    attempts.contains { $0.discrepancies.contains { $0.alert == .takenBack } }
  }

  /// Who has the next word; nil once it is over.
  public func waitingFor(at now: Instant) -> Awaited? {
    switch status {
    case .processing: .provider
    // After the payer's time only the provider can say what came of it.
    case .pending, .partiallyPaid:
      now >= expiresAt || currentAttempt.isUnfollowed ? .provider : .payer
    case .succeeded, .failed, .expired, .cancelled: nil
    }
  }

  /// The end of an attempt's instrument's life, when watching ends. One that is renewed by use
  /// lives on from each payment in the last days of its life.
  public func instrumentDiesAt(_ attempt: Attempt) -> Instant {
    let life = attempt.candidate.instrumentSeconds
    var end = attempt.createdAt.adding(seconds: life)
    guard let window = attempt.candidate.renewalSeconds else { return end }
    let uses = receipts.filter { $0.attempt == attempt.id }.map(\.receivedAt)
    while uses.contains(where: { $0 < end && $0 >= end.adding(seconds: -window) }) {
      end = end.adding(seconds: life)
    }
    return end
  }

  /// When it came to its end: the last of its money, or else the end of the payer's time, however
  /// long its orders are watched after that. Nil while the payer is still expected to pay.
  public var overSince: Instant? {
    if status.isOpen { return nil }
    return ([succeededAt ?? expiresAt] + receipts.map(\.receivedAt)).max()
  }

  /// When the provider is asked next, over all attempts.
  public var nextCheckAt: Instant? { attempts.compactMap(\.nextCheckAt).min() }
}

/// Whom a pay-in waits for.
public enum Awaited: String, Sendable, CaseIterable {
  case payer, provider
}

/// How the accounts to try were chosen; kept with the pay-in.
public struct RoutingRecord: Equatable, Sendable {
  /// SHA-256 of the rule set, in hex.
  public var rulesVersion: String
  public var rule: String
  /// In the order to be tried.
  public var candidates: [Candidate]
  /// Outcomes after which the next candidate is tried.
  public var retry: [RetryOutcome]
  /// The whole explanation, as `POST /v1/routing/evaluate` shows it.
  public var explanation: JSON

  public init(
    rulesVersion: String, rule: String, candidates: [Candidate], retry: [RetryOutcome],
    explanation: JSON
  ) {
    self.rulesVersion = rulesVersion
    self.rule = rule
    self.candidates = candidates
    self.retry = retry
    self.explanation = explanation
  }
}

public enum RetryOutcome: String, Sendable, CaseIterable {
  case neverSent = "never_sent"
  case declined
  case inDoubt = "in_doubt"

  public static let standard: [RetryOutcome] = [.neverSent, .declined]
}

/// An eligible target with what the state machine needs of its capability.
public struct Candidate: Equatable, Sendable {
  public var target: Target
  public var provider: String
  public var orderNumberPrefix: String
  /// Seconds after creation during which the instrument can be paid.
  public var instrumentSeconds: Int64
  public var showsRepeatedPayments: Bool
  /// `Capability.renewalSeconds`.
  public var renewalSeconds: Int64?

  public init(target: Target, provider: String, capability: Capability) {
    self.init(
      target: target, provider: provider, orderNumberPrefix: capability.orderNumberPrefix,
      instrumentSeconds: capability.instrumentSeconds,
      showsRepeatedPayments: capability.showsRepeatedPayments,
      renewalSeconds: capability.renewalSeconds)
  }

  init(
    target: Target, provider: String, orderNumberPrefix: String, instrumentSeconds: Int64,
    showsRepeatedPayments: Bool, renewalSeconds: Int64?
  ) {
    self.renewalSeconds = renewalSeconds
    self.target = target
    self.provider = provider
    self.orderNumberPrefix = orderNumberPrefix
    self.instrumentSeconds = instrumentSeconds
    self.showsRepeatedPayments = showsRepeatedPayments
  }
}
