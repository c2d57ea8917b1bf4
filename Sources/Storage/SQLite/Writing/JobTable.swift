import Payins

/// Writes jobs and gives out their leases.
struct JobTable {
  private let putJob: SQLiteStatement
  private let finishJob: SQLiteStatement
  private let rescheduleJob: SQLiteStatement
  private let ensureJob: SQLiteStatement
  private let bringForwardJobs: SQLiteStatement
  private let dropJob: SQLiteStatement
  private let selectAccounts: SQLiteStatement
  private let selectDue: SQLiteStatement
  private let takeJob: SQLiteStatement
  private let endLeases: SQLiteStatement
  private let connection: SQLiteConnection
  private let postponeJob: SQLiteStatement
  private let damage: DamageRegister

  /// Seconds until a job that cannot be read is looked at again, so that those behind it have
  /// their turn.
  private static let damagedSeconds: Int64 = 600

  init(_ connection: SQLiteConnection, _ damage: DamageRegister) throws(DatabaseError) {
    self.damage = damage
    postponeJob = try SQLiteStatement(
      connection, "UPDATE jobs SET due_ms = ?3 WHERE kind = ?1 AND subject = ?2")
    putJob = try SQLiteStatement(
      connection,
      """
      INSERT INTO jobs (kind, subject, payin, account, due_ms, tries, lease)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT (kind, subject) DO UPDATE SET
        due_ms = excluded.due_ms, tries = tries + excluded.tries, lease = excluded.lease
      """)
    finishJob = try SQLiteStatement(
      connection, "DELETE FROM jobs WHERE kind = ? AND subject = ? AND lease = ?")
    rescheduleJob = try SQLiteStatement(
      connection,
      """
      UPDATE jobs SET due_ms = ?4, lease = NULL WHERE kind = ?1 AND subject = ?2 AND lease = ?3
      """)
    ensureJob = try SQLiteStatement(
      connection,
      """
      INSERT INTO jobs (kind, subject, payin, account, due_ms, tries)
      VALUES (?, ?, ?, ?, ?, 0)
      ON CONFLICT (kind, subject) DO UPDATE SET due_ms = min(due_ms, excluded.due_ms)
        WHERE lease IS NULL
      """)
    bringForwardJobs = try SQLiteStatement(
      connection,
      """
      UPDATE jobs SET due_ms = min(due_ms, ?3)
      WHERE kind = ?1 AND subject >= ?2 AND subject < ?2 || char(1114111) AND lease IS NULL
      """)
    dropJob = try SQLiteStatement(connection, "DELETE FROM jobs WHERE kind = ? AND subject = ?")
    selectAccounts = try SQLiteStatement(connection, "SELECT account FROM job_accounts")
    selectDue = try SQLiteStatement(
      connection,
      """
      SELECT \(DueJob.columns) FROM jobs
      WHERE account = ? AND due_ms <= ? ORDER BY due_ms, kind, subject LIMIT ?
      """)
    takeJob = try SQLiteStatement(
      connection,
      """
      UPDATE jobs SET due_ms = ?3, lease = ?4, tries = tries + 1 WHERE kind = ?1 AND subject = ?2
      """)
    endLeases = try SQLiteStatement(
      connection, "UPDATE jobs SET due_ms = ?, lease = NULL WHERE lease IS NOT NULL")
    self.connection = connection
  }

  func write(_ change: JobChange) throws(DatabaseError) {
    switch change {
    case .put(let job):
      try putJob.run(
        .text(job.key.kind.rawValue), .text(job.key.subject), .text(job.operation?.text ?? ""),
        .text(job.account), .milliseconds(job.due), .integer(job.lease == nil ? 0 : 1),
        .text(job.lease?.token))
    case .finish(let key, let lease):
      let changed = try finishJob.run(
        .text(key.kind.rawValue), .text(key.subject), .text(lease.token))
      guard changed == 1 else { throw .leaseLost }
    case .reschedule(let key, let lease, let due):
      let changed = try rescheduleJob.run(
        .text(key.kind.rawValue), .text(key.subject), .text(lease.token), .milliseconds(due))
      guard changed == 1 else { throw .leaseLost }
    case .ensure(let job):
      try ensureJob.run(
        .text(job.key.kind.rawValue), .text(job.key.subject), .text(job.operation?.text ?? ""),
        .text(job.account), .milliseconds(job.due))
    case .bringForward(let kind, let prefix, let due):
      try bringForwardJobs.run(.text(kind.rawValue), .text(prefix), .milliseconds(due))
    case .drop(let key):
      try dropJob.run(.text(key.kind.rawValue), .text(key.subject))
    }
  }

  /// Looks at no more than `limit` jobs of each account, so that an account that is left alone
  /// costs nothing however much of it is due.
  func lease(_ request: LeaseRequest) throws(DatabaseError) -> [Job] {
    var due: [Job] = []
    for account in try selectAccounts.rows(read: { row in row.text(0) }) {
      let room = request.limit(for: account)
      guard room > 0 else { continue }
      let rows = try selectDue.rows(
        .text(account), .milliseconds(request.now), .integer(room), read: DueJob.init)
      for row in rows {
        if let job = row.job { due.append(job) } else { try postpone(row, at: request.now) }
      }
    }
    var leased: [Job] = []
    for job in request.chosen(from: due) {
      try takeJob.run(
        .text(job.key.kind.rawValue), .text(job.key.subject), .milliseconds(request.until),
        .text(request.lease.token))
      leased.append(job.leased(by: request))
    }
    return leased
  }

  /// Looks at every job; done when a clock is set back, and at a start.
  func drawIn(_ times: DrawnDueTimes) throws(DatabaseError) {
    try SQLiteStatement(
      connection,
      """
      UPDATE jobs SET due_ms = min(due_ms - ?1, ?2)
      WHERE lease IS NULL AND (?1 > 0 OR due_ms > ?2)
      """
    ).run(.integer(times.by), .milliseconds(times.latest))
    guard let leaseEnd = times.leaseEnd else { return }
    try SQLiteStatement(
      connection, "UPDATE jobs SET due_ms = ?1 WHERE lease IS NOT NULL AND due_ms > ?1"
    ).run(.milliseconds(leaseEnd))
  }

  func releaseAll(at now: Instant) throws(DatabaseError) -> Int {
    try endLeases.run(.milliseconds(now))
  }

  private func postpone(_ row: DueJob, at now: Instant) throws(DatabaseError) {
    damage.note(row.damage)
    try postponeJob.run(
      .text(row.kind), .text(row.subject), .milliseconds(now.adding(seconds: Self.damagedSeconds)))
  }
}

/// A job as stored.
struct DueJob {
  var kind: String
  var subject: String
  /// Nil for a kind that nobody knows.
  var job: Job?

  static let columns = "kind, subject, payin, account, due_ms, tries"

  init(_ row: SQLiteRow) {
    kind = row.text(0)
    subject = row.text(1)
    job = JobKind(rawValue: kind).map { kind in
      Job(
        key: JobKey(kind: kind, subject: row.text(1)), operation: row.operation(2),
        account: row.text(3), due: row.instant(4), tries: row.integer(5))
    }
  }

  var damage: DamagedRow {
    DamagedRow(kind: .job, id: subject, reason: "nobody knows its kind")
  }
}
