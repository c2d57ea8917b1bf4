import Payins
import Providers
import StorePayments

/// What came of a call to a provider, whatever was asked of it.
protocol ProviderOutcome: Sendable {
  /// For metrics.
  var label: String { get }
  /// What failed on the provider's side; nil for an answer, a decline included.
  var failure: String? { get }

  /// Surely nothing of the request reached the provider.
  static func unsent(_ refusal: Refusal) -> Self
  /// The request may have been carried out.
  static func unanswered(_ refusal: Refusal) -> Self
}

extension CreateOutcome: ProviderOutcome {
  var failure: String? {
    switch self {
    case .accepted, .declined: nil
    case .neverSent(let refusal), .inDoubt(let refusal): refusal.code
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .neverSent(refusal) }
  static func unanswered(_ refusal: Refusal) -> Self { .inDoubt(refusal) }
}

extension QueryOutcome: ProviderOutcome {
  var failure: String? {
    switch self {
    case .found, .absent, .mismatch: nil
    case .undetermined(let refusal): refusal.code
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .undetermined(refusal) }
  static func unanswered(_ refusal: Refusal) -> Self { .undetermined(refusal) }
}

extension AuthorizationOutcome: ProviderOutcome {
  var failure: String? {
    switch self {
    case .authorized, .declined: nil
    case .neverSent(let refusal), .inDoubt(let refusal): refusal.code
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .neverSent(refusal) }
  static func unanswered(_ refusal: Refusal) -> Self { .inDoubt(refusal) }
}

extension ReversalOutcome: ProviderOutcome {
  var failure: String? {
    switch self {
    case .acknowledged, .unknown: nil
    case .unsettled(let refusal): refusal.code
    }
  }

  static func unsent(_ refusal: Refusal) -> Self { .unsettled(refusal) }
  static func unanswered(_ refusal: Refusal) -> Self { .unsettled(refusal) }
}
