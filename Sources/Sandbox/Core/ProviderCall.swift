internal import HTTPServing

/// A simulated provider, by the name that a gateway's configuration has for it.
struct ProviderName: RawRepresentable, Hashable, Sendable {
  let rawValue: String
}

/// What a call asks of its provider, as far as faults tell calls apart.
enum Operation: String, CaseIterable, Sendable {
  /// Makes an order; for Paynet, authorizes a payment.
  case create
  case query
  /// Paynet's cancellation of a payment.
  case reverse
  /// The provider's own calls.
  case webhook
  /// Everything else that a provider offers.
  case other
}

/// A request, with the provider that it is for and what it asks.
struct ProviderCall: Sendable {
  let provider: ProviderName
  let operation: Operation
  let request: Request

  init(_ provider: ProviderName, _ operation: Operation, _ request: Request) {
    self.provider = provider
    self.operation = operation
    self.request = request
  }
}
