import CounterPayments
import Payins
import Providers

/// What came of a call to a provider, whatever was asked of it.
protocol ProviderOutcome: Sendable {
  /// For metrics.
  var label: String { get }
  /// What it says of how the account fares.
  var verdict: CallVerdict { get }

  /// Surely nothing of the request reached the provider.
  static func unsent(_ refusal: Refusal) -> Self
  /// The request may have been carried out.
  static func unanswered(_ refusal: Refusal) -> Self
}

/// How an account fared in one call.
enum CallVerdict: Equatable, Sendable {
  /// An answer of use, a decline included.
  case answered
  /// A refusal in words that nobody has classed: the provider works, and an operator should look.
  case answeredUnclassed(word: String)
  /// The provider failed, or could not be understood. The code of the refusal.
  case failed(String)
  /// The provider refuses us; the sentence of the refusal.
  case unauthorized(String)

  init(failure refusal: Refusal) {
    self = refusal.isUnauthorized ? .unauthorized(refusal.message) : .failed(refusal.code)
  }
}

extension CreateOutcome: ProviderOutcome {
  var verdict: CallVerdict {
    switch self {
    case .accepted, .declined, .questioned: .answered
    case .refused(_, let word): .answeredUnclassed(word: word)
    case .unauthorized(let refusal), .neverSent(let refusal), .inDoubt(let refusal):
      CallVerdict(failure: refusal)
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .neverSent(refusal) }
  static func unanswered(_ refusal: Refusal) -> Self { .inDoubt(refusal) }
}

extension QueryOutcome: ProviderOutcome {
  var verdict: CallVerdict {
    switch self {
    case .found, .absent, .mismatch: .answered
    case .refused(_, let word): .answeredUnclassed(word: word)
    case .undetermined(let refusal), .unauthorized(let refusal): CallVerdict(failure: refusal)
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .undetermined(refusal) }
  static func unanswered(_ refusal: Refusal) -> Self { .undetermined(refusal) }
}

extension ListOutcome: ProviderOutcome {
  var label: String {
    switch self {
    case .page: "page"
    case .noPage(let outcome): outcome.label
    }
  }

  var verdict: CallVerdict {
    switch self {
    case .page: .answered
    case .noPage(let outcome): outcome.verdict
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .noPage(.undetermined(refusal)) }
  static func unanswered(_ refusal: Refusal) -> Self { .noPage(.undetermined(refusal)) }
}

extension AuthorizationOutcome: ProviderOutcome {
  var verdict: CallVerdict {
    switch self {
    case .authorized, .declined: .answered
    case .neverSent(let refusal), .inDoubt(let refusal): CallVerdict(failure: refusal)
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .neverSent(refusal) }
  static func unanswered(_ refusal: Refusal) -> Self { .inDoubt(refusal) }
}

extension ReversalOutcome: ProviderOutcome {
  var verdict: CallVerdict {
    switch self {
    case .acknowledged, .unknown, .rejected: .answered
    case .unsettled(let refusal): CallVerdict(failure: refusal)
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .unsettled(refusal) }
  static func unanswered(_ refusal: Refusal) -> Self { .unsettled(refusal) }
}

extension QueryOutcome {
  /// Whether the gateway's own end is all that it tells of.
  var isCutOff: Bool {
    if case .undetermined(let refusal) = self {
      refusal.code == Refusal.shutdownCode
    } else {
      false
    }
  }
}

extension CreateOutcome {
  /// As above: nothing of the order has left.
  var isCutOff: Bool {
    if case .neverSent(let refusal) = self { refusal.code == Refusal.shutdownCode } else { false }
  }
}
