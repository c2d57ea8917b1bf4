import Payins
import PostgreSQLClient

/// Gives out the leases of due jobs. Rows that another gateway looks at just then are left to it.
struct PostgreSQLLeasing {
  /// Seconds until a job that cannot be read is looked at again, so that those behind it have
  /// their turn.
  private static let damagedSeconds: Int64 = 600

  /// Looks at no more jobs of an account than there is room for, so that one that is left alone
  /// costs nothing however much of it is due.
  private static let take = PostgreSQLStatement(
    """
    WITH rooms AS (
      SELECT job_accounts.account, least(coalesce(given.room, $3), $2) AS room
      FROM job_accounts
      LEFT JOIN unnest($4::text[], $5::bigint[]) AS given (account, room)
        ON given.account = job_accounts.account
    ), due AS MATERIALIZED (
      SELECT found.* FROM rooms CROSS JOIN LATERAL (
        SELECT kind, subject, due_ms FROM jobs
        WHERE jobs.account = rooms.account AND due_ms <= $1
          AND (lease_ms IS NULL OR lease_ms <= $1)
        ORDER BY due_ms, kind, subject LIMIT rooms.room FOR UPDATE SKIP LOCKED) AS found
    ), placed AS (
      SELECT due.*, due.kind = ANY ($6::text[]) AS is_known,
        row_number() OVER (PARTITION BY kind ORDER BY due_ms, subject) AS place
      FROM due
    ), chosen AS MATERIALIZED (
      (SELECT placed.kind, placed.subject, placed.due_ms, true AS is_known FROM placed
        LEFT JOIN unnest($7::text[], $8::bigint[]) AS given (kind, room)
          ON given.kind = placed.kind
        WHERE is_known AND place <= coalesce(given.room, place)
        ORDER BY due_ms, kind, subject LIMIT $2)
      UNION ALL
      SELECT kind, subject, due_ms, false FROM placed WHERE NOT is_known
    )
    UPDATE jobs SET
      lease = CASE WHEN is_known THEN $11::text ELSE lease END,
      lease_ms = CASE WHEN is_known THEN $9::bigint ELSE $10::bigint END,
      holder = CASE WHEN is_known THEN $12::bigint ELSE holder END,
      tries = tries + is_known::int
    FROM chosen WHERE jobs.kind = chosen.kind AND jobs.subject = chosen.subject
    RETURNING jobs.kind, jobs.subject, jobs.payin, jobs.account, chosen.due_ms, jobs.tries
    """)

  static func query(_ request: LeaseRequest, holder: Int64) -> PostgreSQLQuery {
    func room(_ count: Int) -> Int64 { Int64(max(count, 0)) }
    var accounts = PostgreSQLColumn(.text)
    var rooms = PostgreSQLColumn(.integer)
    for (account, limit) in request.limits {
      accounts.append(account.kept)
      rooms.append(room(limit))
    }
    var known = PostgreSQLColumn(.text)
    for kind in JobKind.allCases { known.append(kind.rawValue) }
    var kinds = PostgreSQLColumn(.text)
    var kindRooms = PostgreSQLColumn(.integer)
    for (kind, limit) in request.limitsPerKind {
      kinds.append(kind.rawValue)
      kindRooms.append(room(limit))
    }
    return PostgreSQLQuery(
      take,
      [
        .integer(request.now.milliseconds), .integer(room(request.limit)),
        .integer(room(request.limitPerAccount)), .column(accounts), .column(rooms),
        .column(known), .column(kinds), .column(kindRooms),
        .integer(request.until.milliseconds),
        .integer(request.now.adding(seconds: damagedSeconds).milliseconds),
        .kept(request.lease.token), .integer(holder),
      ])
  }

  /// The jobs that were given out, soonest first; those that nobody can read are noted.
  static func jobs(
    _ rows: PostgreSQLRows, _ request: LeaseRequest, _ damage: DamageRegister
  ) -> [Job] {
    var jobs: [Job] = []
    for row in rows.map(DueJob.init) {
      if let job = row.job { jobs.append(job) } else { damage.note(row.damage) }
    }
    return jobs.sorted(by: Job.isSooner).map { job in
      // Its tries are counted already.
      var leased = job.leased(by: request)
      leased.tries = job.tries
      return leased
    }
  }
}
