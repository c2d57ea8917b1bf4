import Payins
import PostgreSQLClient

/// What is read, by statements that are planned once.
enum PostgreSQLReads {
  static let payinByToken = PostgreSQLStatement(
    "SELECT \(Payin.layout.selected) FROM \(Payin.layout.source) WHERE payins.token = $1")
  static let payinByReference = PostgreSQLStatement(
    "SELECT id FROM payins WHERE merchant = $1 AND reference = $2")
  static let attemptByOurs = PostgreSQLStatement(
    "SELECT payin, attempt FROM attempts WHERE account = $1 AND order_number = $2")
  /// Attempts' ids sort by time.
  static let attemptByTheirs = PostgreSQLStatement(
    """
    SELECT payin, attempt FROM attempts WHERE account = $1 AND provider_order_id = $2
    ORDER BY attempt DESC LIMIT 1
    """)
  static let eventsByPayin = PostgreSQLStatement(
    """
    SELECT \(EventRow.columns) FROM events
    WHERE payin = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
    """)
  static let newestEvent = PostgreSQLStatement(
    "SELECT at_ms FROM events ORDER BY number DESC LIMIT 1")
  static let keyRecord = PostgreSQLStatement(
    """
    SELECT \(KeyRow.columns) FROM idempotency_keys
    WHERE merchant = $1 AND operation = $2 AND key = $3
    """)
  static let callbackByKey = PostgreSQLStatement(
    "SELECT \(CallbackRow.columns) FROM callback_notices WHERE account = $1 AND digest = $2")
  static let unknownCallbacks = PostgreSQLStatement(
    """
    SELECT \(CallbackRow.columns) FROM callback_notices
    WHERE payin IS NULL AND id < $1 ORDER BY id DESC LIMIT $2
    """)
  /// A job that is held is due at its lease's end, which is not before its due time: those that
  /// count stand before the first that is free.
  static let nextDue = PostgreSQLStatement(
    """
    SELECT min(least(free.due_ms, held.end_ms)) FROM job_accounts
    LEFT JOIN LATERAL (
      SELECT due_ms FROM jobs WHERE jobs.account = job_accounts.account AND lease_ms IS NULL
      ORDER BY due_ms LIMIT 1) AS free ON true
    LEFT JOIN LATERAL (
      SELECT min(lease_ms) AS end_ms FROM jobs
      WHERE jobs.account = job_accounts.account
        AND jobs.due_ms < coalesce(free.due_ms, \(Int64.max))) AS held ON true
    """)
  static let backlog = PostgreSQLStatement(
    """
    SELECT count(*), min(coalesce(jobs.lease_ms, jobs.due_ms)) FROM job_accounts
    JOIN jobs ON jobs.account = job_accounts.account
    WHERE jobs.due_ms <= $1 AND (jobs.lease_ms IS NULL OR jobs.lease_ms <= $1)
    """)
  static let firstJob = PostgreSQLStatement(
    """
    SELECT subject, payin, account, coalesce(lease_ms, due_ms), tries, lease FROM jobs
    WHERE kind = $1 AND subject >= $2 AND subject < $2 || chr(1114111) ORDER BY subject LIMIT 1
    """)
  static let endpoints = PostgreSQLStatement(
    """
    SELECT kept.merchant, kept.id, kept.body, kept.checksum, endpoint_revisions.merchant,
      endpoint_revisions.revision
    FROM endpoint_revisions
    LEFT JOIN webhook_endpoints kept ON kept.merchant = endpoint_revisions.merchant
    """)
  static let endpointChanges = PostgreSQLStatement(
    "SELECT coalesce(sum(revision), 0)::bigint FROM endpoint_revisions")
  static let endpointRevision = PostgreSQLStatement(
    "SELECT revision FROM endpoint_revisions WHERE merchant = $1")
  static let publishedByPlace = PostgreSQLStatement(
    "SELECT \(EventRow.columns) FROM events WHERE payin = $1 AND announcement_sequence = $2")
  static let publishedByID = PostgreSQLStatement(
    """
    SELECT \(EventRow.columns) FROM events
    WHERE id = $1 AND merchant = $2 AND announcement_sequence IS NOT NULL
    """)
  static let deliveries = PostgreSQLStatement(
    "SELECT \(DeliveryAttempt.columns) FROM delivery_tries WHERE payin = $1 ORDER BY number")
  static let payinsByEmail = PostgreSQLStatement(
    """
    SELECT payins.id FROM payer_emails JOIN payins ON payins.number = payer_emails.number
    WHERE payer_emails.digest = $1 ORDER BY payer_emails.number DESC LIMIT $2
    """)
  static let payinsWithPayer = PostgreSQLStatement(
    """
    SELECT payins.number, payins.id, payins.created_ms
    FROM payin_secrets JOIN payins ON payins.number = payin_secrets.number
    WHERE payin_secrets.number > $1 ORDER BY payin_secrets.number LIMIT $2
    """)
  static let operationsWithEvents = PostgreSQLStatement(
    "SELECT number, payin, at_ms FROM events WHERE number > $1 ORDER BY number LIMIT $2")
  /// Rows that are under another key than `$1`, counted up to `$2` of lesser and of greater ones.
  static let otherSeals = PostgreSQLStatement(
    """
    SELECT
      (SELECT count(*) FROM (SELECT 1 FROM payin_secrets WHERE key < $1 LIMIT $2) AS lesser)
      + (SELECT count(*) FROM (SELECT 1 FROM payin_secrets WHERE key > $1 LIMIT $2) AS greater)
      + (SELECT count(*) FROM webhook_endpoints WHERE key <> $1)
    """)
}

