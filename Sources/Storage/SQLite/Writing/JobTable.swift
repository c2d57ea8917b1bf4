import Payins

/// Writes jobs and gives out their leases.
struct JobTable {
  private let putJob: SQLiteStatement
  private let finishJob: SQLiteStatement
  private let rescheduleJob: SQLiteStatement
  private let ensureJob: SQLiteStatement
  private let bringForwardJobs: SQLiteStatement
  private let dropJob: SQLiteStatement
  private let keepSilence: SQLiteStatement
  private let selectAccounts: SQLiteStatement
  private let selectDue: SQLiteStatement
  private let selectFirst: SQLiteStatement
  private let takeJob: SQLiteStatement
  private let endLeases: SQLiteStatement
  private let connection: SQLiteConnection
  private let postponeJob: SQLiteStatement
  private let damage: DamageRegister
  private let held: HeldJobs
  let silence: SilenceTable

  /// Seconds until a job that cannot be read is looked at again, so that those behind it have
  /// their turn.
  private static let damagedSeconds: Int64 = 600

  init(
    _ connection: SQLiteConnection, _ damage: DamageRegister, _ held: HeldJobs
  ) throws(DatabaseError) {
    self.connection = connection
    self.damage = damage
    self.held = held
    silence = try SilenceTable(connection)
    func statement(_ sql: String) throws(DatabaseError) -> SQLiteStatement {
      try SQLiteStatement(connection, sql)
    }
    let columns = DueJob.columns
    postponeJob = try statement("UPDATE jobs SET due_ms = ?3 WHERE kind = ?1 AND subject = ?2")
    putJob = try statement(
      """
      INSERT INTO jobs (kind, subject, payin, account, due_ms, tries, lease)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT (kind, subject) DO UPDATE SET
        due_ms = excluded.due_ms, tries = tries + excluded.tries, lease = excluded.lease
      """)
    let leased =
      "WHERE kind = ?1 AND subject = ?2 AND lease IS ?3 AND due_ms = coalesce(?4, due_ms)"
    finishJob = try statement("DELETE FROM jobs \(leased)")
    rescheduleJob = try statement(
      "UPDATE jobs SET due_ms = ?5, tries = tries + ?6, lease = NULL \(leased)")
    ensureJob = try statement(
      """
      INSERT INTO jobs (kind, subject, payin, account, due_ms, tries)
      VALUES (?1, ?2, ?3, ?4, ?5, 0)
      ON CONFLICT (kind, subject) DO UPDATE SET due_ms = min(due_ms, excluded.due_ms)
        WHERE lease IS NULL AND ?6 = 0
      """)
    bringForwardJobs = try statement(
      """
      UPDATE jobs SET due_ms = min(due_ms, ?3)
      WHERE kind = ?1 AND subject >= ?2 AND subject < ?2 || char(1114111) AND lease IS NULL
        AND subject NOT IN (SELECT value FROM json_each(?4))
      """)
    dropJob = try statement("DELETE FROM jobs WHERE kind = ? AND subject = ?")
    keepSilence = try statement(
      "UPDATE jobs SET due_ms = ?5, silence = ?6, lease = NULL \(leased)")
    selectAccounts = try statement("SELECT account FROM job_accounts")
    selectDue = try statement(
      """
      SELECT \(columns) FROM jobs
      WHERE account = ? AND due_ms <= ? ORDER BY due_ms, kind, subject LIMIT ?
      """)
    selectFirst = try statement(
      "SELECT \(columns) FROM jobs WHERE kind = ? AND subject = ? AND due_ms <= ?")
    takeJob = try statement(
      """
      UPDATE jobs SET due_ms = ?3, lease = ?4, tries = tries + 1 WHERE kind = ?1 AND subject = ?2
      """)
    // Of these few are there at a time. The others' leases are in memory, or run out.
    let kinds = JobKind.allCases.filter { !$0.isRepeatable }.map { "'\($0.rawValue)'" }
    endLeases = try statement(
      """
      UPDATE jobs SET due_ms = ?, lease = NULL
      WHERE kind IN (\(kinds.joined(separator: ", "))) AND lease IS NOT NULL
      """)
  }

  func write(_ change: JobChange) throws(DatabaseError) {
    switch change {
    case .put(let job):
      let tries = (held.isHeld(job.key) ? 1 : 0) + (job.lease == nil ? 0 : 1)
      held.letGo(job.key)
      try putJob.run(
        .text(job.key.kind.rawValue), .text(job.key.subject), .text(job.operation?.text ?? ""),
        .text(job.account), .milliseconds(job.due), .integer(tries), .text(job.lease?.token))
    case .finish(let key, let lease):
      try run(finishJob, key, lease)
    case .reschedule(let key, let lease, let due):
      let tries = held.due(key, by: lease) == nil ? 0 : 1
      try run(rescheduleJob, key, lease, [.milliseconds(due), .integer(tries)])
    case .keepSilence(let key, let lease, let silence, let heard):
      guard try self.silence.isKept(heard) else { throw .versionConflict }
      try self.silence.watch(silence.attempt, of: heard.payin)
      try run(
        keepSilence, key, lease, [.milliseconds(silence.nextCheckAt), .text(silence.stored)])
    case .ensure(let job):
      try ensureJob.run(
        .text(job.key.kind.rawValue), .text(job.key.subject), .text(job.operation?.text ?? ""),
        .text(job.account), .milliseconds(job.due), .integer(held.isHeld(job.key) ? 1 : 0))
    case .bringForward(let kind, let prefix, let due):
      try bringForwardJobs.run(
        .text(kind.rawValue), .text(prefix), .milliseconds(due), .text(held.subjects()))
    case .drop(let key):
      held.letGo(key)
      try dropJob.run(.text(key.kind.rawValue), .text(key.subject))
    }
  }

