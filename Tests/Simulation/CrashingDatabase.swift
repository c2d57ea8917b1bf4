import MemoryStorage
import Payins
import Storage
import TestSupport

/// A replica's way to the books: its process can die before or after any commit, the store can fail
/// it, and the connection to it can break before, in and after a commit.
final class CrashingDatabase: Database {
  private let base: MemoryDatabase
  private let replica: Replica
  private let world: World
  /// In the scheduler's milliseconds.
  private nonisolated(unsafe) var disconnectedUntil: Int64 = 0  // the simulation runs on one thread

  var damage: DamageRegister { base.damage }
  var statistics: DatabaseStatistics { base.statistics }

  init(_ base: MemoryDatabase, of replica: Replica, _ world: World) {
    self.base = base
    self.replica = replica
    self.world = world
  }

  /// Others get their turn at every step; a dead process does nothing any more.
  private func turn() async throws(DatabaseError) {
    await Task.yield()
    guard replica.isAlive else { throw .closed }
    if world.scheduler.now < disconnectedUntil { throw .away("simulated") }
  }

  /// Whether the connection breaks; for how long is drawn, too.
  private func breaks(_ when: String) -> Bool {
    guard world.dice.chance(world.weather.storeDisconnects) else { return false }
    disconnectedUntil = world.scheduler.now + Int64(world.dice.within(100...30_000))
    world.note("\(replica.name) loses the store \(when) a commit")
    return true
  }

  private func mayDie(_ when: String) throws(DatabaseError) {
    guard world.dice.chance(world.weather.crashAtCommit) else { return }
    world.note("\(replica.name) dies \(when) a commit")
    replica.die()
    throw .closed
  }

  func commit(_ change: Change) async throws(DatabaseError) {
    try await turn()
    await world.scheduler.sleep(milliseconds: world.dice.within(0...20))
    try await turn()
    try mayDie("before")
    if world.dice.chance(world.weather.storeFails) {
      throw .failed(function: "commit", code: 10, message: "simulated")
    }
    if breaks("before") { throw .away("simulated") }
    // Neither is told, and what was sent may have come.
    if breaks("in") {
      if world.dice.chance(500) { try await keep(change) }
      await world.scheduler.sleep(milliseconds: world.dice.within(0...30_000))
      guard replica.isAlive else { throw .closed }
      throw .failed(function: "commit", code: 0, message: "whether it is there is not known")
    }
    try await keep(change)
    for event in change.events {
      world.note("\(replica.name) \(event.operation.text.suffix(6)) \(event.type)")
    }
    try mayDie("after")
    if breaks("after") { return }
    try await turn()
  }

  private func keep(_ change: Change) async throws(DatabaseError) {
    let kept =
      if let variant = world.variant { variant.tampered(change) } else { change as Change? }
    if let kept { try await base.commit(kept) }
  }

  func lease(_ request: LeaseRequest) async throws(DatabaseError) -> [Job] {
    try await turn()
    return try await base.lease(world.variant?.tampered(request) ?? request)
  }

  func operation<State: KeptOperation>(
    _ id: State.ID, as type: State.Type
  ) async throws(DatabaseError) -> State? {
    try await turn()
    return try await base.operation(id, as: type)
  }

  func operations<State: KeptOperation>(
    _ query: OperationQuery<State>
  ) async throws(DatabaseError) -> [State] {
    try await turn()
    return try await base.operations(query)
  }

  func waitingForPerson(
    _ kind: OperationKind, limit: Int
  ) async throws(DatabaseError) -> Tally<OperationID> {
    try await turn()
    return try await base.waitingForPerson(kind, limit: limit)
  }

  func unresolved(_ kind: OperationKind) async throws(DatabaseError) -> Backlog {
    try await turn()
    return try await base.unresolved(kind)
  }

  func payin(token: String) async throws(DatabaseError) -> Payin? {
    try await turn()
    return try await base.payin(token: token)
  }

  func payin(merchant: String, reference: String) async throws(DatabaseError) -> PayinID? {
    try await turn()
    return try await base.payin(merchant: merchant, reference: reference)
  }

  func attempt(
    account: String, number: OrderReference
  ) async throws(DatabaseError) -> AttemptReference? {
    try await turn()
    return try await base.attempt(account: account, number: number)
  }

