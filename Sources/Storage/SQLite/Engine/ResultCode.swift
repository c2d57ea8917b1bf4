internal import CSQLite

/// An extended result code of SQLite.
struct ResultCode: Equatable {
  let rawValue: Int32

  init(_ rawValue: Int32) { self.rawValue = rawValue }

  static let ok = ResultCode(SQLITE_OK)
  static let row = ResultCode(SQLITE_ROW)
  static let done = ResultCode(SQLITE_DONE)
  static let busy = ResultCode(SQLITE_BUSY)
  /// SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE: macros that Swift cannot import.
  private static let primaryKey = ResultCode(SQLITE_CONSTRAINT | 6 << 8)
  private static let unique = ResultCode(SQLITE_CONSTRAINT | 8 << 8)

  /// Without what extends it.
  var primary: ResultCode { ResultCode(rawValue & 0xFF) }

  /// Whether the operating system's own error says more.
  var isOfSystem: Bool { [SQLITE_CANTOPEN, SQLITE_IOERR].contains(primary.rawValue) }

  /// Whether a unique key was there already.
  var isTaken: Bool { self == .primaryKey || self == .unique }
}

extension DatabaseError {
  /// Whether a unique key was there already.
  var isTaken: Bool {
    if case .failed(_, let code, _) = self { ResultCode(Int32(code)).isTaken } else { false }
  }
}
