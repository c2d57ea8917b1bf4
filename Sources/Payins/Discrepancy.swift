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

  /// Whether it stands on its attempt, as a discrepancy, until the provider's word agrees.
  public var isDiscrepancy: Bool {
    switch self {
    case .unknownStatus, .mismatch, .acceptedOrderAbsent, .note, .unresolved, .takenBack,
      .unfollowed:
      true
    case .orphanPaid, .unclassedRefusal, .unauthorized: false
    }
  }
}

/// What a transition found to differ.
struct DiscrepancyFlag: Hashable {
  var attempt: AttemptID
  var alert: Alert
}
