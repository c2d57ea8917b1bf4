import Payins

/// The one connection that writes, with its statements. Everything it does happens inside the
/// transaction that `GroupCommit` has open.
final class WriteSession {
  let connection: SQLiteConnection
  private let operations: [OperationKind: OperationTable]
  private let secrets: PayinSecretTable
  private let attempts: AttemptTable
  private let evidence: EvidenceTables
  private let jobs: JobTable
  let held: HeldJobs
  private let keys: KeyTable
  private let webhooks: WebhookTables
  private let insertProbe: SQLiteStatement
  private let deleteProbe: SQLiteStatement
  private let presence: PresenceLock
  private let older: OlderRows
  private let renewal: SealRenewal
  private let secretRows: SecretRows
  private let removal: RemovalTables
  private let gateways: GatewayTable
  /// Whether something was erased of which the log must keep nothing: at first too, since a process
  /// may have died between an erasure and the emptying.
  var hasErased = true
  /// Commits that go by before emptying it is tried again.
  var commitsToEmptying = 0

  /// - Parameter damage: hears of jobs that cannot be read.
  init(
    _ connection: SQLiteConnection, presence: PresenceLock, damage: DamageRegister,
    held: HeldJobs, _ sealing: Sealing
  ) throws(DatabaseError) {
    self.held = held
    self.connection = connection
    self.presence = presence
    var operations: [OperationKind: OperationTable] = [:]
    for kind in OperationKind.allCases {
      operations[kind] = try OperationTable(connection, kind.type.layout)
    }
    self.operations = operations
    secrets = try PayinSecretTable(connection)
    attempts = try AttemptTable(connection)
    evidence = try EvidenceTables(connection)
    jobs = try JobTable(connection, damage, held)
    keys = try KeyTable(connection)
    webhooks = try WebhookTables(connection)
    older = try OlderRows(connection, sealing, damage)
    renewal = SealRenewal(sealing.keys)
    secretRows = try SecretRows(connection)
    removal = try RemovalTables(connection)
    gateways = try GatewayTable(connection)
    insertProbe = try SQLiteStatement(connection, "INSERT INTO probes DEFAULT VALUES")
    deleteProbe = try SQLiteStatement(connection, "DELETE FROM probes")
  }

  /// In the order in which conflicts count.
  func apply(_ change: ChangeRows) throws(DatabaseError) {
    if let key = change.key { try keys.write(key) }
    // Before the jobs' own changes.
    let isHeard = try change.operation?.heard.map(jobs.silence.isKept) ?? true
    for job in change.jobs { try jobs.write(job) }
    if let operation = change.operation {
      if let told = operation.heard, told.silence != nil {
        try jobs.silence.forget(of: told.payin)
      }
      try write(operation)
      guard isHeard else { throw .versionConflict }
    }
    for attempt in change.attempts { try attempts.write(attempt) }
    for event in change.events { try evidence.add(event) }
    if let callback = change.callback { try evidence.add(callback) }
    if let revision = change.endpointRevision { try webhooks.check(revision) }
    if let endpoint = change.endpoint { try webhooks.write(endpoint) }
    for delivery in change.deliveries { try webhooks.add(delivery) }
    if let operation = change.operation, let secrets = operation.secrets, secrets.isErasing {
      try older.strip(operation.id, key: secrets.key)
      hasErased = true
    }
    if let history = change.forgotten {
      try removal.remove(history)
      hasErased = true
    }
  }

  private func write(_ row: OperationRow) throws(DatabaseError) {
    guard let table = operations[row.kind] else { preconditionFailure("a kind has no table") }
    // Before their pay-in, whose number they are found by.
    if row.isWithdrawn, let secrets = row.secrets {
      try self.secrets.erase(row.id, email: secrets.email)
    }
    try table.write(row)
    guard let apart = row.secrets, !row.isWithdrawn else { return }
    if row.replacedVersion == nil {
      try secrets.addOfNewest(apart)
    } else {
      try secrets.update(apart, of: row.id)
    }
  }

  func sealAnew(limit: Int) throws(DatabaseError) -> Bool {
    var left = limit
    try older.rewrite(&left)
    try renewal.renew(&left, secretRows)
    if left < limit { hasErased = true }
    return left == 0
  }

  func removeCallbacks(_ sweep: Sweep) throws(DatabaseError) -> Swept {
    let swept = try removal.removeCallbacks(sweep)
    hasErased = true
    return swept
  }

  func lease(_ request: LeaseRequest) throws(DatabaseError) -> [Job] {
    try jobs.lease(request, isAlone: presence.isAlone())
  }

  func releaseAbandonedLeases(at now: Instant) throws(DatabaseError) -> Int {
    try presence.isAlone() ? jobs.releaseAll(at: now) : 0
  }

  /// Writes nothing where no other process has the database open.
  func beat(
    _ gateway: GatewayPresence, lasting milliseconds: Int64, at now: Instant
  ) throws(DatabaseError) -> GatewaysAlive {
    guard try !presence.isAlone() else { return GatewaysAlive([gateway], isAlone: true) }
    return GatewaysAlive(
      try gateways.beat(gateway, lasting: milliseconds, at: now), isAlone: false)
  }

  func leave(_ gateway: GatewayPresence) throws(DatabaseError) { try gateways.remove(gateway.id) }

  func drawIn(_ times: DrawnDueTimes) throws(DatabaseError) { try jobs.drawIn(times) }

  /// Its pages go through the log and to the disk like any others'.
  func probe() throws(DatabaseError) {
    try insertProbe.run()
    try deleteProbe.run()
  }
}
