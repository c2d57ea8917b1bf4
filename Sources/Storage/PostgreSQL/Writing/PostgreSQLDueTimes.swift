import Payins
import PostgreSQLClient

/// What is written beside changes and leases.
enum PostgreSQLDueTimes {
  static let probe = PostgreSQLStatement("UPDATE writers SET at = now() WHERE writer = $1")

  private static let draw = PostgreSQLStatement(
    "UPDATE jobs SET due_ms = least(due_ms - $1::bigint, $2::bigint) WHERE lease IS NULL")
  private static let drawLate = PostgreSQLStatement(
    """
    UPDATE jobs SET due_ms = $1
    WHERE account IN (SELECT account FROM job_accounts) AND due_ms > $1 AND lease IS NULL
    """)
  private static let drawLeases = PostgreSQLStatement(
    """
    UPDATE jobs SET lease_ms = $1, due_ms = least(due_ms, $1)
    WHERE account IN (SELECT account FROM job_accounts) AND lease_ms > $1
    """)

  /// Looks at every job where a clock was set back, and at a start at those beyond the latest.
  static func drawing(_ times: DrawnDueTimes) -> [PostgreSQLQuery] {
    let latest = PostgreSQLValue.integer(times.latest.milliseconds)
    var queries = [
      times.by > 0
        ? PostgreSQLQuery(draw, [.integer(times.by), latest]) : PostgreSQLQuery(drawLate, [latest])
    ]
    if let end = times.leaseEnd {
      queries.append(PostgreSQLQuery(drawLeases, [.integer(end.milliseconds)]))
    }
    return queries
  }
}
