internal import CSQLite

/// A step that brings a database to a later schema, about to be taken.
public struct Migration: Equatable, Sendable {
  /// The version that it brings it to.
  public var to: Int
  /// How many pay-ins are kept, of which the time that it takes depends: about twelve seconds for
  /// a million, measured for version 10.
  public var payins: Int
}

/// Brings a database to the schema that this program knows. Each migration is one transaction and
/// leaves its number in `user_version`. They are only ever added, also where nothing but a job
/// kind or a document's shape is new: an older program must refuse what it cannot read.
struct Migrations {
  /// `Psrl`, in the file's header: tells our databases from others'.
  static let applicationID: Int64 = 0x5073_726C

  /// Number 1 first.
  static let all: [String] = [
    Schema.version1, Schema.version2, Schema.version3, Schema.version4, Schema.version5,
    Schema.version6, Schema.version7, Schema.version8, Schema.version9, Schema.version10,
    Schema.version11, Schema.version12,
  ]

  private let connection: SQLiteConnection
  private let steps: [String]
  private let isAlone: Bool
  private let starts: @Sendable (Migration) -> Void

  /// - Parameters:
  ///   - isAlone: whether no other process has it open. An older program that has goes on with
  ///     statements that are no longer right, so that a step is refused.
  ///   - starts: hears of each step before it is taken, save in a new database.
  init(
    _ connection: SQLiteConnection, steps: [String] = Migrations.all, isAlone: Bool = true,
    starts: @escaping @Sendable (Migration) -> Void = { _ in }
  ) {
    self.connection = connection
    self.steps = steps
    self.isAlone = isAlone
    self.starts = starts
  }

  /// Refuses a file that is another program's, or a newer version's. Returns its version, 0 where
  /// it is empty.
  func identify() throws(DatabaseError) -> Int {
    // One look: another process may be making the database.
    try connection.execute("BEGIN")
    defer { try? connection.execute("ROLLBACK") }
    let version = try integer("user_version")
    let owner = try integer("application_id")
    let tables = try count("SELECT count(*) FROM sqlite_schema")
    guard owner == Self.applicationID || (owner == 0 && version == 0 && tables == 0) else {
      throw refusal("it is another program's database")
    }
    guard version <= steps.count else {
      throw refusal(
        "it has schema version \(version), this program knows \(steps.count): "
          + "run the newer program")
    }
    return Int(version)
  }

  func run() throws(DatabaseError) {
    while try integer("user_version") < steps.count { try runNext() }
  }

  private func runNext() throws(DatabaseError) {
    try connection.execute("BEGIN IMMEDIATE")
    do throws(DatabaseError) {
      // Another process may have been first.
      let version = Int(try integer("user_version"))
      if version < steps.count {
        if version > 0 {
          guard isAlone else {
            throw refusal(
              "another process has it open: stop them all, so that this release can bring it "
                + "to its version")
          }
          starts(
            Migration(
              to: version + 1,
              payins: Int((try? count("SELECT coalesce(max(number), 0) FROM payins")) ?? 0)))
        }
        try connection.execute(steps[version])
        try connection.execute(
          "PRAGMA application_id = \(Self.applicationID); PRAGMA user_version = \(version + 1)")
      }
      try connection.execute("COMMIT")
    } catch {
      if connection.isInTransaction { try connection.execute("ROLLBACK") }
      throw error
    }
  }

  private func integer(_ pragma: String) throws(DatabaseError) -> Int64 {
    try count("PRAGMA \(pragma)")
  }

  private func count(_ sql: String) throws(DatabaseError) -> Int64 {
    Int64(try SQLiteStatement(connection, sql).first { row in row.integer(0) } ?? 0)
  }

  private func refusal(_ message: String) -> DatabaseError {
    .failed(function: "open", code: Int(SQLITE_MISMATCH), message: message)
  }
}