  func page(_ query: PayinQuery) async throws(DatabaseError) -> PayinPage {
    try await turn()
    return try await base.page(query)
  }

  func events(
    of operation: OperationID, after sequence: Int, limit: Int
  ) async throws(DatabaseError) -> [OperationEvent] {
    try await turn()
    return try await base.events(of: operation, after: sequence, limit: limit)
  }

  func idempotent(_ key: IdempotencyKey) async throws(DatabaseError) -> IdempotencyRecord? {
    try await turn()
    return try await base.idempotent(key)
  }

  func callback(_ key: CallbackKey) async throws(DatabaseError) -> CallbackRecord? {
    try await turn()
    return try await base.callback(key)
  }

  func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(DatabaseError) -> [CallbackRecord] {
    try await turn()
    return try await base.unknownCallbacks(before: before, limit: limit)
  }

  func webhookEndpoints() async throws(DatabaseError) -> KeptEndpoints {
    try await turn()
    return try await base.webhookEndpoints()
  }

  func endpointChanges() async throws(DatabaseError) -> Int {
    try await turn()
    return try await base.endpointChanges()
  }

  func endpointRevision(of merchant: String) async throws(DatabaseError) -> Int {
    try await turn()
    return try await base.endpointRevision(of: merchant)
  }

  func publishedEvent(
    _ sequence: Int, of operation: OperationID
  ) async throws(DatabaseError) -> OperationEvent? {
    try await turn()
    return try await base.publishedEvent(sequence, of: operation)
  }

  func publishedEvent(_ id: EventID, merchant: String) async throws(DatabaseError)
    -> OperationEvent?
  {
    try await turn()
    return try await base.publishedEvent(id, merchant: merchant)
  }

  func page(_ query: PublishedEventQuery) async throws(DatabaseError) -> PublishedEventPage {
    try await turn()
    return try await base.page(query)
  }

  func deliveryAttempts(of operation: OperationID) async throws(DatabaseError) -> [DeliveryAttempt]
  {
    try await turn()
    return try await base.deliveryAttempts(of: operation)
  }

  func firstJob(_ kind: JobKind, subjectPrefix: String) async throws(DatabaseError) -> Job? {
    try await turn()
    return try await base.firstJob(kind, subjectPrefix: subjectPrefix)
  }

  func nextDue() async throws(DatabaseError) -> Instant? {
    try await turn()
    return try await base.nextDue()
  }

  func backlog(at now: Instant) async throws(DatabaseError) -> Backlog {
    try await turn()
    return try await base.backlog(at: now)
  }

  func releaseAbandonedLeases(at now: Instant) async throws(DatabaseError) -> Int {
    try await turn()
    return try await base.releaseAbandonedLeases(at: now)
  }

  func newestEvent() async throws(DatabaseError) -> Instant? {
    try await turn()
    return try await base.newestEvent()
  }

  func drawIn(_ times: DrawnDueTimes) async throws(DatabaseError) {
    try await turn()
    try await base.drawIn(times)
  }

  func fingerprint(_ message: [UInt8]) -> [UInt8] { base.fingerprint(message) }

  func payins(
    merchant: String, email: String, limit: Int
  ) async throws(DatabaseError) -> [PayinID] {
    try await turn()
    return try await base.payins(merchant: merchant, email: email, limit: limit)
  }

  func sealFigures() async throws(DatabaseError) -> SealFigures {
    try await turn()
    return try await base.sealFigures()
  }

  func sealAnew(limit: Int) async throws(DatabaseError) -> Bool {
    try await turn()
    return try await base.sealAnew(limit: limit)
  }

  func payinsWithPayer(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await turn()
    return try await base.payinsWithPayer(sweep)
  }

  func operationsWithEvents(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await turn()
    return try await base.operationsWithEvents(sweep)
  }

  func removeCallbacks(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await turn()
    return try await base.removeCallbacks(sweep)
  }

  func beat(
    _ gateway: GatewayPresence, lasting milliseconds: Int64, at now: Instant
  ) async throws(DatabaseError) -> GatewaysAlive {
    try await turn()
    return try await base.beat(gateway, lasting: milliseconds, at: now)
  }
  func leave(_ gateway: GatewayPresence) async throws(DatabaseError) {
    try await turn()
    try await base.leave(gateway)
  }
  func probe() async throws(DatabaseError) { try await turn() }
  func close() async {}
}
