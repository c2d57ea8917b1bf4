import CounterPayments
public import JSONText
public import Payins

/// An operation that a store keeps: as documents, beside columns that it is found and listed by.
///
/// Rows are believed by their documents: a column that says something else is damage.
public protocol KeptOperation: Operation {
  static var layout: OperationLayout { get }

  /// What never changes, in JSON, written once; nil where the other document has everything.
  var keptOpening: [UInt8]? { get }
  /// What is written with each change, in JSON.
  var keptStanding: [UInt8] { get }
  /// The values of `layout.columns`, in their order.
  var listing: [ListedValue] { get }

  /// Nil for documents of another shape.
  init?(kept: KeptDocuments)
}

/// What an operation is read from.
public struct KeptDocuments: Sendable {
  /// `keptOpening`, or else the other document.
  public var opening: JSON
  public var standing: JSON
  /// What stands apart of pay-ins, to be sealed and erased.
  var payer: JSON?
  var answers: JSON?
  /// What stands with the job that asks about a pay-in.
  var silence: Silence?
}

/// How a kind of operation lies in its table.
public struct OperationLayout: Sendable {
  public struct Column: Sendable {
    package var name: String
    /// Whether its values are numbers, not texts.
    var isNumeric = false
    /// Whether its document vouches for it in rows of every release.
    var isChecked = true
  }

  var table: String
  /// Beside the id, merchant, version, documents and checksums, which every table has.
  package var columns: [Column]
  /// Those that are taken by one operation for ever, with or without the merchant.
  package var reference: [String]
  /// Whether what never changes has a document of its own.
  var hasOpening = false
  /// Whether something is kept apart in the tables of secrets.
  var hasSecrets = false
  /// The column that is 1 where an operator is to look, the index of those, and its order.
  package var flag: (column: String, index: String, order: String)?
  /// The column that names the subject of the job whose silence is the operation's.
  var watched: String?
  /// Since when somebody else has something to say of it, and the index of those.
  package var unresolved: (column: String, index: String)?
  /// The index of merchants' operations by their ids, which sort by time; nil where there is none.
  var byTime: String?
  /// The columns of the primary key, where rows have no number.
  var key: [String] = []
}

/// A value of a listed column. Texts are the same where their bytes are.
public enum ListedValue: Sendable {
  case none
  case number(Int64)
  case text(String)
}

extension ListedValue: Equatable {
  public static func == (left: ListedValue, right: ListedValue) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.number(let left), .number(let right)): left == right
    case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
    case (.none, _), (.number, _), (.text, _): false
    }
  }

  /// 1, or nothing.
  static func mark(_ isSet: Bool) -> ListedValue { isSet ? .number(1) : .none }
}

extension OperationLayout {
  /// What of the columns' values, and of the merchant, is taken for ever.
  func reference(of listing: [ListedValue], merchant: String) -> [ListedValue] {
    reference.map { name in
      columns.firstIndex { $0.name == name }.map { listing[$0] } ?? .text(merchant)
    }
  }
}

extension OperationKind {
  /// The one list of what is kept.
  public var type: any KeptOperation.Type {
    switch self {
    case .payin: Payin.self
    case .counterPayment: CounterPayment.self
    }
  }
}

/// What becomes of an operation.
public struct OperationWrite: Sendable {
  package let state: any KeptOperation
  /// The state that must be there; nil: the operation must not.
  package let before: (any KeptOperation)?
  package let isWithdrawn: Bool

  /// Throws `.duplicateReference`, and `.versionConflict` where the id exists.
  public static func insert(_ state: some KeptOperation) -> OperationWrite {
    OperationWrite(state: state, before: nil, isWithdrawn: false)
  }

  /// Throws `.versionConflict` unless the stored version is `before`'s.
  /// Where it erases a payer, notifications kept before have the members of the payer null, too.
  public static func update<State: KeptOperation>(
    _ state: State, before: State
  ) -> OperationWrite {
    OperationWrite(state: state, before: before, isWithdrawn: false)
  }

  /// Removes it with its events: nobody was asked anything. Throws `.versionConflict` unless the
  /// stored version is this one's.
  public static func withdraw(_ state: some KeptOperation) -> OperationWrite {
    OperationWrite(state: state, before: state, isWithdrawn: true)
  }

  public var id: OperationID { state.operationID }
  public var isInsertion: Bool { before == nil }

  /// The pay-in as written, where it is one.
  public var payin: Payin? { isWithdrawn ? nil : state as? Payin }
}

/// One merchant's operations of a kind whose ids sort by time, newest first.
public struct OperationQuery<State: KeptOperation>: Sendable {
  public var merchant: String
  /// Any of these, as stored; empty: all.
  public var statuses: [String] = []
  /// Only those older than this one.
  public var before: State.ID?
  public var limit: Int

  public init(merchant: String, limit: Int) {
    self.merchant = merchant
    self.limit = limit
  }
}
