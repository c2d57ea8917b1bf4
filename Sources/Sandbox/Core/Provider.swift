/// The simulated providers, by the names that the gateway's configuration has for them.
enum Provider: String, CaseIterable, Sendable {
  case openpay, cashypay, smilepayz, paynet
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
