public import Payins
public import Storage
import Synchronization

/// A store that forgets with the process, for tests and simulation. It answers without ever
/// suspending, and equal calls in equal order get equal answers.
public final class MemoryDatabase: Database {
  private struct State {
    var books = MemoryTables()
    /// Of everything that is asked of it.
    var fault: DatabaseError?
    /// Of reading the rows that jobs are about.
    var rowFault: DatabaseError?
  }
  private let state = Mutex(State())

  /// Nothing is durable here.
  public let statistics = DatabaseStatistics(changes: 0, commits: 0)
  /// Stays empty.
  public let damage = DamageRegister()

  public init() {}

  func use<Value: Sendable>(
    _ body: (inout MemoryTables) throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> Value {
    let result = state.withLock { state in
      Result { () throws(DatabaseError) in
        if let fault = state.fault { throw fault }
        return try body(&state.books)
      }
    }
    return try result.get()
  }

  /// As `use`, of one row.
  private func row<Value: Sendable>(
    _ body: (inout MemoryTables) -> Value
  ) throws(DatabaseError) -> Value {
    if let fault = state.withLock(\.rowFault) { throw fault }
    return try use(body)
  }

  /// Whatever is asked of the store from now on fails so; nil: nothing does.
  public func fails(_ fault: DatabaseError?) { state.withLock { $0.fault = fault } }

  /// As `fails`, of reading an operation, a callback or an event by itself alone.
  public func failsRows(_ fault: DatabaseError?) { state.withLock { $0.rowFault = fault } }

  /// Soonest first.
  public var jobs: [Job] { state.withLock { $0.books.jobs.values.sorted(by: Job.isSooner) } }

  /// Every callback kept so far, in the order of coming.
  public var callbacks: [CallbackRecord] {
    state.withLock { $0.books.callbacks.values.sorted { $0.id.text < $1.id.text } }
  }

  public func commit(_ change: Change) async throws(DatabaseError) {
    try use { books throws(DatabaseError) in try books.apply(change) }
  }

  public func operation<State: KeptOperation>(
    _ id: State.ID, as type: State.Type
  ) async throws(DatabaseError) -> State? {
    try row { books in books.operations[OperationID(id)] as? State }
  }

  public func operations<State: KeptOperation>(
    _ query: OperationQuery<State>
  ) async throws(DatabaseError) -> [State] {
    try use { books in books.page(query) }
  }

  public func waitingForPerson(
    _ kind: OperationKind, limit: Int
  ) async throws(DatabaseError) -> Tally<OperationID> {
    try use { books in
      let waiting = books.all.filter { state in
        type(of: state).kind == kind && state.flag == .number(1)
      }
      return Tally(
        count: waiting.count, first: waiting.prefix(max(limit, 0)).map(\.operationID))
    }
  }

  public func unresolved(_ kind: OperationKind) async throws(DatabaseError) -> Backlog {
    try use { books in
      let since = books.all.compactMap { state -> Instant? in
        guard type(of: state).kind == kind, case .number(let since)? = state.unresolved else {
          return nil
        }
        return Instant(milliseconds: since)
      }
      return Backlog(dueCount: since.count, oldestDue: since.min())
    }
  }

  public func payin(token: String) async throws(DatabaseError) -> Payin? {
    try use { books in books.payin(token: token) }
  }

  public func payin(
    merchant: String, reference: String
  ) async throws(DatabaseError) -> PayinID? {
    try use { books in books.id(.payin, reference: [merchant, reference])?.typed() }
  }

  public func attempt(
    account: String, number: OrderReference
  ) async throws(DatabaseError) -> AttemptReference? {
    try use { books in books.attempt(account: account, number: number) }
  }

  public func page(_ query: PayinQuery) async throws(DatabaseError) -> PayinPage {
    try use { books in books.page(query) }
  }

  public func events(
    of operation: OperationID, after sequence: Int, limit: Int
  ) async throws(DatabaseError) -> [OperationEvent] {
    try use { books in books.events(of: operation, after: sequence, limit: limit) }
  }

  public func idempotent(
    _ key: IdempotencyKey
  ) async throws(DatabaseError) -> IdempotencyRecord? {
    try use { books in books.record(of: key) }
  }

  public func callback(_ key: CallbackKey) async throws(DatabaseError) -> CallbackRecord? {
    try row { books in books.callbacks[key] }
  }

  public func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(DatabaseError) -> [CallbackRecord] {
    try use { books in
      let unknown = books.callbacks.values.filter { record in
        record.payin == nil && before.map { record.id.text < $0.text } ?? true
      }
      return Array(unknown.sorted { $0.id.text > $1.id.text }.prefix(max(limit, 0)))
    }
  }

  public func webhookEndpoints() async throws(DatabaseError) -> KeptEndpoints {
    try use { books in books.webhooks.endpoints }
  }

  public func endpointChanges() async throws(DatabaseError) -> Int {
    try use { books in books.webhooks.revisions.values.reduce(0, +) }
  }

  public func endpointRevision(of merchant: String) async throws(DatabaseError) -> Int {
    try use { books in books.webhooks.revisions[merchant] ?? 0 }
  }

  public func publishedEvent(
    _ sequence: Int, of operation: OperationID
  ) async throws(DatabaseError) -> OperationEvent? {
    try row { books in books.webhooks.publishedEvent(sequence, of: operation) }
  }

  public func publishedEvent(
    _ id: EventID, merchant: String
  ) async throws(DatabaseError) -> OperationEvent? {
    try use { books in books.webhooks.publishedEvent(id, merchant: merchant) }
  }

  public func page(_ query: PublishedEventQuery) async throws(DatabaseError) -> PublishedEventPage {
    try use { books in books.webhooks.page(query) }
  }

  public func deliveryAttempts(
    of operation: OperationID
  ) async throws(DatabaseError) -> [DeliveryAttempt] {
    try use { books in books.webhooks.tries(of: operation) }
  }

  public func firstJob(
    _ kind: JobKind, subjectPrefix: String
  ) async throws(DatabaseError) -> Job? {
    try use { books in books.firstJob(kind, subjectPrefix: subjectPrefix) }
  }

  public func lease(_ request: LeaseRequest) async throws(DatabaseError) -> [Job] {
    try use { books in books.lease(request) }
  }

  public func nextDue() async throws(DatabaseError) -> Instant? {
    try use { books in books.jobs.values.lazy.map(\.due).min() }
  }

  public func backlog(at now: Instant) async throws(DatabaseError) -> Backlog {
    try use { books in
      let due = books.jobs.values.lazy.map(\.due).filter { $0 <= now }
      return Backlog(dueCount: due.count, oldestDue: due.min())
    }
  }

  public func newestEvent() async throws(DatabaseError) -> Instant? {
    try use { books in books.newestEvent }
  }

  public func drawIn(_ times: DrawnDueTimes) async throws(DatabaseError) {
    try use { books in books.drawIn(times) }
  }

  /// No other process can have this store open, so all leases end.
  public func releaseAbandonedLeases(at now: Instant) async throws(DatabaseError) -> Int {
    try use { books in books.endLeases(at: now) }
  }

  public func beat(
    _ gateway: GatewayPresence, lasting milliseconds: Int64, at now: Instant
  ) async throws(DatabaseError) -> GatewaysAlive {
    try use { books in
      books.gateways[gateway.id] = (gateway, now)
      books.gateways = books.gateways.filter {
        abs(now.milliseconds(since: $0.value.seen)) <= milliseconds
      }
      let alive = books.gateways.values.map(\.presence)
        .sorted { ($0.name, $0.id) < ($1.name, $1.id) }
      return GatewaysAlive(alive, isAlone: alive.count == 1)
    }
  }

  public func leave(_ gateway: GatewayPresence) async throws(DatabaseError) {
    try use { books in books.gateways[gateway.id] = nil }
  }

  public func probe() async throws(DatabaseError) {
    try use { _ in }
  }

  public func close() async {
    fails(.closed)
  }
}
