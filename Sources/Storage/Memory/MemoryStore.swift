public import Payins
public import StorePayments
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

  public func payin(_ id: PayinID) async throws(StoreError) -> Payin? {
    try use { books in books.payins[id] }
  }

  public func payin(token: String) async throws(StoreError) -> Payin? {
    try use { books in books.payin(token: token) }
  }

  public func payin(
    merchant: String, reference: String
  ) async throws(StoreError) -> PayinID? {
    try use { books in books.payin(merchant: merchant, reference: reference) }
  }

  public func attempt(
    account: String, number: OrderLookup
  ) async throws(StoreError) -> AttemptPlace? {
    try use { books in books.attempt(account: account, number: number) }
  }

  public func page(_ query: PayinQuery) async throws(StoreError) -> PayinPage {
    try use { books in books.page(query) }
  }

  public func disputedPayins(limit: Int) async throws(StoreError) -> Tally<PayinID> {
    try use { books in
      let disputed = books.payins.values.filter(\.isDisputed).sorted { left, right in
        (left.createdAt, left.id.text) < (right.createdAt, right.id.text)
      }
      return Tally(count: disputed.count, first: disputed.prefix(max(limit, 0)).map(\.id))
    }
  }

  public func events(
    of payin: PayinID, after sequence: Int, limit: Int
  ) async throws(StoreError) -> [PayinEvent] {
    try use { books in books.events(of: payin, after: sequence, limit: limit) }
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

  public func storePayment(_ id: StorePaymentID) async throws(StoreError) -> StorePayment? {
    try use { books in books.storePayments[id] }
  }

  public func storePayments(
    _ query: StorePaymentQuery
  ) async throws(StoreError) -> [StorePayment] {
    try use { books in
      let found = books.storePayments.values.filter { payment in
        payment.merchant == query.merchant
          && (query.statuses.isEmpty || query.statuses.contains(payment.status))
          && query.before.map { payment.id.text < $0.text } ?? true
      }
      return Array(found.sorted { $0.id.text > $1.id.text }.prefix(max(query.limit, 0)))
    }
  }

  public func unresolvedStorePayments() async throws(StoreError) -> Backlog {
    try use { books in
      let open = books.storePayments.values.compactMap(\.unresolvedSince)
      return Backlog(dueCount: open.count, oldestDue: open.min())
    }
  }

  public func heldStorePayments(
    limit: Int
  ) async throws(StoreError) -> Tally<StorePaymentID> {
    try use { books in
      let held = books.storePayments.values.filter(\.waitsForOperator)
        .sorted { $0.id.text < $1.id.text }
      return Tally(count: held.count, first: held.prefix(max(limit, 0)).map(\.id))
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
    _ sequence: Int, of payin: PayinID
  ) async throws(StoreError) -> PayinEvent? {
    try use { books in books.webhooks.announcement(sequence, of: payin) }
  }

  public func announcement(
    _ id: EventID, merchant: String
  ) async throws(StoreError) -> PayinEvent? {
    try use { books in books.webhooks.announcement(id, merchant: merchant) }
  }

  public func page(_ query: AnnouncementQuery) async throws(StoreError) -> AnnouncementPage {
    try use { books in books.webhooks.page(query) }
  }

  public func deliveryTries(of payin: PayinID) async throws(StoreError) -> [DeliveryTry] {
    try use { books in books.webhooks.tries(of: payin) }
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
