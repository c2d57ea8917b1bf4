public import CounterPayments
public import HTTPCalling
import Payins

/// Authorizes cash at a store chain's till, and takes it back.
public protocol AuthorizesCounterPayments: Provider {
  /// The same payment gives the same bytes.
  func authorizationRequest(_ payment: CounterPaymentRequest) -> HTTPRequest
  /// 5xx and unreadable answers are in doubt, never declined.
  func authorizationOutcome(
    _ response: HTTPResponse, _ payment: CounterPaymentRequest
  ) -> AuthorizationOutcome

  /// - Parameter authorization: the payment's, where it is known.
  func reversalRequest(_ payment: CounterPaymentRequest, authorization: String?) -> HTTPRequest
  func reversalOutcome(
    _ response: HTTPResponse, _ payment: CounterPaymentRequest
  ) -> ReversalOutcome
}
