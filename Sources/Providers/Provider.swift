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

  /// Reads the account's own settings. Faults are reported to the reader; the value made beside
  /// them is not used.
  init(account: AccountIdentity, settings: inout ObjectReader)
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
  func queryRequest(_ order: Order, at now: Instant) -> HTTPRequest
  func queryOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome
}

/// Reports to `POST /callbacks/{account}`.
public protocol ReceivesCallbacks: Provider {
  /// Verifies and reads a delivery. Nothing in it may be trusted beyond the grade it is given.
  func read(_ delivery: CallbackDelivery) -> CallbackReading
  /// What the provider expects to hear when a delivery was taken.
  var acknowledgement: Acknowledgement { get }
}

/// One attempt's order at a provider.
public struct Order: Equatable, Sendable {
  /// Ours: unique, ≤ 32 letters and digits.
  public var number: String
  /// The provider's, once known.
  public var providerOrderID: String?
  public var method: Payins.Method
  /// Centavos.
  public var amount: Int64
  public var currency: Currency
  public var description: String
  public var payer: Payer
  public var createdAt: Instant
  public var expiresAt: Instant
  /// Where the provider reports: our public address.
  public var callbackURL: String
  /// Where the provider's page leads back.
  public var returnURL: String?

  public init(
    number: String, providerOrderID: String? = nil, method: Payins.Method, amount: Int64,
    currency: Currency, description: String, payer: Payer, createdAt: Instant,
    expiresAt: Instant, callbackURL: String, returnURL: String? = nil
  ) {
    self.number = number
    self.providerOrderID = providerOrderID
    self.method = method
    self.amount = amount
    self.currency = currency
    self.description = description
    self.payer = payer
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.callbackURL = callbackURL
    self.returnURL = returnURL
  }

  /// Seconds left at `now`, at least one.
  public func secondsLeft(at now: Instant) -> Int64 {
    max(1, expiresAt.milliseconds(since: now) / 1000)
  }
}

public struct CallbackDelivery: Equatable, Sendable {
  public var headers: [HTTPField]
  /// The bytes as they came: signatures cover them.
  public var body: [UInt8]

  public init(headers: [HTTPField], body: [UInt8]) {
    self.headers = headers
    self.body = body
  }

  /// The value of the only header of that name; nil where there is none or more than one.
  public func header(_ name: String) -> String? {
    let found = headers.filter { $0.name.lowercased() == name.lowercased() }
    return found.count == 1 ? found[0].value : nil
  }
}

public enum CallbackReading: Equatable, Sendable {
  /// Not from the provider, or not readable: answered 401 or 400, nothing changes.
  case forged(String)
  case malformed(String)
  /// From the provider, but about no order: a verification ping. The note is for the operator.
  case ping(note: String)
  case notice(CallbackNotice)
}

/// A provider speaks of one order.
public struct CallbackNotice: Equatable, Sendable {
  /// Our order number and the provider's id; at least one is set. Ours is tried first, except
  /// where the provider's rules say otherwise.
  public var lookups: [CallbackLookup]
  public var grade: EvidenceGrade
  /// What it says; below `fullySignedCallback` only a reason to ask.
  public var report: StatusReport

  public init(lookups: [CallbackLookup], grade: EvidenceGrade, report: StatusReport) {
    self.lookups = lookups
    self.grade = grade
    self.report = report
  }
}

public enum CallbackLookup: Equatable, Sendable {
  case ours(String)
  case theirs(String)
}

public struct Acknowledgement: Equatable, Sendable {
  public var status: Int
  public var contentType: String
  public var body: String

  public init(status: Int = 200, contentType: String = "text/plain", body: String) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }
}
