public import JSONText
public import Payins

/// Tells one delivery from another: a provider that sends the same bytes again says nothing new.
public struct CallbackKey: Hashable, Sendable {
  public var account: String
  /// SHA-256 of the body as it came.
  public var digest: [UInt8]

  public init(account: String, digest: [UInt8]) {
    self.account = account
    self.digest = digest
  }
}

/// What a verified callback said, kept as evidence: only what its adapter reads of it, since a
/// provider's messages may hold cards and persons that are no business of ours.
public struct CallbackRecord: Equatable, Sendable {
  public var id: EventID
  public var key: CallbackKey
  /// When it came first.
  public var receivedAt: Instant
  /// When it came last.
  public var lastAt: Instant
  /// How often it came.
  public var count: Int
  /// Nil while no attempt of ours is known for the order.
  public var payin: PayinID?
  /// The order's number that it names as ours.
  public var orderNumber: String?
  /// The provider's id of the order.
  public var providerOrderID: String?
  /// Centavos that it says came or are asked for.
  public var amount: Int64?
  public var grade: String
  /// What was read of it; null in what an earlier release kept.
  public var notice: JSON

  public init(
    id: EventID, key: CallbackKey, receivedAt: Instant, lastAt: Instant? = nil, count: Int = 1,
    payin: PayinID?, orderNumber: String? = nil, providerOrderID: String? = nil,
    amount: Int64? = nil, grade: String, notice: JSON = .null
  ) {
    self.id = id
    self.key = key
    self.receivedAt = receivedAt
    self.lastAt = lastAt ?? receivedAt
    self.count = count
    self.payin = payin
    self.orderNumber = orderNumber
    self.providerOrderID = providerOrderID
    self.amount = amount
    self.grade = grade
    self.notice = notice
  }
}
