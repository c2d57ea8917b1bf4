import Payins

/// What the payer's page says of a pay-in.
enum PageState: String, Sendable, CaseIterable {
  case waiting
  case partlyPaid = "partly_paid"
  case paid
  /// The payer's time is over, and the provider has not said yet what came of it.
  case pastTime = "past_time"
  case expired
  /// By the provider, or because none took it.
  case ended
  case cancelled
  case preparing
  /// A provider may have the order; nothing can be shown before that is known.
  case inDoubt = "in_doubt"

  init(_ payin: Payin, at now: Instant) {
    switch payin.status {
    case .processing:
      self = payin.attempts.contains { $0.state == .inDoubt } ? .inDoubt : .preparing
    case .pending, .partiallyPaid:
      switch payin.currentAttempt.state {
      case .failed, .expired, .cancelled: self = .ended
      case _ where now >= payin.expiresAt: self = .pastTime
      case .sending, .pending, .inDoubt, .orphaned, .declined, .refused, .neverSent, .absent, .paid:
        self = payin.status == .pending ? .waiting : .partlyPaid
      }
    case .succeeded: self = .paid
    case .failed: self = .ended
    case .expired: self = .expired
    case .cancelled: self = .cancelled
    }
  }

  /// Whether the payer is shown what to pay with.
  var isPayable: Bool { self == .waiting || self == .partlyPaid }

  /// Whether the page follows the pay-in while it is looked at.
  var isLive: Bool {
    switch self {
    case .waiting, .partlyPaid, .pastTime, .preparing, .inDoubt: true
    case .paid, .expired, .ended, .cancelled: false
    }
  }
}

extension Payin {
  /// Changes with what the page shows of the money and the instrument.
  var pageVersion: Int { publishedCount }

  /// Centavos that are still to be paid.
  var amountLeft: Int64 { max(0, request.amount - amountReceived) }
}
