import Payins
public import StorePayments

public enum StorePaymentWrite: Equatable, Sendable {
  /// Throws `.duplicateReference` where the account has a payment with that group, chain and
  /// chain transaction id.
  case insert(StorePayment)
  /// Throws `.versionConflict` unless the stored version is `before`'s.
  case update(StorePayment, before: StorePayment)
  /// Removes it with its events: nobody was asked anything. Throws `.versionConflict` unless the
  /// stored version is this one's.
  case withdraw(StorePayment)

  public var payment: StorePayment {
    switch self {
    case .insert(let payment), .update(let payment, _), .withdraw(let payment): payment
    }
  }
}

/// One merchant's store payments, newest first: their ids sort by time.
public struct StorePaymentQuery: Equatable, Sendable {
  public var merchant: String
  /// Any of these; empty: all.
  public var statuses: [StorePaymentStatus] = []
  /// Only those older than this one.
  public var before: StorePaymentID?
  public var limit: Int

  public init(merchant: String, limit: Int) {
    self.merchant = merchant
    self.limit = limit
  }
}

extension StorePaymentRequest {
  /// What names the payment at Paynet for ever (Providers/Paynet/README 4.2).
  var transactionKey: String {
    let numbers = [group, chain, chainTransactionID].map(Self.plainDigits)
    return "\(account)/\(numbers.joined(separator: "/"))"
  }
}