  /// Ends a lease, wherever it is kept.
  private func run(
    _ statement: SQLiteStatement, _ key: JobKey, _ lease: Lease, _ values: [SQLiteValue] = []
  ) throws(DatabaseError) {
    let due = held.due(key, by: lease)
    if due != nil { held.letGo(key) }
    let changed = try statement.run(
      [
        .text(key.kind.rawValue), .text(key.subject), due == nil ? .text(lease.token) : .null,
        due.map { .milliseconds($0) } ?? .null,
      ] + values)
    guard changed == 1 else { throw .leaseLost }
  }

  /// Looks at no more than `limit` jobs of each account beside those that are held, so that an
  /// account that is left alone costs nothing however much of it is due.
  /// - Parameter isAlone: whether no other process has the database open.
  func lease(_ request: LeaseRequest, isAlone: Bool) throws(DatabaseError) -> [Job] {
    for key in held.expired(at: request.now) { try letGo(key, due: request.now) }
    var due: [Job] = []
    for key in request.first where !held.isHeld(key) {
      let row = try selectFirst.first(
        .text(key.kind.rawValue), .text(key.subject), .milliseconds(request.now),
        read: DueJob.init)
      if let job = row?.job { due.append(job) }
    }
    for account in try selectAccounts.rows(read: { row in row.text(0) }) {
      let room = request.limit(for: account)
      guard room > 0 else { continue }
      let rows = try selectDue.rows(
        .text(account), .milliseconds(request.now), .integer(room + held.count(of: account)),
        read: DueJob.init)
      var free: [Job] = []
      for row in rows {
        guard let job = row.job else {
          try postpone(row, at: request.now)
          continue
        }
        if !held.isHeld(job.key) { free.append(job) }
      }
      due += free.prefix(room)
    }
    var leased: [Job] = []
    for job in request.chosen(from: due) {
      if isAlone, job.key.kind.isRepeatable {
        held.take(job, request.lease, until: request.until)
      } else {
        try takeJob.run(
          .text(job.key.kind.rawValue), .text(job.key.subject), .milliseconds(request.until),
          .text(request.lease.token))
      }
      leased.append(job.leased(by: request))
    }
    return leased
  }

  /// Ends a lease in memory; the row counts it, where nobody else has the job.
  private func letGo(_ key: JobKey, due: Instant) throws(DatabaseError) {
    guard let was = held.due(key) else { return }
    held.letGo(key)
    try rescheduleJob.run(
      .text(key.kind.rawValue), .text(key.subject), .null, .milliseconds(was),
      .milliseconds(due), .integer(1))
  }

  /// Looks at every job where a clock was set back, and at a start at those beyond the latest.
  func drawIn(_ times: DrawnDueTimes) throws(DatabaseError) {
    if times.by > 0 {
      try SQLiteStatement(
        connection,
        """
        UPDATE jobs SET due_ms = min(due_ms - ?1, ?2)
        WHERE lease IS NULL AND subject NOT IN (SELECT value FROM json_each(?3))
        """
      ).run(.integer(times.by), .milliseconds(times.latest), .text(held.subjects()))
    } else {
      try SQLiteStatement(
        connection,
        """
        UPDATE jobs SET due_ms = ?1
        WHERE account IN (SELECT account FROM job_accounts) AND due_ms > ?1 AND lease IS NULL
        """
      ).run(.milliseconds(times.latest))
    }
    guard let leaseEnd = times.leaseEnd else { return }
    held.drawIn(to: leaseEnd)
    try SQLiteStatement(
      connection, "UPDATE jobs SET due_ms = ?1 WHERE lease IS NOT NULL AND due_ms > ?1"
    ).run(.milliseconds(leaseEnd))
  }

  func releaseAll(at now: Instant) throws(DatabaseError) -> Int {
    let inMemory = held.keys(at: nil)
    for key in inMemory { try letGo(key, due: now) }
    return try endLeases.run(.milliseconds(now)) + inMemory.count
  }

  private func postpone(_ row: DueJob, at now: Instant) throws(DatabaseError) {
    damage.note(row.damage)
    try postponeJob.run(
      .text(row.kind), .text(row.subject), .milliseconds(now.adding(seconds: Self.damagedSeconds)))
  }
}