/// The statements that read the operations of one kind.
struct OperationReads: Sendable {
  let byID: PostgreSQLStatement
  let flagged: PostgreSQLStatement?
  let flaggedCount: PostgreSQLStatement?
  let unresolved: PostgreSQLStatement?

  private static let all = Dictionary(
    uniqueKeysWithValues: OperationKind.allCases.map { ($0, OperationReads($0.type.layout)) })

  static func of(_ kind: OperationKind) -> OperationReads {
    guard let known = all[kind] else { preconditionFailure("a kind has no statements") }
    return known
  }

  private init(_ layout: OperationLayout) {
    let table = layout.table
    byID = PostgreSQLStatement(
      "SELECT \(layout.selected) FROM \(layout.source) WHERE \(table).id = $1")
    flagged = layout.flag.map { flag in
      PostgreSQLStatement(
        "SELECT id FROM \(table) WHERE \(flag.column) = 1 ORDER BY \(flag.order) LIMIT $1")
    }
    flaggedCount = layout.flag.map { flag in
      PostgreSQLStatement("SELECT count(*) FROM \(table) WHERE \(flag.column) = 1")
    }
    unresolved = layout.unresolved.map { column, _ in
      PostgreSQLStatement(
        "SELECT count(*), min(\(column)) FROM \(table) WHERE \(column) IS NOT NULL")
    }
  }
}

extension OperationLayout {
  /// The columns of a `StoredOperation`.
  var selected: String {
    let own = ["id", "merchant", "version", "body", "checksum"].map { "\(table).\($0)" }
    let opening =
      hasOpening
      ? ["payin_openings.content", "payin_openings.checksum"] : ["NULL", "NULL::bigint"]
    let secrets = hasSecrets ? ["payer.content", "answers.content"] : ["NULL", "NULL"]
    let silence = [watched == nil ? "NULL" : HeardRows.silence]
    let listed = columns.map { "\(table).\($0.name)" }
    return (own + opening + secrets + silence + listed).joined(separator: ", ")
  }

  /// What they are read from.
  var source: String {
    guard hasSecrets else { return table }
    func secret(_ name: String, _ kind: PayinSecret) -> String {
      """
      LEFT JOIN payin_secrets AS \(name)
        ON \(name).number = \(table).number AND \(name).kind = \(kind.rawValue)
      """
    }
    return """
      \(table) LEFT JOIN payin_openings ON payin_openings.number = \(table).number
      \(secret("payer", .payer)) \(secret("answers", .answers))
      """
  }
}
