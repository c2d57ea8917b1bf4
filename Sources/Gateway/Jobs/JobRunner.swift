import JSONText
public import Payins
import Storage
import Synchronization

/// Takes up jobs as they fall due, until it is stopped: the reconciler's queries, and sends that
/// a dead process left behind.
public final class JobRunner: Sendable {
  static let concurrency = 256
  /// Of messages to merchants: whatever their endpoints do, the rest is for providers.
  static let deliveries = 128
  /// Of one account or webhook endpoint, so that one that hangs leaves the others their room.
  static let concurrencyPerAccount = 64
  /// The longest pause between looks at the store: another replica may have made a job.
  private let pauseMilliseconds: Int64
  let lists: ListPolicy
  /// The shortest, while jobs are due that there is no room for.
  static let breathMilliseconds: Int64 = 20
  /// From a look that failed to the next.
  static let faultMilliseconds: Int64 = 1000
  /// For how long a job is put before others that its account has no room for, and how many are.
  static let urgentSeconds: Int64 = 60
  static let mostUrgent = 1024
  /// Until a job is tried again whose document cannot be read, in seconds.
  static let damagedSeconds: Int64 = 600

  struct UrgentJob {
    var job: Job
    /// Of the steady clock.
    var until: Instant
  }

  struct State {
    var running: [String: Int] = [:]
    var total = 0
    var deliveries = 0
    var stopping = false
    var lastFault: String?
    var ramp: RestartRamp?
    var lists = ListTurns()
    /// Jobs to be done before others that their accounts have had no room for.
    var urgent: [UrgentJob] = []
  }

  let committer: Committer
  let environment: Environment
  let runner: AttemptRunner
  private let webhooks: WebhookRunner
  private let counterPayments: CounterPaymentRunner
  private let callbacks: CallbackReplay
  let calls: ProviderClient
  /// Jobs other than deliveries that are being carried out.
  private let underway = Works()
  private let clock: ClockKeeper
  let state = Mutex(State())

  public init(
    committer: Committer, calls: ProviderClient, webhooks: WebhookRunner,
    pauseMilliseconds: Int64 = 500, lists: ListPolicy = ListPolicy()
  ) {
    self.lists = lists
    self.committer = committer
    environment = committer.environment
    self.pauseMilliseconds = pauseMilliseconds
    self.calls = calls
    self.webhooks = webhooks
    clock = ClockKeeper(store: committer.database, time: environment.time, log: environment.log)
    runner = AttemptRunner(committer: committer, calls: calls)
    callbacks = CallbackReplay(committer: committer)
    counterPayments = CounterPaymentRunner(committer: committer, calls: calls)
  }

  /// For health: why the last look at the store failed.
  var lastFault: String? { state.withLock(\.lastFault) }

  /// For health: that the wall clock was set back of late.
  var setBack: ClockKeeper.SetBack? { clock.setBack }

  /// Returns once `stop` was called and the running jobs have ended.
  public func run() async {
    let start = environment.time.steady()
    if let backlog = try? await committer.database.backlog(at: environment.time.now()) {
      state.withLock { $0.ramp = RestartRamp(dueCount: backlog.dueCount, at: start) }
    }
    while !state.withLock({ $0.stopping }) {
      let now = environment.time.steady()
      var taken = 0
      do throws(DatabaseError) {
        try await clock.look(leaseEnd: leaseEnd)
        taken = try await round()
        state.withLock { $0.lastFault = nil }
      } catch {
        state.withLock { $0.lastFault = error.description }
        environment.log.error("jobs cannot be taken up", ["reason": "\(error)"])
        // A store that fails is neither pressed nor written about all the time.
        await environment.time.sleep(until: now.adding(milliseconds: Self.faultMilliseconds))
      }
      if taken == 0 || !hasRoom {
        await committer.jobSignal.wait(until: await wakeTime(after: now), environment.time)
      }
    }
    while state.withLock({ $0.total }) > 0 {
      let look = environment.time.steady().adding(milliseconds: pauseMilliseconds)
      await committer.jobSignal.wait(until: look, environment.time)
    }
  }

  public func stop() {
    state.withLock { $0.stopping = true }
    committer.jobSignal.raise()
  }

