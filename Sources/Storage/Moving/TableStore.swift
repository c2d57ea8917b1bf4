/// A store's tables as rows, which nobody else has open meanwhile. Nothing is unsealed.
protocol TableStore {
  /// For people: where it is.
  var place: String { get }

  /// Nil where no move concerns it.
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
struct MoveMark: Equatable {
  enum Way: String {
    /// Not all rows are there yet.
    case from
    /// Its books go on elsewhere.
    case to
  }

  /// Of the move, the same in both stores.
  var id: String
  var way: Way
  /// The other store, as it was named for the move.
  var place: String

  /// The table that it stands in; where there is none, no move concerns the store.
  static let table = "store_move"
  static let columns = "id, way, place"
  /// Of one that says what this program does not know.
  static let unreadable =
    "the store was moved, or is being moved, by another release: run that one's program"

  /// Why, for the operator.
  var refusal: String {
    switch way {
    case .from:
      "the move from \(place) into this store has not come to its end: run the same "
        + "pasarela store migrate again"
    case .to:
      "the store was moved to \(place), where its books go on: nobody may go on with it here"
    }
  }
}

extension MoveMark {
  init?(_ row: some StoreRow) {
    guard let way = Way(rawValue: row.text(1)) else { return nil }
    self.init(id: row.text(0), way: way, place: row.text(2))
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
