public import CounterPayments
public import HTTPCalling
public import JSONText
public import Payins

/// One provider's dialect: pure. It turns an operation into an HTTP request and an HTTP response
/// into an outcome; it opens no socket, reads no clock, logs nothing. The core sends, times, logs,
/// measures and redacts, once for all.
///
/// Conforming to `CreatesPayins`, `Queryable` or `ReceivesCallbacks` is the capability; there is
/// no other list.
public protocol Provider: Sendable {
  /// As `provider:` names it in the configuration.
  static var name: String { get }

  /// Reads the account's own settings. Every fault is reported to the reader. Nil only where a
  /// fault was reported; a value made beside faults is not used.
  init?(account: AccountIdentity, settings: inout ObjectReader)
}

/// Creates orders that a payer pays.
public protocol CreatesPayins: Provider {
  /// Methods without an entry are not offered by this account.
  var capabilities: [Payins.Method: Capability] { get }

  /// The same order at the same time gives the same bytes. The order is within the capability.
  func createRequest(_ order: Order, at now: Instant) -> HTTPRequest
  /// 5xx and unreadable answers are in doubt, never declined.
  func createOutcome(_ response: HTTPResponse, _ order: Order) -> CreateOutcome
}

/// Can be asked about an order by our number.
public protocol Queryable: CreatesPayins {
  /// The provider's words for where an order stands. Any other word is `.unrecognised`.
  static var statuses: [String: ReportedStatus] { get }

  func queryRequest(_ order: Order, at now: Instant) -> HTTPRequest
  func queryOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome
  /// What is to be asked besides, where one answer does not show all that may have come.
  func followUp(_ outcome: QueryOutcome, _ order: Order, at now: Instant) -> FollowUp?
}

/// A further question on an order.
public struct FollowUp: Sendable {
  public struct Reading: Sendable {
    /// What the answer says by itself.
    public var answer: QueryOutcome
    /// What is known of the order with it.
    public var together: QueryOutcome
    public var next: FollowUp?
  }

  /// Whether what is known without its answer may be another order's: then it is taken for
  /// nothing where the question is not answered. Else whatever is left out is asked with the next
  /// query.
  public var isDecisive: Bool
  public var request: HTTPRequest
  public var read: @Sendable (HTTPResponse) -> Reading
}

extension Queryable {
  public func followUp(_ outcome: QueryOutcome, _ order: Order, at now: Instant) -> FollowUp? {
    nil
  }

  static func status(_ word: String) -> ReportedStatus {
    statuses[word] ?? .unrecognised(String(word.prefix(40)))
  }
}

/// Reports to `POST /callbacks/{account}`.
public protocol ReceivesCallbacks: Provider {
  /// Verifies and reads a delivery. Nothing in it may be trusted beyond the grade it is given.
  func read(_ delivery: CallbackDelivery) -> CallbackReading
  /// What the provider expects to hear when a delivery was taken.
  var acknowledgement: Acknowledgement { get }
}

/// What every account has, whatever its provider.
public struct AccountIdentity: Equatable, Sendable {
  public var id: String
  /// Without a slash at its end.
  public var baseURL: String
  /// Whether the base URL is a loopback address: a simulator, where warnings replace refusals.
  public var isLocal: Bool

  public init(id: String, baseURL: String, isLocal: Bool) {
    self.id = id
    self.baseURL = baseURL
    self.isLocal = isLocal
  }

  /// A simulator, or a provider's test host, where nobody pays with real money:
  /// `sandbox-api.openpay.mx` (Providers/Openpay/README 3.1) and `sandbox-gateway.smilepayz.com`
  /// (Providers/SmilePayz/README 1.1).
  var isSandbox: Bool { isLocal || baseURL.utf8.starts(with: "https://sandbox-".utf8) }
}

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
