public import HTTPCalling
public import Payins

/// Shows many orders in one answer, newest first. Conforming to it is the capability: where many
/// open orders of an account are due, it is asked by pages.
public protocol ListsOrders: Queryable {
  /// - Parameters:
  ///   - created: when the orders that are looked for were made.
  ///   - offset: how many orders of the list were read before.
  func listRequest(created: ClosedRange<Instant>, offset: Int) -> HTTPRequest
  func listOutcome(_ response: HTTPResponse) -> ListOutcome
}

/// What is known after asking for a page of a list.
public enum ListOutcome: Sendable {
  /// Empty behind the list's end.
  case page([ListedOrder])
  /// No page, and what a question about one order would have come to; never found or absent.
  case noPage(QueryOutcome)
}

/// An order as a page shows it, which may be anybody's.
public struct ListedOrder: Sendable {
  /// Ours; nil where it names none that can be read.
  public var number: String?
  public var providerOrderID: String?
  public var createdAt: Instant?
  /// What it says of an order of ours: exactly what the answer to a question about it would. Nil
  /// where it is not about that order, or cannot be read.
  public var read: @Sendable (Order) -> QueryOutcome?

  public init(
    number: String?, providerOrderID: String?, createdAt: Instant?,
    read: @escaping @Sendable (Order) -> QueryOutcome?
  ) {
    self.number = number
    self.providerOrderID = providerOrderID
    self.createdAt = createdAt
    self.read = read
  }
}
