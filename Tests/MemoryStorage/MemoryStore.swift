public import Payins
public import Storage
import StorePayments
import Synchronization

/// A store that forgets with the process, for tests and simulation. It answers without ever
/// suspending, and equal calls in equal order get equal answers.
public final class MemoryStore: Store {
  private struct State {
    var books = MemoryBooks()
    var isClosed = false
  }
  private let state = Mutex(State())

  /// Stays empty.
  public let damage = DamageRegister()

  public init() {}

  func use<Value: Sendable>(
    _ body: (inout MemoryBooks) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let result = state.withLock { state in
      Result { () throws(StoreError) in
        guard !state.isClosed else { throw StoreError.closed }
        return try body(&state.books)
      }
    }
    return try result.get()
  }

  /// Every callback kept so far, in the order of coming.
  public var callbacks: [CallbackRecord] {
    state.withLock { $0.books.callbacks.values.sorted { $0.id.text < $1.id.text } }
  }

  public func commit(_ change: Change) async throws(StoreError) {
    try use { books throws(StoreError) in try books.apply(change) }
  }

  public func operation<State: KeptOperation>(
    _ id: State.ID, as type: State.Type
  ) async throws(StoreError) -> State? {
    try use { books in books.operations[OperationID(id)] as? State }
  }

  public func operations<State: KeptOperation>(
    _ query: OperationQuery<State>
  ) async throws(StoreError) -> [State] {
    try use { books in books.page(query) }
  }

  public func waitingForPerson(
    _ kind: OperationKind, limit: Int
  ) async throws(StoreError) -> Tally<OperationID> {
    try use { books in
      let waiting: [OperationID] =
        switch kind {
        case .payin: books.made(Payin.self).filter(\.isDisputed).map(\.operationID)
        case .storePayment:
          books.made(StorePayment.self).filter(\.waitsForOperator).map(\.operationID)
        }
      return Tally(count: waiting.count, first: Array(waiting.prefix(max(limit, 0))))
    }
  }

  public func unresolved(_ kind: OperationKind) async throws(StoreError) -> Backlog {
    try use { books in
      let open = kind == .storePayment ? books.made(StorePayment.self) : []
      let since = open.compactMap(\.unresolvedSince)
      return Backlog(dueCount: since.count, oldestDue: since.min())
    }
  }

  public func payin(token: String) async throws(StoreError) -> Payin? {
    try use { books in books.payin(token: token) }
  }

  public func payin(
    merchant: String, reference: String
  ) async throws(StoreError) -> PayinID? {
    try use { books in books.id(.payin, reference: [merchant, reference])?.typed() }
  }

  public func attempt(
    account: String, number: OrderLookup
  ) async throws(StoreError) -> AttemptPlace? {
    try use { books in books.attempt(account: account, number: number) }
  }

  public func page(_ query: PayinQuery) async throws(StoreError) -> PayinPage {
    try use { books in books.page(query) }
  }

  public func events(
    of operation: OperationID, after sequence: Int, limit: Int
  ) async throws(StoreError) -> [OperationEvent] {
    try use { books in books.events(of: operation, after: sequence, limit: limit) }
  }

  public func idempotent(
    _ key: IdempotencyKey
  ) async throws(StoreError) -> IdempotencyRecord? {
    try use { books in books.record(of: key) }
  }

  public func callback(_ key: CallbackKey) async throws(StoreError) -> CallbackRecord? {
    try use { books in books.callbacks[key] }
  }

  public func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(StoreError) -> [CallbackRecord] {
    try use { books in
      let unknown = books.callbacks.values.filter { record in
        record.payin == nil && before.map { record.id.text < $0.text } ?? true
      }
      return Array(unknown.sorted { $0.id.text > $1.id.text }.prefix(max(limit, 0)))
    }
  }

  public func webhookEndpoints() async throws(StoreError) -> KeptEndpoints {
    try use { books in books.webhooks.endpoints }
  }

  public func endpointChanges() async throws(StoreError) -> Int {
    try use { books in books.webhooks.revisions.values.reduce(0, +) }
  }

  public func endpointRevision(of merchant: String) async throws(StoreError) -> Int {
    try use { books in books.webhooks.revisions[merchant] ?? 0 }
  }

  public func announcement(
    _ sequence: Int, of operation: OperationID
  ) async throws(StoreError) -> OperationEvent? {
    try use { books in books.webhooks.announcement(sequence, of: operation) }
  }

  public func announcement(
    _ id: EventID, merchant: String
  ) async throws(StoreError) -> OperationEvent? {
    try use { books in books.webhooks.announcement(id, merchant: merchant) }
  }

  public func page(_ query: AnnouncementQuery) async throws(StoreError) -> AnnouncementPage {
    try use { books in books.webhooks.page(query) }
  }

  public func deliveryTries(
    of operation: OperationID
  ) async throws(StoreError) -> [DeliveryTry] {
    try use { books in books.webhooks.tries(of: operation) }
  }

  public func firstJob(
    _ kind: JobKind, subjectPrefix: String
  ) async throws(StoreError) -> Job? {
    try use { books in books.firstJob(kind, subjectPrefix: subjectPrefix) }
  }

  public func lease(_ request: LeaseRequest) async throws(StoreError) -> [Job] {
    try use { books in books.lease(request) }
  }

  public func nextDue() async throws(StoreError) -> Instant? {
    try use { books in books.jobs.values.lazy.map(\.due).min() }
  }

  public func backlog(at now: Instant) async throws(StoreError) -> Backlog {
    try use { books in
      let due = books.jobs.values.lazy.map(\.due).filter { $0 <= now }
      return Backlog(dueCount: due.count, oldestDue: due.min())
    }
  }

  public func newestEvent() async throws(StoreError) -> Instant? {
    try use { books in books.newestEvent }
  }

  public func drawIn(_ times: DrawnDueTimes) async throws(StoreError) {
    try use { books in books.drawIn(times) }
  }

  /// No other process can have this store open, so all leases end.
  public func releaseAbandonedLeases(at now: Instant) async throws(StoreError) -> Int {
    try use { books in books.endLeases(at: now) }
  }

  public func probe() async throws(StoreError) {
    try use { _ in }
  }

  public func close() async {
    state.withLock { $0.isClosed = true }
  }
}
