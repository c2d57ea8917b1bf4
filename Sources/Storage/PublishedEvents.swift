public import JSONText
public import Payins

/// A merchant's published events, newest first.
public struct PublishedEventQuery: Equatable, Sendable {
  public var merchant: String
  public var type: String?
  public var operation: OperationID?
  /// Only those older than this one: the last of the page before. An event that is not the
  /// merchant's has nothing older.
  public var before: EventID?
  public var limit: Int
  /// How many events are looked at, at most, for those of a type: of a rare one among millions a
  /// page may be short.
  public var scan = 10_000

  public init(merchant: String, limit: Int) {
    self.merchant = merchant
    self.limit = limit
  }

  /// Whether some that are looked at may not fit; one operation's own are few.
  package var isSifting: Bool { type != nil && operation == nil }
}

public struct PublishedEventPage: Equatable, Sendable {
  public var events: [OperationEvent]
  /// As `PayinPage.lookedTo`.
  public var lookedTo: EventID?

  public init(_ events: [OperationEvent], lookedTo: EventID? = nil) {
    self.events = events
    self.lookedTo = lookedTo
  }
}

/// Where a merchant's published events go; the document is the gateway's, who notes in
/// `Database.damage` whether it can read it.
public struct EndpointRecord: Equatable, Sendable {
  public var merchant: String
  /// Unique within the merchant.
  public var id: String
  public var document: JSON

  public init(merchant: String, id: String, document: JSON) {
    self.merchant = merchant
    self.id = id
    self.document = document
  }

  /// What names it among all merchants', such as in `Database.damage`.
  public static func place(_ merchant: String, _ id: String) -> String { "\(merchant)/\(id)" }
}

/// The endpoints that a store keeps, as of one moment.
public struct KeptEndpoints: Equatable, Sendable {
  public var records: [EndpointRecord]
  /// How often each merchant's endpoints were changed; a merchant who is not here has none and
  /// never had.
  public var revisions: [String: Int]

  public init(records: [EndpointRecord], revisions: [String: Int]) {
    self.records = records
    self.revisions = revisions
  }
}

/// Which of a merchant's endpoints a change was decided by.
public struct EndpointRevision: Equatable, Sendable {
  public var merchant: String
  /// As in `KeptEndpoints.revisions`; 0 for none.
  public var number: Int

  public init(merchant: String, number: Int) {
    self.merchant = merchant
    self.number = number
  }
}

/// Each raises the merchant's revision by 1.
public enum EndpointWrite: Equatable, Sendable {
  /// Makes the record or replaces it.
  case put(EndpointRecord)
  case remove(merchant: String, id: String)
}

/// One try to tell a merchant of an event, and how it went.
public struct DeliveryAttempt: Equatable, Sendable {
  public var operation: OperationID
  public var event: EventID
  /// The endpoint's id.
  public var endpoint: String
  public var at: Instant
  /// The receiver's HTTP status; nil without an answer.
  public var status: Int?
  /// Why it did not arrive, as a stable code; nil where it did.
  public var failure: String?
  public var milliseconds: Int64

  public init(
    operation: OperationID, event: EventID, endpoint: String, at: Instant, status: Int?,
    failure: String?, milliseconds: Int64
  ) {
    self.operation = operation
    self.event = event
    self.endpoint = endpoint
    self.at = at
    self.status = status
    self.failure = failure
    self.milliseconds = milliseconds
  }
}
