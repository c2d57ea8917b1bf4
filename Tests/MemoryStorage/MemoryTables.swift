import Payins
import Storage

/// The tables of `MemoryDatabase`. A change is checked in whole before anything of it is kept.
struct MemoryTables: Sendable {
  private(set) var operations: [OperationID: any KeptOperation] = [:]
  var gateways: [String: (presence: GatewayPresence, seen: Instant)] = [:]
  private(set) var jobs: [JobKey: Job] = [:]
  private(set) var callbacks: [CallbackKey: CallbackRecord] = [:]
  private var references: [OperationKind: [ExactKey: OperationID]] = [:]
  private var tokens: [ExactKey: PayinID] = [:]
  private var ours: [ExactKey: AttemptReference] = [:]
  private var theirs: [ExactKey: [AttemptReference]] = [:]
  private var events: [OperationID: [Int: OperationEvent]] = [:]
  private var keys: [ExactKey: IdempotencyRecord] = [:]
  private(set) var webhooks = MemoryWebhooks()

  // MARK: Changing

  mutating func apply(_ change: Change) throws(DatabaseError) {
    try checkKey(change.key)
    let changedJobs = try jobs(after: change.jobs)
    try checkOperation(change.operation)
    try checkAttempts(change.operation)
    try checkEvents(change.events)
    try webhooks.check(change.endpointRevision)
    // Nothing throws from here on.
    if let key = change.key { keep(key) }
    jobs.merge(changedJobs.compactMapValues { $0 }) { $1 }
    for (key, job) in changedJobs where job == nil { jobs[key] = nil }
    for case .keepSilence(_, _, let silence, let heard) in change.jobs {
      guard let payin = operations[heard.payin] as? Payin else { continue }
      operations[heard.payin] = payin.after(silence)
    }
    if let write = change.operation { keep(write) }
    for event in change.events { events[event.operation, default: [:]][event.sequence] = event }
    if let callback = change.callback { keep(callback) }
    webhooks.apply(change)
    if let history = change.forgotten {
      events[history.operation] = events[history.operation]?.filter { $0.key > history.through }
      webhooks.forget(history)
    }
  }

  private func checkKey(_ write: KeyWrite?) throws(DatabaseError) {
    guard case .insert(let record) = write else { return }
    if keys[ExactKey(record.key)] != nil { throw .duplicateKey }
  }

  private func checkOperation(_ write: OperationWrite?) throws(DatabaseError) {
    guard let write else { return }
    if let before = write.before {
      let current = operations[write.id]
      guard current?.version == before.version,
        (current as? Payin)?.silence == (before as? Payin)?.silence
      else { throw .versionConflict }
      return
    }
    if let existing = references[write.state.kind]?[ExactKey(write.state.reference)] {
      throw .duplicateReference(existing: existing)
    }
    if operations[write.id] != nil { throw .versionConflict }
    if let payin = write.payin, tokens[ExactKey([payin.token])] != nil { throw .taken("a token") }
  }

  private func checkAttempts(_ write: OperationWrite?) throws(DatabaseError) {
    var seen: Set<ExactKey> = []
    for attempt in write?.attemptWrites ?? [] where attempt.isNew {
      let key = ExactKey([attempt.account, attempt.orderNumber])
      guard ours[key] == nil, seen.insert(key).inserted else { throw .taken("an order number") }
    }
  }

  private func checkEvents(_ new: [OperationEvent]) throws(DatabaseError) {
    var seen: [OperationID: Set<Int>] = [:]
    for event in new {
      guard events[event.operation]?[event.sequence] == nil,
        seen[event.operation, default: []].insert(event.sequence).inserted
      else { throw .versionConflict }
    }
  }

  private mutating func keep(_ callback: CallbackRecord) {
    guard var known = callbacks[callback.key] else {
      callbacks[callback.key] = callback
      return
    }
    known.count += callback.count
    known.lastAt = max(known.lastAt, callback.lastAt)
    known.payin = known.payin ?? callback.payin
    callbacks[callback.key] = known
  }

  private mutating func keep(_ write: KeyWrite) {
    switch write {
    case .insert(let record): keys[ExactKey(record.key)] = record
    case .answer(let key, let answer):
      let key = ExactKey(key)
      if keys[key]?.answer == nil { keys[key]?.answer = answer }
    case .release(let key):
      let key = ExactKey(key)
      if keys[key]?.answer == nil { keys[key] = nil }
    }
  }

