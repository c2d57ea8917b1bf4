/// Where one try at one provider stands.
public enum AttemptState: String, Sendable, CaseIterable {
  /// The request may be on its way.
  case sending
  /// Accepted; the payer has its instructions.
  case pending
  /// The request may have been carried out; the provider is being asked.
  case inDoubt = "in_doubt"
  /// Exists at the provider, but the payer was never shown it; watched until its instrument dies.
  case orphaned
  case declined
  /// Declined in words that nobody has classed: in all likelihood there is no order, and it is
  /// watched until its instrument would be dead.
  case refused
  case neverSent = "never_sent"
  /// In doubt once, and surely not there.
  case absent
  case paid
  case failed
  case expired
  case cancelled

  /// Whether an order at the provider may still bring money.
  public var isLive: Bool {
    switch self {
    case .sending, .pending, .inDoubt, .orphaned, .refused, .paid, .failed, .expired, .cancelled:
      true
    case .declined, .neverSent, .absent: false
    }
  }
}

extension Attempt {
  init(id: AttemptID, candidate: Candidate, at now: Instant) {
    let prefix = candidate.orderNumberPrefix
    self.init(
      id: id, candidate: candidate,
      orderNumber: prefix + id.body.uppercased().suffix(32 - prefix.count), createdAt: now,
      state: .sending, absences: 0, polls: 0, unanswered: 0, isQuestioned: false, discrepancies: [])
  }
}

/// One try to create the pay-in at one account.
public struct Attempt: Equatable, Sendable {
  public let id: AttemptID
  public let candidate: Candidate
  /// Our number at the provider: known before the first byte is sent, unique, never reused.
  public let orderNumber: String
  public let createdAt: Instant
  public internal(set) var state: AttemptState
  public internal(set) var providerOrderID: String?
  public internal(set) var refusal: Refusal?
  /// When doubt began.
  public internal(set) var inDoubtSince: Instant?
  /// How often the provider said that it has no such order, while that was the question.
  public internal(set) var absences: Int
  /// Queries answered or not since creation; the schedule grows with it while in doubt.
  public internal(set) var polls: Int
  /// Queries in a row up to the last that were unreadable, refused or without answer.
  public internal(set) var unanswered: Int
  /// Declined in words that may mean that the order exists: one look decides.
  public internal(set) var isQuestioned: Bool
  /// One of a kind at most.
  public internal(set) var discrepancies: [Discrepancy]
  /// The last word of a callback.
  public internal(set) var heard: Heard?
  /// When the provider is asked next; nil: not again.
  public internal(set) var nextCheckAt: Instant?

  public struct Heard: Equatable, Sendable {
    public var grade: EvidenceGrade
    /// The label of the status.
    public var status: String
    public var at: Instant

    public var saysPaid: Bool { status == ReportedStatus.paid.label }
  }

  public var target: Target { candidate.target }

  /// Whether the provider can no longer be followed on it.
  public var isUnfollowed: Bool { unanswered >= Self.unansweredAlarm }

  /// Unanswered queries in a row until that is told.
  static let unansweredAlarm = 3
}
