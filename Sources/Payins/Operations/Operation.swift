/// Names an operation of any kind. Jobs, events, deliveries and idempotency records refer to what
/// they are about by it.
public struct OperationID: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public init(_ id: some PrefixedID) { text = id.text }

  /// Takes a text that was an id before.
  public init(unchecked text: String) { self.text = text }

  /// Refuses a text that is no id of any kind.
  public init?(_ text: String) {
    self.text = text
    guard let kind,
      SortableText.isValid(text.utf8.dropFirst(kind.prefix.utf8.count))
    else { return nil }
  }

  /// Nil for a text that is no id.
  public var kind: OperationKind? {
    OperationKind.allCases.first { text.utf8.starts(with: $0.prefix.utf8) }
  }

  /// The id among its own kind; nil where it is of another.
  public func typed<ID: PrefixedID>(_ type: ID.Type = ID.self) -> ID? {
    text.utf8.starts(with: ID.prefix.utf8) ? ID(unchecked: text) : nil
  }

  public var description: String { text }
}

/// A movement of money, as a value that its state machine alone changes.
///
/// The machine is total and pure: every input in every state has an answer, mostly "recorded,
/// nothing changes".
public protocol Operation: Equatable, Sendable {
  associatedtype ID: PrefixedID
  associatedtype Input: Sendable

  static var kind: OperationKind { get }

  var id: ID { get }
  var merchant: String { get }
  /// Of the call that made it.
  var idempotencyKey: String { get }
  var createdAt: Instant { get }
  var updatedAt: Instant { get }
  /// Events so far.
  var eventCount: Int { get }
  /// Of them, those that the merchant is told.
  var publishedCount: Int { get }
  /// Counts the changes; a store refuses one that was made to another version.
  var version: Int { get }

  func apply(_ input: Input, _ context: Context) -> Transition<Self>

  /// The account whose limits hold for the job; empty for none.
  func account(of job: JobKey) -> String
}

extension Operation {
  public var operationID: OperationID { OperationID(id) }
}

/// What a transition counts up.
package protocol CountedOperation: Operation {
  var updatedAt: Instant { get set }
  var eventCount: Int { get set }
  var publishedCount: Int { get set }
  var version: Int { get set }
}
