import PostgreSQLClient

/// What every connection is told before it is used.
struct PostgreSQLSession {
  /// Milliseconds within which the server answers whatever is asked, else the connection is given
  /// up; its own `statement_timeout` ends a statement before.
  static let answerMilliseconds: Int64 = 15_000

  /// Plans are made once, and not by what the tables happened to hold then: every statement looks
  /// up by an index what it needs, in the index's order. A commit is in the server's log when it is
  /// told, whatever the server's own settings are.
  private static let settings = """
    SET client_min_messages = warning;
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET enable_sort = off;
    SET jit = off;
    SET default_transaction_isolation = 'read committed';
    SET idle_in_transaction_session_timeout = '5s';
    SELECT set_config('synchronous_commit', 'on', false)
      WHERE current_setting('synchronous_commit') = 'off';
    SELECT set_config('statement_timeout', '10s', false)
      WHERE current_setting('statement_timeout') = '0';
    """

  /// What the writer is told besides, once nothing of its own may wait for long any more: a row
  /// that somebody keeps locked holds up nobody but its own change.
  private static let writing = "SET lock_timeout = '1s'"

  static func prepare(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) {
    try connection.execute(settings, within: answerMilliseconds)
  }

  static func prepareToWrite(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) {
    try connection.execute(writing, within: answerMilliseconds)
  }

  /// What must be so once, at the start.
  static func check(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) {
    let found = try connection.run(
      PostgreSQLQuery(
        once: """
          SELECT current_setting('server_encoding'),
            current_setting('server_version_num')::bigint, current_setting('server_version'),
            coalesce(current_schema(), '')
          """), within: answerMilliseconds)
    guard let row = found.first else { throw .lost("the server says nothing of itself") }
    guard row.text(0) == "UTF8" else {
      throw .denied("the database's encoding is \(row.text(0)): it must be UTF8")
    }
    guard row.integer(1) >= 130_000 else {
      throw .denied("the server is PostgreSQL \(row.text(2)): it must be 13 or later")
    }
    guard !row.text(3).isEmpty else {
      throw .denied("no schema of the search_path is there, or may be used")
    }
  }

  /// Refuses a pooler that gives a connection another server process for each transaction: what is
  /// set, prepared or locked for a connection would be another's. One that is not there tells the
  /// process that answers; one that keeps a process for a connection shows it to no other.
  static func checkProcesses(
    _ first: PostgreSQLConnection, _ second: PostgreSQLConnection
  ) throws(PostgreSQLFault) {
    let ask = PostgreSQLQuery(once: "SELECT pg_backend_pid()")
    func process(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) -> Int {
      try connection.run(ask, within: answerMilliseconds).first?.integer(0) ?? 0
    }
    let own = try (process(first), process(second))
    if own == (Int(first.backend), Int(second.backend)) { return }
    var isShared = own.0 == own.1
    // One that is in a transaction keeps its process meanwhile; some poolers allow none.
    if !isShared, (try? first.execute("BEGIN", within: answerMilliseconds)) != nil {
      for _ in 0..<3 where !isShared { isShared = try process(second) != own.1 }
      isShared = try process(first) != own.0 || isShared
      try first.execute("COMMIT", within: answerMilliseconds)
    } else {
      isShared = true
    }
    guard !isShared else {
      throw .denied(
        "a pooler between the gateway and PostgreSQL gives each transaction another server "
          + "process: connect to the server itself, or through a pool in session mode")
    }
  }
}
