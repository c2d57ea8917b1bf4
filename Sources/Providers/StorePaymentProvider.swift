public import HTTPCalling
import Payins
public import StorePayments

/// Authorizes cash at a store chain's till, and takes it back.
public protocol AuthorizesStorePayments: Provider {
  /// The same payment gives the same bytes.
  func authorizationRequest(_ payment: StorePaymentRequest) -> HTTPRequest
  /// 5xx and unreadable answers are in doubt, never declined.
  func authorizationOutcome(
    _ response: HTTPResponse, _ payment: StorePaymentRequest
  ) -> AuthorizationOutcome

  /// - Parameter authorization: the payment's, where it is known.
  func reversalRequest(_ payment: StorePaymentRequest, authorization: String?) -> HTTPRequest
  func reversalOutcome(
    _ response: HTTPResponse, _ payment: StorePaymentRequest
  ) -> ReversalOutcome
}
