/// A store's tables as rows, which nobody else has open meanwhile. Nothing is unsealed.
protocol TableStore {
  /// For people: where it is.
  var place: String { get }

  /// How far a move into it or away from it has come; nil: no move concerns it.
  func mark() throws(DatabaseError) -> MoveMark?
  func set(_ mark: MoveMark?) throws(DatabaseError)

  func count(_ table: StoreTable) throws(DatabaseError) -> Int
  /// In the order of their keys.
  /// - Parameter last: the key behind which they are; nil: the first ones.
  func rows(
    of table: StoreTable, behind last: [Cell]?, limit: Int
  ) throws(DatabaseError) -> [[Cell]]
  /// The greatest key; nil: there are no rows.
  func lastKey(of table: StoreTable) throws(DatabaseError) -> [Cell]?
  /// All of them or none.
  func add(_ rows: [[Cell]], to table: StoreTable) throws(DatabaseError)
  func empty(_ table: StoreTable) throws(DatabaseError)

  /// Makes it ready to be taken away; throws `.denied` with a sentence where it is not.
  func prepareToLeave() throws(DatabaseError)
  /// Makes it ready for gateways, once all rows are there.
  func settle() throws(DatabaseError)
}

/// What keeps gateways from a store that is, or was, moved.
enum MoveMark: Equatable {
  /// Not all rows are there yet.
  case arriving
  /// Its books go on elsewhere.
  case left(to: String)

  /// The table that it stands in; where there is none, no move concerns the store.
  static let table = "store_move"

  /// Why, for the operator.
  var refusal: String {
    switch self {
    case .arriving:
      "a move into this store has not come to its end: run pasarela store migrate again"
    case .left(let place):
      "the store was moved to \(place), where its books go on: nobody may go on with it here"
    }
  }
}

/// A value of a row.
enum Cell {
  case integer(Int64?)
  case text(String?)
  case bytes([UInt8]?)

  static func number(_ number: Int?) -> Cell { .integer(number.map(Int64.init)) }
}

extension Checksum {
  /// Of rows that are the same in either kind of store.
  mutating func add(_ cell: Cell) {
    switch cell {
    case .integer(let number):
      add(number == nil ? 0 : 1)
      add(number ?? 0)
    case .text(let text): add(text)
    case .bytes(let bytes): add(bytes)
    }
  }
}
