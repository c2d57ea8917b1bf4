import JSONText
public import Payins

/// Why a target cannot serve a pay-in.
public enum DropReason: Hashable, Sendable {
  /// The pay-in asks for this other method.
  case methodMismatch(asked: Payins.Method)
  case merchantNotAllowed
  case currencyNotSupported(Currency)
  /// The least that the account takes, in centavos.
  case amountBelowMinimum(Int64)
  /// The most that the account takes, in centavos.
  case amountAboveMaximum(Int64)
  /// What amounts must be a multiple of, in centavos: 100 for whole pesos.
  case amountNotMultiple(of: Int64)
  case payerFieldMissing([PayerField])
  /// The most bytes of UTF-8 that the account takes of the field.
  case payerFieldTooLong(PayerField, Int)
  /// The shortest expiry that the account takes, in seconds.
  case expiryTooShort(Int64)
  /// The longest expiry that the account takes, in seconds.
  case expiryTooLong(Int64)
  case breakerOpen
  /// As many calls as the account's limits allow are made already.
  case limitReached

  /// Stable, for programs.
  public var code: String {
    switch self {
    case .methodMismatch: "method_mismatch"
    case .merchantNotAllowed: "merchant_not_allowed"
    case .currencyNotSupported: "currency_not_supported"
    case .amountBelowMinimum: "amount_below_minimum"
    case .amountAboveMaximum: "amount_above_maximum"
    case .amountNotMultiple: "amount_not_multiple"
    case .payerFieldMissing: "payer_field_missing"
    case .payerFieldTooLong: "payer_field_too_long"
    case .expiryTooShort: "expiry_too_short"
    case .expiryTooLong: "expiry_too_long"
    case .breakerOpen: "breaker_open"
    case .limitReached: "rate_limited"
    }
  }

  /// Whether it is of the moment, so that the same pay-in may be served later.
  public var isPassing: Bool { self == .breakerOpen || self == .limitReached }

  /// For people; without the payer's data.
  public var sentence: String {
    switch self {
    case .methodMismatch(let asked): "the pay-in asks for \(asked.rawValue)"
    case .merchantNotAllowed: "the account does not serve this merchant"
    case .currencyNotSupported(let currency): "the account does not take \(currency.rawValue)"
    case .amountBelowMinimum(let least): "the account takes \(Self.pesos(least)) or more"
    case .amountAboveMaximum(let most): "the account takes \(Self.pesos(most)) or less"
    case .amountNotMultiple(of: 100): "the account takes whole pesos only"
    case .amountNotMultiple(of: let step): "the account takes multiples of \(Self.pesos(step)) only"
    case .payerFieldMissing(let fields):
      "the account needs \(fields.map { "payer.\($0.rawValue)" }.joined(separator: " and "))"
    case .payerFieldTooLong(let field, let most):
      "the account takes a payer.\(field.rawValue) of at most \(most) bytes"
    case .expiryTooShort(let least): "the account's shortest expiry is \(least) seconds"
    case .expiryTooLong(let most): "the account's longest expiry is \(most) seconds"
    case .breakerOpen: "the account's breaker is open: its recent calls failed"
    case .limitReached: "the account's limit of calls is reached"
    }
  }

  private static func pesos(_ centavos: Int64) -> String {
    "$" + DecimalText.text(centavos, places: 2)
  }
}

/// A target of the matched route that cannot serve the pay-in.
public struct DroppedTarget: Hashable, Sendable {
  public let target: Target
  public let reason: DropReason
}

extension ServingTarget {
  /// Why the target cannot serve; the first reason found, nil where it can.
  func reasonToDrop(_ question: RoutingQuestion) -> DropReason? {
    let request = question.request
    if let asked = request.method, asked != target.method { return .methodMismatch(asked: asked) }
    if let merchants, !merchants.contains(question.merchant) { return .merchantNotAllowed }
    return reasonToDrop(amount: request.amount, in: request.currency)
      ?? reasonToDrop(payer: request.payer)
      ?? reasonToDrop(expirySeconds: request.expirySeconds(for: target.method))
      ?? reasonToDrop(health: question.health(of: target.account))
  }

  private func reasonToDrop(health: AccountHealth) -> DropReason? {
    if !health.acceptsCreates { return .breakerOpen }
    return health.hasRoom ? nil : .limitReached
  }

  private func reasonToDrop(amount: Int64, in currency: Currency) -> DropReason? {
    guard capability.currencies.contains(currency) else { return .currencyNotSupported(currency) }
    let (range, step) = (capability.amounts, capability.granularity)
    if amount < range.lowerBound { return .amountBelowMinimum(range.lowerBound) }
    if amount > range.upperBound { return .amountAboveMaximum(range.upperBound) }
    return step > 1 && amount % step != 0 ? .amountNotMultiple(of: step) : nil
  }

  private func reasonToDrop(payer: Payer) -> DropReason? {
    let missing = capability.requiredPayerFields.filter { payer[$0]?.isEmpty ?? true }
    if !missing.isEmpty { return .payerFieldMissing(missing) }
    for field in PayerField.allCases {
      guard let most = capability.payerFieldBytes[field], let text = payer[field] else { continue }
      if text.utf8.count > most { return .payerFieldTooLong(field, most) }
    }
    return nil
  }

  private func reasonToDrop(expirySeconds seconds: Int64) -> DropReason? {
    let range = capability.expirySeconds
    if seconds < range.lowerBound { return .expiryTooShort(range.lowerBound) }
    return seconds > range.upperBound ? .expiryTooLong(range.upperBound) : nil
  }
}
