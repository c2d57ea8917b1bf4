public import Payins

/// A look at the oldest rows, a few at a time.
public struct Sweep: Sendable {
  /// Rows from that time on are not looked at.
  public var before: Instant
  /// Behind which row: `Swept.next` of the look before.
  public var after: Int64
  /// Rows that are looked at.
  public var limit: Int

  public init(before: Instant, after: Int64 = 0, limit: Int) {
    self.before = before
    self.after = after
    self.limit = limit
  }
}

/// What a sweep came upon.
public struct Swept: Equatable, Sendable {
  /// Each once.
  public var operations: [OperationID]
  /// Where to go on; nil: there is nothing older than the sweep's time behind these.
  public var next: Int64?

  public init(_ operations: [OperationID], next: Int64?) {
    self.operations = operations
    self.next = next
  }

  /// - Parameter rows: in their order, one more than looked at where there are more.
  package init(_ rows: [(number: Int64, operation: OperationID, at: Instant)], of sweep: Sweep) {
    let fitting = rows.prefix { $0.at < sweep.before }
    var seen: Set<OperationID> = []
    operations = fitting.map(\.operation).filter { seen.insert($0).inserted }
    next = fitting.count == rows.count && rows.count == sweep.limit ? rows.last?.number : nil
  }
}
