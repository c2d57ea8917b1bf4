import Foundation
import JSONText
public import Payins

/// The store in one SQLite file. Writes go through one thread that commits all that wait as one
/// transaction; reads go through a few threads with connections of their own.
public final class SQLiteStore: Store {
  typealias Read = @Sendable (ReadSession) -> Void

  private let writes = WorkQueue<PendingWrite>()
  private let reads = WorkQueue<Read>()
  private let ended: Countdown
  private let meter = CommitMeter()

  /// Opens the database, makes it where there is none, and brings its schema up to date. Blocks
  /// while it does. Throws `.failed` with a sentence for the operator.
  /// - Parameter readers: connections that read at the same time.
  public init(path: String, readers: Int = 2) throws(StoreError) {
    let file = try DatabaseFile(path: path)
    let presence = try PresenceLock(path: file.path + ".lock")
    let writer = Handover(
      try GroupCommit(WriteSession(try file.openWriter(), presence: presence)))
    var sessions: [Handover<ReadSession>] = []
    for _ in 0..<max(readers, 1) {
      sessions.append(Handover(try ReadSession(try file.openReader())))
    }
    ended = Countdown(sessions.count + 1)
    start("store-writer") { [writes, meter] in writer.take()?.run(writes, meter) }
    for session in sessions {
      start("store-reader") { [reads] in Self.serve(session, reads) }
    }
  }

  deinit {
    writes.close()
    reads.close()
  }

  /// What was committed, for metrics.
  public var statistics: StoreStatistics { meter.statistics }

  public func close() async {
    writes.close()
    reads.close()
    await ended.wait()
  }

  private func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread { [ended] in
      body()
      ended.arrive()
    }
    thread.name = name
    thread.start()
  }

  private static func serve(_ handover: Handover<ReadSession>, _ reads: WorkQueue<Read>) {
    guard let session = handover.take() else { return }
    while let read = reads.take(upTo: 1).first { read(session) }
  }

  // MARK: Handing work to the threads

  /// Returns once the write is durable.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (WriteSession) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let result = await withCheckedContinuation {
      (caller: CheckedContinuation<Result<Value, StoreError>, Never>) in
      let write = PendingWrite(
        apply: { session in
          let result = Result { () throws(StoreError) in try body(session) }
          var verdict = PendingWrite.Verdict { caller.resume(returning: result) }
          if case .failure(let fault) = result { verdict.fault = fault }
          return verdict
        },
        refuse: { caller.resume(returning: .failure($0)) })
      if !writes.put(write) { write.refuse(.closed) }
    }
    return try result.get()
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (ReadSession) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let result = await withCheckedContinuation {
      (caller: CheckedContinuation<Result<Value, StoreError>, Never>) in
      let isTaken = reads.put { session in
        caller.resume(returning: Result { () throws(StoreError) in try body(session) })
      }
      if !isTaken { caller.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }
}

extension SQLiteStore {
  // MARK: Writing

  public func commit(_ change: Change) async throws(StoreError) {
    let rows = ChangeRows(change)
    try await write { session throws(StoreError) in try session.apply(rows) }
  }

  public func lease(_ request: LeaseRequest) async throws(StoreError) -> [Job] {
    try await write { session throws(StoreError) in try session.lease(request) }
  }

  public func releaseAbandonedLeases(at now: Instant) async throws(StoreError) -> Int {
    try await write { session throws(StoreError) in
      try session.releaseAbandonedLeases(at: now)
    }
  }

  public func probe() async throws(StoreError) {
    try await write { session throws(StoreError) in try session.probe() }
  }

  // MARK: Reading

  public func payin(_ id: PayinID) async throws(StoreError) -> Payin? {
    let body = try await read { session throws(StoreError) in try session.payin(id) }
    return try body.map(StoredDocument.payin)
  }

  public func payin(token: String) async throws(StoreError) -> Payin? {
    let body = try await read { session throws(StoreError) in try session.payin(token: token) }
    return try body.map(StoredDocument.payin)
  }

  public func payin(
    merchant: String, reference: String
  ) async throws(StoreError) -> PayinID? {
    try await read { session throws(StoreError) in
      try session.payin(merchant: merchant, reference: reference)
    }
  }

  public func attempt(
    account: String, number: OrderLookup
  ) async throws(StoreError) -> AttemptPlace? {
    try await read { session throws(StoreError) in
      try session.attempt(account: account, number: number)
    }
  }

  public func payins(_ query: PayinQuery) async throws(StoreError) -> [Payin] {
    let bodies = try await read { session throws(StoreError) in try session.payins(query) }
    return try bodies.map(StoredDocument.payin)
  }

  public func events(of payin: PayinID) async throws(StoreError) -> [PayinEvent] {
    let rows = try await read { session throws(StoreError) in try session.events(of: payin) }
    return try rows.map(StoredDocument.event)
  }

  public func idempotent(
    _ key: IdempotencyKey
  ) async throws(StoreError) -> IdempotencyRecord? {
    try await read { session throws(StoreError) in try session.idempotent(key) }
  }

  public func callback(_ key: CallbackKey) async throws(StoreError) -> CallbackRecord? {
    let row = try await read { session throws(StoreError) in try session.callback(key) }
    return try row.map(StoredDocument.callback)
  }

  public func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(StoreError) -> [CallbackRecord] {
    let rows = try await read { session throws(StoreError) in
      try session.unknownCallbacks(before: before, limit: limit)
    }
    return try rows.map(StoredDocument.callback)
  }

  public func nextDue() async throws(StoreError) -> Instant? {
    try await read { session throws(StoreError) in try session.nextDue() }
  }

  public func backlog(at now: Instant) async throws(StoreError) -> Backlog {
    try await read { session throws(StoreError) in try session.backlog(at: now) }
  }

  // MARK: Reading what merchants are told

  public func webhookEndpoints() async throws(StoreError) -> [EndpointRecord] {
    let rows = try await read { session throws(StoreError) in
      try session.webhooks.webhookEndpoints()
    }
    var out: [EndpointRecord] = []
    for row in rows {
      let document = try StoredDocument.json(row.body, "the endpoint \(row.id)")
      out.append(EndpointRecord(merchant: row.merchant, id: row.id, document: document))
    }
    return out
  }

  public func announcement(
    _ sequence: Int, of payin: PayinID
  ) async throws(StoreError) -> PayinEvent? {
    let row = try await read { session throws(StoreError) in
      try session.webhooks.announced(sequence, of: payin)
    }
    return try row.map(StoredDocument.event)
  }

  public func announcement(
    _ id: EventID, merchant: String
  ) async throws(StoreError) -> PayinEvent? {
    let row = try await read { session throws(StoreError) in
      try session.webhooks.announced(id, merchant: merchant)
    }
    return try row.map(StoredDocument.event)
  }

  public func announcements(
    _ query: AnnouncementQuery
  ) async throws(StoreError) -> [PayinEvent] {
    let rows = try await read { session throws(StoreError) in
      try session.webhooks.announced(query, session.connection)
    }
    return try rows.map(StoredDocument.event)
  }

  public func deliveryTries(of payin: PayinID) async throws(StoreError) -> [DeliveryTry] {
    try await read { session throws(StoreError) in try session.webhooks.tries(of: payin) }
  }

  public func firstJob(
    _ kind: JobKind, subjectPrefix: String
  ) async throws(StoreError) -> Job? {
    try await read { session throws(StoreError) in
      try session.webhooks.firstJob(kind, subjectPrefix: subjectPrefix)
    }
  }
}
