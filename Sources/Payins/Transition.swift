public import JSONText

/// What happens to a pay-in.
public enum PayinInput: Equatable, Sendable {
  /// What is known of the create call of an attempt.
  case sent(AttemptID, CreateOutcome)
  /// A process died between the commit that planned the create call and its answer.
  case interrupted(AttemptID)
  /// What is known after asking the provider, and its answer where that could not be used.
  case queried(AttemptID, QueryOutcome, answer: RawAnswer? = nil)
  /// A verified callback: applied where its grade credits money, else a reason to ask now.
  case reported(AttemptID, StatusReport, EvidenceGrade)
  /// The merchant no longer wants it.
  case cancelled
  /// The payer's time may be over while no provider has given instructions.
  case deadline
  /// Nothing of the payer is to be known any more.
  case payerErased
}

/// A timeline entry to be written.
public struct EventDraft: Equatable, Sendable {
  /// Such as `payin.succeeded` or `attempt.in_doubt`.
  public var type: String
  public var data: JSON
  /// Whether the merchant is told, with the pay-in as committed.
  public var isAnnounced: Bool
}

/// Work with the outside world, to be kept as a job.
public enum JobEffect: Equatable, Sendable {
  case send(AttemptID)
  /// Ask the provider at `due`; replaces an earlier plan for the attempt.
  case query(AttemptID, due: Instant)
  /// The instrument is dead: ask no more.
  case stopQuerying(AttemptID)
  /// End the pay-in at `due` if it still has no instructions then.
  case endDoubt(due: Instant)
}

/// Where a provider's books and ours differ, until a later answer of it agrees with ours.
public struct Discrepancy: Equatable, Sendable {
  public var alert: Alert
  public var since: Instant
  /// For people; without the payer's data.
  public var detail: String
  /// The last answer that could not be used, where there was one. For operators: it may hold
  /// anything.
  public var answer: RawAnswer?
  /// Whether the merchant was told of it.
  public var isTold = false

  public init(alert: Alert, since: Instant, detail: String, answer: RawAnswer? = nil) {
    self.alert = alert
    self.since = since
    self.detail = detail
    self.answer = answer
  }
}

/// Counted, and shown to the operator: something that the providers' documents do not allow for.
public enum Alert: String, Sendable, CaseIterable {
  case unknownStatus = "unknown_status"
  case mismatch
  case acceptedOrderAbsent = "accepted_order_absent"
  case note
  case orphanPaid = "orphan_paid"
  /// Asked for a long time, and still nobody knows whether the order exists.
  case unresolved
  /// A create call was refused in words that nobody has classed.
  case unclassedRefusal = "unclassed_refusal"
  /// The provider refuses our credentials, signature or address.
  case unauthorized
  /// Money that is recorded is no longer shown by its provider.
  case takenBack = "taken_back"
  /// Queries of an order can no longer be read, or are not answered.
  case unfollowed
}

/// The next state and its effects, as values.
public struct Transition: Equatable, Sendable {
  public internal(set) var payin: Payin
  public internal(set) var events: [EventDraft] = []
  public internal(set) var jobs: [JobEffect] = []
  public internal(set) var alerts: [Alert] = []
  /// Whether the pay-in is as before, and nothing is to be done.
  public internal(set) var isIdle = false
  /// What this input found to differ.
  var flagged: Set<Flag> = []

  struct Flag: Hashable {
    var attempt: AttemptID
    var alert: Alert
  }

  init(_ payin: Payin) { self.payin = payin }
}

/// Now, and the randomness that identifiers and jitter need.
public struct Context: Sendable {
  public var now: Instant
  public var entropy: any Entropy

  public init(now: Instant, entropy: any Entropy) {
    self.now = now
    self.entropy = entropy
  }
}