  private mutating func keep(_ write: OperationWrite) {
    let reference = ExactKey(write.state.reference)
    if write.isWithdrawn {
      operations[write.id] = nil
      references[write.state.kind]?[reference] = nil
      events[write.id] = nil
      return
    }
    operations[write.id] = write.state
    references[write.state.kind, default: [:]][reference] = write.id
    guard let payin = write.payin else { return }
    tokens[ExactKey([payin.token])] = payin.id
    if payin.request.payer.isErased {
      events[write.id] = events[write.id]?.mapValues(\.withoutPayer)
      webhooks.erasePayer(of: write.id)
      keys[ExactKey(.creating(payin))]?.answer = nil
    }
    for attempt in write.attemptWrites {
      let place = AttemptReference(payin: attempt.payin, attempt: attempt.attempt)
      ours[ExactKey([attempt.account, attempt.orderNumber])] = place
      if let before = write.before as? Payin,
        let number = before.attempt(attempt.attempt)?.providerOrderID
      {
        theirs[ExactKey([attempt.account, number])]?.removeAll { $0 == place }
      }
      if let number = attempt.providerOrderID {
        theirs[ExactKey([attempt.account, number]), default: []].append(place)
      }
    }
  }

  // MARK: Jobs

  /// What the jobs become; nil: gone. Later changes see what earlier ones did.
  private func jobs(after changes: [JobChange]) throws(DatabaseError) -> [JobKey: Job?] {
    var changed: [JobKey: Job?] = [:]
    func current(_ key: JobKey) -> Job? { changed[key] ?? jobs[key] }
    for change in changes {
      switch change {
      case .put(let job):
        var next = current(job.key) ?? job
        next.tries = (current(job.key)?.tries ?? 0) + (job.lease == nil ? 0 : 1)
        next.due = job.due
        next.lease = job.lease
        changed[job.key] = .some(next)
      case .finish(let key, let lease):
        guard current(key)?.lease == lease else { throw .leaseLost }
        changed[key] = .some(nil)
      case .reschedule(let key, let lease, let due):
        guard var job = current(key), job.lease == lease else { throw .leaseLost }
        job.due = due
        job.lease = nil
        changed[key] = .some(job)
      case .keepSilence(let key, let lease, let silence, let heard):
        let payin = operations[heard.payin] as? Payin
        guard payin?.silence == heard.silence, payin?.version == heard.version else {
          throw .versionConflict
        }
        guard var job = current(key), job.lease == lease else { throw .leaseLost }
        job.due = silence.nextCheckAt
        job.lease = nil
        changed[key] = .some(job)
      case .ensure(let job):
        guard var known = current(job.key) else {
          changed[job.key] = .some(job)
          continue
        }
        if known.lease == nil { known.due = min(known.due, job.due) }
        changed[job.key] = .some(known)
      case .bringForward(let kind, let prefix, let due):
        for key in jobs.keys where key.kind == kind && key.subject.utf8.starts(with: prefix.utf8) {
          guard var job = current(key), job.lease == nil else { continue }
          job.due = min(job.due, due)
          changed[key] = .some(job)
        }
      case .drop(let key):
        changed[key] = .some(nil)
      }
    }
    return changed
  }

  mutating func lease(_ request: LeaseRequest) -> [Job] {
    let due = Dictionary(grouping: jobs.values.filter { $0.due <= request.now }, by: \.account)
      .flatMap { account, jobs in
        jobs.sorted(by: Job.isSooner).prefix(request.limit(for: account))
      }
    let first = request.first.compactMap { jobs[$0] }.filter { $0.due <= request.now }
    return request.chosen(from: first + due).map { job in
      let leased = job.leased(by: request)
      jobs[job.key] = leased
      return leased
    }
  }

  mutating func drawIn(_ times: DrawnDueTimes) {
    jobs = jobs.mapValues { job in
      var job = job
      job.due = times.due(of: job)
      return job
    }
  }

  mutating func endLeases(at now: Instant) -> Int {
    let leased = jobs.values.filter { $0.lease != nil }
    for job in leased {
      jobs[job.key]?.due = now
      jobs[job.key]?.lease = nil
    }
    return leased.count
  }

  mutating func removeCallbacks(lastBefore time: Instant) {
    callbacks = callbacks.filter { $0.value.lastAt >= time }
  }

  // MARK: Reading

  /// In the order of their making.
  var all: [any KeptOperation] {
    operations.values.sorted {
      ($0.createdAt, $0.operationID.text) < ($1.createdAt, $1.operationID.text)
    }
  }

  func made<State: KeptOperation>(_ type: State.Type) -> [State] { all.compactMap { $0 as? State } }

  func page<State: KeptOperation>(_ query: OperationQuery<State>) -> [State] {
    let found = made(State.self).filter { state in
      ExactKey([state.merchant]) == ExactKey([query.merchant])
        && (query.statuses.isEmpty
          || query.statuses.contains { state[column: "status"] == .text($0) })
        && query.before.map { state.id.text < $0.text } ?? true
    }
    return Array(found.sorted { $0.id.text > $1.id.text }.prefix(max(query.limit, 0)))
  }

