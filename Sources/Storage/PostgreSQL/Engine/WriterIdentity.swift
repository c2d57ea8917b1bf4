import PostgreSQLClient

/// Which gateway's writer a connection is: a number that no other has, ever. As long as its
/// connection lives it holds a lock of the database, so that others see whether it is gone.
struct WriterIdentity: Sendable {
  let number: Int64

  private static let lockSeconds = 8
  /// For which `$1` is the writer.
  private static let lock = "(('writers'::regclass::oid::bigint << 32) | $1)"

  /// A new one.
  init(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) {
    let made = try connection.run(
      PostgreSQLQuery(
        once: """
          INSERT INTO writers (writer, last_commit, at)
          VALUES (nextval('writer_numbers'), 0, now()) RETURNING writer
          """), within: PostgreSQLSession.answerMilliseconds)
    number = made.first?.integer64(0) ?? 0
    // Those that wrote nothing for long can have nothing in doubt any more.
    _ = try connection.run(
      PostgreSQLQuery(once: "DELETE FROM writers WHERE at < now() - interval '30 days'"),
      within: PostgreSQLSession.answerMilliseconds)
    try take(connection)
  }

  /// Has the connection be the writer's. Where an earlier one of it still lives it is ended first,
  /// and waited for: whatever it was committing is committed then, or never will be.
  func take(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) {
    let number = PostgreSQLValue.integer(number)
    let outcomes = try connection.run(
      [
        [
          PostgreSQLQuery(
            once: """
              SELECT pg_terminate_backend(pid) FROM pg_locks
              WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND (classid::bigint << 32) | objid::bigint = \(Self.lock)
              """, [number]),
          PostgreSQLQuery(
            once: "SELECT set_config('lock_timeout', '\(Self.lockSeconds)s', true)"),
          PostgreSQLQuery(once: "SELECT pg_advisory_lock(\(Self.lock))", [number]),
        ]
      ], within: PostgreSQLSession.answerMilliseconds)
    if case .failure(let refusal) = outcomes[0] { throw .refused(refusal) }
  }

  /// In each transaction that changes something: by what it can be found.
  private static let note = PostgreSQLStatement(
    """
    INSERT INTO writers (writer, last_commit, at) VALUES ($1, $2, now())
    ON CONFLICT (writer) DO UPDATE SET last_commit = excluded.last_commit, at = excluded.at
    """)
  /// A write: a standby refuses it, and its own commit waits until what it found is as durable.
  private static let find = PostgreSQLStatement(
    "UPDATE writers SET at = now() WHERE writer = $1 AND last_commit >= $2 RETURNING 1")

  /// A row for each writer that lives.
  static let alive = """
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = to_regclass('writers')::oid
    """
  private static let others = PostgreSQLStatement("\(alive) AND objid::bigint <> $1")

  var othersAlive: PostgreSQLQuery { PostgreSQLQuery(Self.others, [.integer(number)]) }

  func note(_ commit: Int64) -> PostgreSQLQuery {
    PostgreSQLQuery(Self.note, [.integer(number), .integer(commit)])
  }

  /// Whether the commit was made; asked on a connection that is the writer's.
  func hasMade(
    _ commit: Int64, _ connection: PostgreSQLConnection, within milliseconds: Int64
  ) throws(PostgreSQLFault) -> Bool {
    try connection.run(
      PostgreSQLQuery(Self.find, [.integer(number), .integer(commit)]), within: milliseconds
    ).count > 0
  }
}
