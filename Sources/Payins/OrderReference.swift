/// Names an order at a provider.
public enum OrderReference: Equatable, Sendable {
  /// By our order number.
  case ours(String)
  /// By the provider's id of the order. Where several share it (a sandbox does that), the newest.
  case theirs(String)
}