  var newestEvent: Instant? { events.values.lazy.flatMap(\.values).map(\.at).max() }

  func payin(token: String) -> Payin? {
    tokens[ExactKey([token])].flatMap { operations[OperationID($0)] as? Payin }
  }

  func id(_ kind: OperationKind, reference: [String]) -> OperationID? {
    references[kind]?[ExactKey(reference)]
  }

  func attempt(account: String, number: OrderReference) -> AttemptReference? {
    switch number {
    case .ours(let number): ours[ExactKey([account, number])]
    case .theirs(let number):
      theirs[ExactKey([account, number])]?.max { $0.attempt.text < $1.attempt.text }
    }
  }

  func events(of operation: OperationID, after sequence: Int, limit: Int) -> [OperationEvent] {
    let found = (events[operation] ?? [:]).values.filter { $0.sequence > sequence }
    return Array(found.sorted { $0.sequence < $1.sequence }.prefix(max(limit, 0)))
  }

  func firstJob(_ kind: JobKind, subjectPrefix: String) -> Job? {
    let prefix = subjectPrefix.utf8
    return jobs.values.filter { $0.key.kind == kind && $0.key.subject.utf8.starts(with: prefix) }
      .min { $0.key.subject < $1.key.subject }
  }

  func record(of key: IdempotencyKey) -> IdempotencyRecord? { keys[ExactKey(key)] }

  func page(_ query: PayinQuery) -> PayinPage {
    let payins = made(Payin.self)
    let mark = query.before.map { operations[OperationID($0)] as? Payin }
    let all = payins.filter { payin in
      guard query.covers(payin) else { return false }
      guard let mark else { return true }
      guard let mark, ExactKey([mark.merchant]) == ExactKey([query.merchant]) else { return false }
      return Self.isNewer(mark, payin)
    }
    var looked = all.sorted(by: Self.isNewer)[...]
    var end: PayinID?
    if query.isSifting, looked.count >= query.scan {
      looked = looked.prefix(query.scan)
      end = looked.last?.id
    }
    let found = looked.filter(query.fits).prefix(max(query.limit, 0))
    return PayinPage(Array(found), lookedTo: found.count < query.limit ? end : nil)
  }

  private static func isNewer(_ left: Payin, _ right: Payin) -> Bool {
    (left.createdAt, left.id.text) > (right.createdAt, right.id.text)
  }
}

extension PayinQuery {
  /// Whether it is looked at.
  fileprivate func covers(_ payin: Payin) -> Bool {
    Self.same(merchant, payin.merchant) && status ?? payin.status == payin.status
      && Self.same(merchantReference, payin.request.merchantReference)
      && (!isDiscrepant || payin.isDiscrepant)
      && createdFrom ?? payin.createdAt <= payin.createdAt
      && createdTo.map { payin.createdAt < $0 } ?? true
  }

  fileprivate func fits(_ payin: Payin) -> Bool {
    let current = payin.currentAttempt.target
    return method ?? current.method == current.method && Self.same(account, current.account)
      && amountFrom ?? .min <= payin.request.amount && payin.request.amount <= amountTo ?? .max
  }

  private static func same(_ wanted: String?, _ text: String) -> Bool {
    wanted.map { ExactKey([$0]) == ExactKey([text]) } ?? true
  }
}

/// Texts as a key: the same bytes are the same key, as in a database, while `String` holds for
/// equal what only looks the same.
private struct ExactKey: Hashable {
  private let parts: [[UInt8]]

  init(_ parts: [String]) { self.parts = parts.map { Array($0.utf8) } }

  init(_ key: IdempotencyKey) { self.init([key.merchant, key.operation, key.key]) }
}

extension KeptOperation {
  fileprivate var kind: OperationKind { Self.kind }

  var flag: ListedValue? { Self.layout.flag.flatMap { self[column: $0.column] } }
  var unresolved: ListedValue? { Self.layout.unresolved.flatMap { self[column: $0.column] } }

  subscript(column name: String) -> ListedValue? {
    Self.layout.columns.firstIndex { $0.name == name }.map { listing[$0] }
  }

  fileprivate var reference: [String] {
    Self.layout.reference.map { name in
      if case .text(let text) = self[column: name] { text } else { merchant }
    }
  }
}

extension DatabaseError {
  /// What a database's unique index would refuse.
  fileprivate static func taken(_ what: String) -> DatabaseError {
    .failed(function: "commit", code: 0, message: "\(what) is taken")
  }
}