  /// - Parameter now: of the steady clock, as is the time that it returns.
  private func wakeTime(after now: Instant) async -> Instant {
    let latest = now.adding(milliseconds: pauseMilliseconds)
    guard let next = try? await committer.database.nextDue() else { return latest }
    let wait = max(next.milliseconds(since: environment.time.now()), Self.breathMilliseconds)
    return min(latest, now.adding(milliseconds: wait))
  }

  func leaseEnd(at now: Instant) -> Instant {
    max(calls.leaseEnd(at: now), webhooks.leaseEnd(at: now))
  }

  /// Leases what is due and there is room for. Returns how many jobs were started.
  private func round() async throws(DatabaseError) -> Int {
    let (wall, now) = (environment.time.now(), environment.time.steady())
    guard hasRoom else { return 0 }
    let urgent = urgent(at: now)
    do throws(DatabaseError) {
      let listed = try await listRound(urgent.map(\.job), limits(at: now), wall, now)
      let others = try await singleRound(urgent, beside: Set(listed.keys), wall, now)
      return listed.values.reduce(others, +)
    } catch {
      state.withLock { $0.urgent = urgent }
      throw error
    }
  }

  private func singleRound(
    _ urgent: [UrgentJob], beside listed: Set<String>, _ wall: Instant, _ now: Instant
  ) async throws(DatabaseError) -> Int {
    let (total, deliveries) = state.withLock { ($0.total, $0.deliveries) }
    var request = LeaseRequest(
      now: wall, until: leaseEnd(at: wall), limit: Self.concurrency - total,
      lease: .new(environment.entropy), limitPerAccount: Self.concurrencyPerAccount,
      limits: limits(at: now), limitsPerKind: [.deliverEvent: Self.deliveries - deliveries])
    request.first = Dictionary(grouping: urgent.map(\.job), by: \.account).flatMap {
      $1.prefix(request.limit(for: $0)).map(\.key)
    }
    let jobs = try await committer.database.lease(request)
    looked(request, jobs, urgent, beside: listed, at: now)
    for job in jobs { start(job, request.lease, at: now) }
    return jobs.count
  }

  /// How many more jobs of an account may be started, where that is not `concurrencyPerAccount`.
  private func limits(at now: Instant) -> [String: Int] {
    let (running, turns) = state.withLock { ($0.running, $0.lists) }
    var limits = running.mapValues { max(0, Self.concurrencyPerAccount - $0) }
    // One that failed last time is asked one at a time, so that hanging costs next to nothing.
    for account in webhooks.failing.accounts {
      limits[account] = max(0, 1 - running[account, default: 0])
    }
    for (account, monitor) in calls.monitors {
      // Some are taken up and have not begun to ask.
      let pending = max(0, running[account, default: 0] - monitor.openQueries)
      let room = monitor.room(for: .query, at: now) - pending
      limits[account] = max(0, min(limits[account] ?? Self.concurrencyPerAccount, room))
    }
    for account in turns.underway {
      guard let most = turns.limit(of: account, lists) else { continue }
      let room = max(0, most - running[account, default: 0])
      limits[account] = min(limits[account] ?? room, room)
    }
    if let ramp = state.withLock({ $0.ramp }) {
      for account in ramp.accounts {
        guard let room = ramp.room(for: account, at: now) else { continue }
        limits[account] = min(limits[account] ?? Self.concurrencyPerAccount, room)
      }
    }
    return limits
  }

  func start(_ job: Job, _ lease: Lease, at now: Instant) {
    state.withLock { $0.lists.asked(job) }
    start(account: job.account, isDelivery: job.key.kind == .deliverEvent, at: now) { [self] in
      await perform(job, lease)
    }
  }

  func start(
    account: String, isDelivery: Bool = false, at now: Instant,
    _ work: @escaping @Sendable () async -> Void
  ) {
    state.withLock { state in
      state.ramp?.started(account, at: now)
      state.running[account, default: 0] += 1
      state.total += 1
      if isDelivery { state.deliveries += 1 }
    }
    // Before anybody can ask whether it has ended.
    if !isDelivery { underway.began() }
    Task.detached { [self] in
      await work()
      if !isDelivery { underway.ended() }
      if ended(account, isDelivery: isDelivery) { committer.jobSignal.raise() }
    }
  }

