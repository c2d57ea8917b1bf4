import PostgreSQLClient

/// Brings a database to the schema that this program knows, one gateway at a time. Each step is one
/// transaction. They are only ever added; each says the oldest version whose programs may go on
/// beside it.
struct PostgreSQLMigrations {
  struct Step {
    var script: String
    /// The least version that a program must know to work with the database after it.
    var oldest: Int
  }

  /// Number 1 first.
  static let all = [
    Step(script: PostgreSQLSchema.version1, oldest: 1),
    // An earlier program does not know that a store may have been moved.
    Step(script: PostgreSQLSchema.version2, oldest: 2),
  ]

  /// `Psrl`, as advisory locks and others' tables are told from ours.
  private static let mark = 0x5073_726C
  private static let limit: Int64 = 3_600_000

  private let connection: PostgreSQLConnection
  private let steps: [Step]
  private let starts: @Sendable (Migration) -> Void

  /// - Parameter starts: hears of each step before it is taken, save in a new database.
  init(
    _ connection: PostgreSQLConnection, steps: [Step] = Self.all,
    starts: @escaping @Sendable (Migration) -> Void = { _ in }
  ) {
    self.connection = connection
    self.steps = steps
    self.starts = starts
  }

  /// Throws `.refused` with a sentence where the database is a newer program's.
  func run() throws(PostgreSQLFault) {
    try connection.execute(
      """
      SET statement_timeout = 0;
      SELECT pg_advisory_lock(\(Self.mark), hashtext(current_schema()));
      CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL, oldest bigint NOT NULL);
      """, within: Self.limit)
    do throws(PostgreSQLFault) {
      while try takeNext() {}
    } catch {
      try? connection.execute("ROLLBACK", within: Self.limit)
      try? unlock()
      throw error
    }
    try unlock()
  }

  /// Throws `.denied` with a sentence where a step is to be taken, or it is a newer program's.
  func check() throws(PostgreSQLFault) {
    let version = try StoreAdmission.isThere("schema_version", connection) ? version() : 0
    guard version >= steps.count else {
      throw .denied("\(StorePurpose.olderSchema(version, steps.count))")
    }
  }

  /// The database's; 0 where it is empty.
  private func version() throws(PostgreSQLFault) -> Int {
    let row = try connection.run(
      PostgreSQLQuery(once: "SELECT version, oldest FROM schema_version"), within: Self.limit
    ).first
    let (version, oldest) = (row?.integer(0) ?? 0, row?.integer(1) ?? 0)
    guard oldest <= steps.count else {
      throw .denied(
        "the store has schema version \(version), which needs a program that knows version "
          + "\(oldest); this one knows \(steps.count): run the newer program")
    }
    return version
  }

  private func unlock() throws(PostgreSQLFault) {
    try connection.execute(
      """
      SELECT pg_advisory_unlock(\(Self.mark), hashtext(current_schema()));
      RESET statement_timeout
      """, within: Self.limit)
  }

  /// Returns whether there was a step left.
  private func takeNext() throws(PostgreSQLFault) -> Bool {
    let version = try version()
    guard version < steps.count else { return false }
    if version > 0 {
      let count = try connection.run(
        PostgreSQLQuery(once: "SELECT last_value FROM payin_numbers"), within: Self.limit)
      starts(Migration(to: version + 1, payins: count.first?.integer(0) ?? 0))
    }
    let needed = steps[...version].map(\.oldest).max() ?? 1
    try connection.execute(
      """
      BEGIN;
      \(steps[version].script);
      DELETE FROM schema_version;
      INSERT INTO schema_version VALUES (\(version + 1), \(needed));
      COMMIT
      """, within: Self.limit)
    return true
  }
}
