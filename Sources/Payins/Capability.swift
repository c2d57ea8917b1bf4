/// The payer's data that a provider may demand.
public enum PayerField: String, Sendable, CaseIterable {
  case name, email, phone
}

/// What one account can do with one method; a value that routing weighs and the operator sees.
public struct Capability: Equatable, Sendable {
  public var currencies: [Currency]
  /// Centavos, both ends included.
  public var amounts: ClosedRange<Int64>
  /// Amounts must be a multiple of this many centavos: 1, or 100 for whole pesos.
  public var granularity: Int64
  public var requiredPayerFields: [PayerField]
  /// The most UTF-8 bytes of a field that the provider takes only whole.
  public var payerFieldBytes: [PayerField: Int]
  /// The most bytes of the address that the provider reports to; nil: any.
  public var callbackURLBytes: Int?
  /// Seconds from creation until the payer's time is over, both ends included.
  public var expirySeconds: ClosedRange<Int64>
  /// Put before the attempt's own characters in our order number; the number is ≤ 32 characters.
  public var orderNumberPrefix: String
  /// Seconds after creation during which the instrument can still be paid: a CLABE outlives its
  /// order by months. The attempt is watched until then.
  public var instrumentSeconds: Int64
  /// A payment within so many seconds before the instrument's death gives it another such life.
  public var renewalSeconds: Int64?
  /// Whether a query of the order shows further payments after the first full one.
  public var showsRepeatedPayments: Bool

  public init(
    currencies: [Currency] = [.mxn], amounts: ClosedRange<Int64>, granularity: Int64 = 1,
    requiredPayerFields: [PayerField] = [], payerFieldBytes: [PayerField: Int] = [:],
    callbackURLBytes: Int? = nil, expirySeconds: ClosedRange<Int64>,
    orderNumberPrefix: String = "", instrumentSeconds: Int64, renewalSeconds: Int64? = nil,
    showsRepeatedPayments: Bool = false
  ) {
    self.renewalSeconds = renewalSeconds
    precondition(orderNumberPrefix.count <= 16, "the prefix must leave 16 characters")
    self.currencies = currencies
    self.amounts = amounts
    self.granularity = granularity
    self.requiredPayerFields = requiredPayerFields
    self.payerFieldBytes = payerFieldBytes
    self.callbackURLBytes = callbackURLBytes
    self.expirySeconds = expirySeconds
    self.orderNumberPrefix = orderNumberPrefix
    self.instrumentSeconds = instrumentSeconds
    self.showsRepeatedPayments = showsRepeatedPayments
  }
}