  private func urgent(at now: Instant) -> [UrgentJob] {
    let until = now.adding(seconds: Self.urgentSeconds)
    let raised = committer.jobSignal.takeUrgent().map { UrgentJob(job: $0, until: until) }
    return state.withLock { state in
      defer { state.urgent = [] }
      var known: Set<JobKey> = []
      return (state.urgent.filter { now < $0.until } + raised)
        .filter { known.insert($0.job.key).inserted }
    }
  }

  /// Learns from what was given out.
  /// - Parameters:
  ///   - listed: accounts whose questions were given out before.
  ///   - now: of the steady clock.
  private func looked(
    _ request: LeaseRequest, _ jobs: [Job], _ urgent: [UrgentJob], beside listed: Set<String>,
    at now: Instant
  ) {
    let ofAccount = Dictionary(grouping: jobs, by: \.account)
    func leavesSome(_ account: String) -> Bool {
      ofAccount[account, default: []].count == request.limit(for: account)
        || jobs.count == request.limit
    }
    let given = Set(jobs.map(\.key))
    let left = urgent.filter { !given.contains($0.job.key) && leavesSome($0.job.account) }
    let (apart, ramped) = state.withLock { state in
      state.urgent = Array(left.prefix(Self.mostUrgent))
      let ramped = state.ramp.map { ramp in
        Set(ramp.accounts.filter { ramp.room(for: $0, at: now) != nil })
      }
      return (state.lists.underway.union(listed), ramped ?? [])
    }
    for (account, monitor) in calls.monitors where request.limit(for: account) > 0 {
      // What waits for a list is late because of it.
      if apart.contains(account) { continue }
      guard monitor.isAnswering(at: now), !ramped.contains(account) else {
        environment.lateness.forget(account)
        continue
      }
      let questions = ofAccount[account, default: []].filter { $0.key.kind == .queryAttempt }
      environment.lateness.looked(
        at: account, leavesSome: leavesSome(account),
        late: questions.compactMap(\.fellDue).min().map { request.now.milliseconds(since: $0) },
        now: now)
    }
  }

  /// Whether there is room for many at once, which one look at the store gives out, or nobody is
  /// waited for any more.
  private func ended(_ account: String, isDelivery: Bool) -> Bool {
    state.withLock { state in
      let running = state.running[account] ?? 1
      state.running[account] = running == 1 ? nil : running - 1
      state.total -= 1
      if isDelivery { state.deliveries -= 1 }
      return isDelivery || state.stopping
        || running == Self.concurrencyPerAccount / 2 + 1
        || state.total == Self.concurrency - 1
    }
  }

  private var hasRoom: Bool { state.withLock { $0.total < Self.concurrency } }

  /// Returns once nothing but deliveries is carried out, or at `instant` of the steady clock.
  public func allButDeliveriesEnded(by instant: Instant) async {
    await underway.allEnded(by: instant, environment.time)
  }

  private func perform(_ job: Job, _ lease: Lease) async {
    do throws(DatabaseError) {
      switch job.key.kind {
      case .sendAttempt: try await runner.resume(job, under: lease)
      case .queryAttempt: try await runner.ask(job, under: lease)
      case .endDoubt: try await runner.endDoubt(job, under: lease)
      case .replayCallback: try await callbacks.perform(job, under: lease)
      case .authorizeCounterPayment:
        try await counterPayments.resumeAuthorization(job, under: lease)
      case .reverseCounterPayment: try await counterPayments.resumeReversal(job, under: lease)
      case .deliverEvent: try await webhooks.perform(job, under: lease)
      }
    } catch {
      // The lease runs out and the job is taken up again.
      if case .damaged = error { await postpone(job, lease) }
      environment.log.error(
        "a job could not be carried out",
        [
          "kind": .string(job.key.kind.rawValue), "subject": .string(job.key.subject),
          "payin": JSON(job.operation?.text),
          "reason": "\(error)",
        ])
    }
  }

  /// What is damaged does not mend itself within a lease.
  private func postpone(_ job: Job, _ lease: Lease) async {
    let due = environment.time.now().adding(seconds: Self.damagedSeconds)
    var change = Change()
    change.jobs = [.reschedule(job.key, lease, due: due)]
    // Else its lease runs out.
    try? await committer.database.commit(change)
  }
}
