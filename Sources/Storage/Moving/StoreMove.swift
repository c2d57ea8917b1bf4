import Crypto

/// Takes a store's books into another one, row by row, and compares both at the end. Where it is
/// cut off it is run again and goes on. From its beginning to its end no gateway has either store;
/// after it none can take up the old one.
public struct StoreMove {
  public enum Progress: Equatable, Sendable {
    /// Rows that are in the new store, of all that the table has.
    case copied(table: String, rows: Int, of: Int)
    /// Rows that were looked at in one of the stores, of all that the table has there.
    case comparing(table: String, rows: Int, of: Int)
    /// The table is the same in both.
    case compared(table: String, rows: Int)
    /// A table that had been copied before differs: its rows are taken anew.
    case again(table: String)
  }

  private static let rowsAtATime = 1000

  private let source: any TableStore
  private let target: any TableStore
  private let tell: (Progress) -> Void

  /// Opens both.
  /// - Throws: `.denied` with a sentence where one of them must not be touched.
  public init(
    from source: StoreAddress, to target: StoreAddress, tell: @escaping (Progress) -> Void
  ) throws(DatabaseError) {
    guard source != target else { throw .denied("both are the same store") }
    try self.init(
      from: source.openTables(mustExist: true), to: target.openTables(mustExist: false), tell: tell)
  }

  init(
    from source: any TableStore, to target: any TableStore, tell: @escaping (Progress) -> Void
  ) {
    (self.source, self.target, self.tell) = (source, target, tell)
  }

  /// Returns how many rows there are.
  public func run() throws(DatabaseError) -> Int {
    let id = try begin()
    var count = 0
    for table in StoreTable.all { count += try take(table) }
    // The old one is closed before the new one opens.
    try source.set(MoveMark(id: id, way: .to, place: target.place))
    try target.settle()
    try target.set(nil)
    return count
  }

  /// Begins, or goes on with what was cut off. Returns the move's id.
  private func begin() throws(DatabaseError) -> String {
    let underway = try target.mark()
    if let underway, underway.way != .from || underway.place != source.place {
      throw .denied(underway.refusal)
    }
    // One that this move has closed was cut off in its last steps.
    if let mark = try source.mark(), mark.way != .to || mark.id != underway?.id {
      throw .denied(mark.refusal)
    }
    try source.prepareToLeave()
    if let underway { return underway.id }
    for table in StoreTable.all where table.name != StoreTable.storeSecrets.name {
      guard try target.count(table) == 0 else {
        throw .denied("\(target.place) is in use: its table \(table.name) has rows")
      }
    }
    let id = Hex.encode(SecureRandom.bytes(16))
    try target.set(MoveMark(id: id, way: .from, place: source.place))
    try target.empty(.storeSecrets)
    return id
  }

  private func take(_ table: StoreTable) throws(DatabaseError) -> Int {
    let copied = try copy(table)
    if try compare(table, copied) { return copied.rows }
    tell(.again(table: table.name))
    try target.empty(table)
    let anew = try copy(table)
    guard try compare(table, anew) else {
      throw .failed(
        function: "move", code: 0,
        message: "the table \(table.name) is not the same in \(target.place) as it was copied")
    }
    return anew.rows
  }

  private func compare(_ table: StoreTable, _ expected: RowSum) throws(DatabaseError) -> Bool {
    guard try sum(of: table, in: target, rows: expected.rows) == expected else { return false }
    tell(.compared(table: table.name, rows: expected.rows))
    return true
  }

  /// Brings over what is not there yet. Returns the sum of all.
  private func copy(_ table: StoreTable) throws(DatabaseError) -> RowSum {
    let total = try source.count(table)
    var last = try target.lastKey(of: table)
    var sum = RowSum()
    let isResumed = last != nil
    var done = isResumed ? try target.count(table) : 0
    while true {
      let rows = try source.rows(of: table, behind: last, limit: Self.rowsAtATime)
      if !rows.isEmpty { try target.add(rows, to: table) }
      for row in rows { sum.add(row) }
      done += rows.count
      tell(.copied(table: table.name, rows: done, of: total))
      guard rows.count == Self.rowsAtATime, let row = rows.last else { break }
      last = Array(row.prefix(table.keyCount))
    }
    // What was copied before may have changed since.
    let whole = isResumed ? try self.sum(of: table, in: source, rows: total) : sum
    guard whole.rows == total else {
      throw .failed(
        function: "move", code: 0,
        message: "of \(total) rows of the table \(table.name) \(whole.rows) can be read")
    }
    return whole
  }

  /// - Parameter total: how many there should be.
  private func sum(
    of table: StoreTable, in store: any TableStore, rows total: Int
  ) throws(DatabaseError) -> RowSum {
    var sum = RowSum()
    var last: [Cell]?
    while true {
      let rows = try store.rows(of: table, behind: last, limit: Self.rowsAtATime)
      for row in rows { sum.add(row) }
      tell(.comparing(table: table.name, rows: sum.rows, of: total))
      guard rows.count == Self.rowsAtATime, let row = rows.last else { return sum }
      last = Array(row.prefix(table.keyCount))
    }
  }
}

/// How many rows, and what they say in whatever order: each store has one of its own.
private struct RowSum: Equatable {
  private(set) var rows = 0
  private var sum: UInt64 = 0

  mutating func add(_ row: [Cell]) {
    var checksum = Checksum()
    for cell in row { checksum.add(cell) }
    rows += 1
    sum &+= UInt64(bitPattern: checksum.value)
  }
}

extension StoreAddress {
  fileprivate func openTables(mustExist: Bool) throws(DatabaseError) -> any TableStore {
    switch self {
    case .sqlite(let path): try SQLiteTables(path: path, mustExist: mustExist)
    case .postgresql(let address): try PostgreSQLTables(address, mustExist: mustExist)
    }
  }
}
