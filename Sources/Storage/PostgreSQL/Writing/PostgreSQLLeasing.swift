import Payins
import PostgreSQLClient

/// Gives out the leases of due jobs. Rows that another gateway looks at just then are left to it.
struct PostgreSQLLeasing {
  /// Seconds until a job that cannot be read is looked at again, so that those behind it have
  /// their turn.
  private static let damagedSeconds: Int64 = 600
  /// How often it is tried again where others were in the way.
  private static let passes = 5

  private static let begin = PostgreSQLStatement("BEGIN")
  private static let commit = PostgreSQLStatement("COMMIT")
  private static let columns = "kind, subject, payin, account, coalesce(lease_ms, due_ms), tries"
  private static let isFree = "due_ms <= $1 AND (lease_ms IS NULL OR lease_ms <= $1)"

  /// No more jobs of an account than there is room for, so that one that is left alone costs
  /// nothing however much of it is due.
  private static let due = PostgreSQLStatement(
    """
    SELECT found.* FROM job_accounts
    LEFT JOIN unnest($4::text[], $5::bigint[]) AS given (account, room)
      ON given.account = job_accounts.account
    CROSS JOIN LATERAL (
      SELECT \(columns) FROM jobs WHERE jobs.account = job_accounts.account AND \(isFree)
      ORDER BY due_ms, kind, subject LIMIT least(coalesce(given.room, $3), $2)
      FOR UPDATE SKIP LOCKED) AS found
    """)
  private static let first = PostgreSQLStatement(
    """
    SELECT \(columns) FROM unnest($2::text[], $3::text[]) AS new (first_kind, first_subject)
    JOIN jobs ON kind = first_kind AND subject = first_subject
    WHERE \(isFree) FOR UPDATE OF jobs SKIP LOCKED
    """)
  private static let key = [RowColumn.text("kind"), .text("subject")]
  private static let found = "jobs.kind = new.kind AND jobs.subject = new.subject"
  private static let take = RowStatement(key) {
    """
    UPDATE jobs SET lease = $3, lease_ms = $4, tries = tries + 1
    FROM \($0) WHERE \(found)
    """
  }
  private static let postpone = RowStatement(key) {
    "UPDATE jobs SET due_ms = $3 FROM \($0) WHERE \(found)"
  }

  let request: LeaseRequest
  let damage: DamageRegister

  /// In a transaction of its own.
  func lease(_ connection: PostgreSQLConnection) throws(DatabaseError) -> [Job] {
    for pass in 0...Self.passes {
      do throws(PostgreSQLFault) {
        return try take(connection)
      } catch {
        if !connection.isLost {
          try? connection.execute("ROLLBACK", within: PostgreSQLSession.answerMilliseconds)
        }
        // Whether the leases are taken is not known; they run out.
        if case .lost(let why) = error {
          throw .failed(function: "lease", code: 0, message: why)
        }
        guard case .refused(let refusal) = error, refusal.isPassing, pass < Self.passes else {
          throw error.error
        }
      }
    }
    return []
  }

  private func take(_ connection: PostgreSQLConnection) throws(PostgreSQLFault) -> [Job] {
    var looks = [PostgreSQLQuery(Self.begin)]
    if !request.first.isEmpty { looks.append(firstQuery) }
    looks.append(dueQuery)
    let rows = try run(looks, connection).dropFirst().flatMap { $0.map { DueJob($0) } }
    var damaged = RowSet(Self.postpone)
    for row in rows where row.job == nil {
      damage.note(row.damage)
      damaged.add([.text(row.kind), .text(row.subject)])
    }
    let jobs = request.chosen(from: rows.compactMap(\.job))
    var taken = RowSet(Self.take)
    for job in jobs { taken.add([.text(job.key.kind.rawValue), .text(job.key.subject)]) }
    let later = request.now.adding(seconds: Self.damagedSeconds)
    let changes = [
      taken.query([.kept(request.lease.token), .integer(request.until.milliseconds)]),
      damaged.query([.integer(later.milliseconds)]), PostgreSQLQuery(Self.commit),
    ]
    _ = try run(changes.compactMap { $0 }, connection)
    return jobs.map { $0.leased(by: request) }
  }

  private func run(
    _ queries: [PostgreSQLQuery], _ connection: PostgreSQLConnection
  ) throws(PostgreSQLFault) -> [PostgreSQLRows] {
    switch try connection.run([queries], within: PostgreSQLSession.answerMilliseconds)[0] {
    case .success(let rows): return rows
    case .failure(let refusal): throw .refused(refusal)
    }
  }

  private var firstQuery: PostgreSQLQuery {
    var kinds = PostgreSQLColumn(.text)
    var subjects = PostgreSQLColumn(.text)
    for key in request.first {
      kinds.append(key.kind.rawValue)
      subjects.append(key.subject.kept)
    }
    return PostgreSQLQuery(
      Self.first, [.integer(request.now.milliseconds), .column(kinds), .column(subjects)])
  }

  private var dueQuery: PostgreSQLQuery {
    func room(_ count: Int) -> Int64 { Int64(max(count, 0)) }
    var accounts = PostgreSQLColumn(.text)
    var rooms = PostgreSQLColumn(.integer)
    for (account, limit) in request.limits {
      accounts.append(account.kept)
      rooms.append(room(limit))
    }
    return PostgreSQLQuery(
      Self.due,
      [
        .integer(request.now.milliseconds), .integer(room(request.limit)),
        .integer(room(request.limitPerAccount)), .column(accounts), .column(rooms),
      ])
  }
}
