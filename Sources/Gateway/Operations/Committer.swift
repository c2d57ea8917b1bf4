import JSONText
public import Payins
public import Storage

/// What the gateway's logic has of the world, so that a simulation can own it.
public struct Environment: Sendable {
  public let time: any TimeSource
  public let entropy: any Entropy
  public let metrics: Metrics
  public let log: Log
  let hearing = Hearing()
  let lateness = Lateness()
  /// Accounts whose providers have lists.
  private let listing: Set<String>

  public init(
    time: any TimeSource, entropy: any Entropy, metrics: Metrics, log: Log,
    listing: Set<String> = []
  ) {
    self.listing = listing
    self.time = time
    self.entropy = entropy
    self.metrics = metrics
    self.log = log
  }

  func following(_ account: String) -> Following {
    Following(
      callsBack: hearing.callsBack(account), lateMilliseconds: lateness.milliseconds(of: account),
      hasList: listing.contains(account))
  }

  var context: Context {
    Context(now: time.now(), entropy: entropy) { [self] in following($0) }
  }
}

/// Applies inputs to operations and keeps the result: the only place where a transition becomes a
/// change of the database.
public struct Committer: Sendable {
  let database: any Database
  let environment: Environment
  let endpoints: WebhookEndpoints
  public let publicURL: String
  /// Those who wait for news of a pay-in.
  let polls = Waits<PayinID, Payin>()
  /// Raised where a job is due at once.
  let jobSignal = JobSignal()
  /// What providers are asked for on a caller's behalf, until it is settled.
  let calls = Works()

  /// - Parameter publicURL: the gateway's own address, without a slash at its end.
  public init(
    database: any Database, environment: Environment, publicURL: String,
    endpoints: WebhookEndpoints = WebhookEndpoints()
  ) {
    self.database = database
    self.environment = environment
    self.publicURL = publicURL
    self.endpoints = endpoints
  }

  /// A job that this process holds and that the next commit disposes of.
  struct HeldJob: Sendable {
    var key: JobKey
    var lease: Lease
    /// Somebody else put the job anew meanwhile, such as a callback: their due time stands.
    var isLost = false
  }

  /// Under which work that a commit starts is done at once by the process that commits it.
  struct CallLease: Sendable {
    var lease: Lease
    var until: Instant
  }

  /// What came of an input.
  struct Applied<State: ServedOperation>: Sendable {
    var state: State
    /// What the input was applied to, which somebody else may have changed since it was read.
    var before: State?
    /// The work that it started, leased to whoever gave a `CallLease` and to nobody else.
    var started: JobKey?
    /// Whether nobody was asked anything, and nothing of it is left.
    var isWithdrawn = false
    /// Whether the input did nothing to the operation.
    var isIdle = false
  }

  /// Applies `input` to the operation, anew where somebody else changed it meanwhile.
  /// - Parameters:
  ///   - known: the operation as last read, to save reading it.
  ///   - calling: the lease under which work that this starts is done at once.
  func apply<State: ServedOperation>(
    _ input: State.Input, to id: State.ID, as type: State.Type = State.self,
    known: State? = nil, holding: HeldJob? = nil, calling: CallLease? = nil,
    callback: CallbackRecord? = nil
  ) async throws(DatabaseError) -> Applied<State> {
    var known = known
    var holding = holding
    while true {
      guard let before = if let known { known } else { try await database.operation(id, as: type) }
      else { throw .damaged("the operation \(id) of a job or callback does not exist") }
      var context = environment.context
      context.keepsSilence = holding.map { !$0.isLost } ?? false
      let transition = before.apply(input, context)
      // Without its lease it is another's already, who takes it for interrupted.
      if transition.isWithdrawn, holding.map(\.isLost) ?? true { return Applied(state: before) }
      var change = change(transition, before: before, holding: holding, calling: calling)
      change.callback = callback
      do {
        change = try await commit(change, of: transition.state.merchant)
      } catch .versionConflict {
        known = nil
        continue
      } catch .leaseLost {
        // What we learnt is recorded all the same.
        holding?.isLost = true
        known = nil
        continue
      }
      if !transition.isIdle, !transition.isWithdrawn, transition.silence == nil {
        committed(transition, before: before, change)
      }
      raise(change)
      return Applied(
        state: transition.state, before: before, started: transition.started,
        isWithdrawn: transition.isWithdrawn, isIdle: transition.isIdle)
    }
  }

  /// Keeps a new operation with the key of the call that made it.
  func insert<State: ServedOperation>(
    _ opened: Transition<State>, requestHash: [UInt8], calling: CallLease
  ) async throws(DatabaseError) {
    var change = change(opened, before: nil, holding: nil, calling: calling)
    change.key = .insert(
      IdempotencyRecord(
        key: .creating(opened.state), requestHash: requestHash,
        operation: opened.state.operationID, createdAt: opened.state.createdAt))
    try await database.commit(change)
    committed(opened, before: nil, change)
    raise(change)
  }

  private func committed<State: ServedOperation>(
    _ transition: Transition<State>, before: State?, _ change: Change
  ) {
    let metrics = environment.metrics
    for (name, labels) in State.counts(transition, before: before) {
      metrics.increment(name, labels)
    }
    for alert in transition.alerts {
      metrics.increment("pasarela_alerts_total", [("alert", alert.rawValue)])
    }
    let state = transition.state
    if let payin = state as? Payin {
      if let before = before as? Payin { environment.hearing.learn(from: before, to: payin) }
      polls.publish(payin, to: payin.id)
    }
    if let before, !before.isSettled, state.isSettled, let body = change.answer {
      calls.settled(
        Creation(id: state.operationID, body: body, isSettled: true, isReplay: false))
    }
  }

  private func raise(_ change: Change) {
    let now = environment.time.now()
    guard change.jobs.contains(where: { $0.isDue(at: now) }) else { return }
    jobSignal.raise(urgent: change.jobs.compactMap { $0.question(at: now) })
  }

  private func change<State: ServedOperation>(
    _ transition: Transition<State>, before: State?, holding: HeldJob?, calling: CallLease?
  ) -> Change {
    let state = transition.state
    var change = Change()
    if transition.isWithdrawn, let before {
      change.operation = .withdraw(before)
      change.key = .release(.creating(before))
      change.jobs = holding.map { [.finish($0.key, $0.lease)] } ?? []
      return change
    }
    if !transition.isIdle, transition.silence == nil {
      change.operation = before.map { .update(state, before: $0) } ?? .insert(state)
    }
    change.events = events(transition)
    change.jobs = jobs(transition, before: before, holding: holding, calling: calling)
    if State.keepsAnswer, let before, !before.isSettled, state.isSettled {
      change.key = .answer(
        .creating(state),
        KeptAnswer(status: 201, body: state.document(publicURL: publicURL)))
    }
    return change
  }

  /// Commits it with a delivery for each endpoint that listens to what it publishes, as they stand
  /// at the commit: the store refuses those that another process changed since they were read.
  /// Returns the change as it was committed.
  private func commit(
    _ change: Change, of merchant: String
  ) async throws(DatabaseError) -> Change {
    let published = change.events.filter { $0.notification != nil }
    guard !published.isEmpty else {
      try await database.commit(change)
      return change
    }
    // Not the event's own time, which a clock that was set back has still to reach.
    let now = environment.time.now()
    while true {
      var change = change
      let standing = endpoints.standing(of: merchant)
      change.endpointRevision = standing.revision
      change.jobs += published.flatMap { event in
        standing.listening(to: event.type).map {
          .put(WebhookRunner.job(event, to: $0, due: min(event.at, now)))
        }
      }
      do throws(DatabaseError) {
        try await database.commit(change)
        return change
      } catch .endpointsChanged {
        try await endpoints.load(from: database)
      }
    }
  }

  private func events<State: ServedOperation>(
    _ transition: Transition<State>
  ) -> [OperationEvent] {
    let state = transition.state
    var sequence = state.eventCount - transition.events.count
    let notifications = transition.events.count { $0.isPublished }
    var published = state.publishedCount - notifications
    let body = notifications > 0 ? state.document(publicURL: publicURL) : []
    return transition.events.map { draft in
      sequence += 1
      if draft.isPublished { published += 1 }
      return OperationEvent(
        id: .make(at: state.updatedAt, entropy: environment.entropy),
        operation: state.operationID, sequence: sequence, type: draft.type, at: state.updatedAt,
        data: draft.data,
        notification: draft.isPublished ? EventNotification(sequence: published, body: body) : nil)
    }
  }

  private func jobs<State: ServedOperation>(
    _ transition: Transition<State>, before: State?, holding: HeldJob?, calling: CallLease?
  ) -> [JobChange] {
    let state = transition.state
    func job(_ key: JobKey, due: Instant) -> Job {
      Job(key: key, operation: state.operationID, account: state.account(of: key), due: due)
    }
    var isHeld = holding.map { !$0.isLost } ?? false
    var out: [JobChange] = []
    for effect in transition.jobs {
      switch effect {
      case .start(let key):
        var job = job(key, due: min(state.updatedAt, environment.time.now()))
        if let calling { (job.due, job.tries, job.lease) = (calling.until, 1, calling.lease) }
        out.append(.put(job))
      case .plan(let key, let due):
        guard let holding, holding.key == key else {
          out.append(.put(job(key, due: due)))
          continue
        }
        if holding.isLost {
          out.append(.ensure(job(key, due: due)))
        } else if let silence = transition.silence {
          out.append(
            .keepSilence(
              key, holding.lease, silence, HeardSilence(of: state, before: before?.silence)))
        } else {
          // A later plan replaces an earlier one, which has given the lease back.
          out.append(
            isHeld ? .reschedule(key, holding.lease, due: due) : .put(job(key, due: due)))
        }
        isHeld = false
      case .drop(let key):
        guard let holding, holding.key == key else {
          out.append(.drop(key))
          continue
        }
        if !holding.isLost { out.append(.finish(key, holding.lease)) }
        isHeld = false
      }
    }
    if let holding, isHeld { out.append(.finish(holding.key, holding.lease)) }
    return out
  }
}

extension Change {
  /// The answer, for ever, to the call that made the operation, where this settles it.
  fileprivate var answer: [UInt8]? {
    if case .answer(_, let kept) = key { return kept.body }
    // All that its events tell is the operation as committed.
    return events.lazy.compactMap(\.notification?.body).first
  }
}

extension JobChange {
  /// Whether it leaves a job that anybody may take up now.
  fileprivate func isDue(at now: Instant) -> Bool {
    switch self {
    case .put(let job), .ensure(let job): job.lease == nil && job.due <= now
    case .reschedule(_, _, let due): due <= now
    case .keepSilence(_, _, let silence, _): silence.nextCheckAt <= now
    case .finish, .drop, .bringForward: false
    }
  }

  /// A question that is to be asked at once: a callback has spoken of the order, or somebody waits.
  fileprivate func question(at now: Instant) -> Job? {
    switch self {
    case .put(let job), .ensure(let job):
      job.key.kind == .queryAttempt && isDue(at: now) ? job : nil
    case .reschedule, .keepSilence, .finish, .drop, .bringForward: nil
    }
  }
}

extension IdempotencyKey {
  /// Of the call that made the operation.
  static func creating<State: ServedOperation>(_ state: State) -> IdempotencyKey {
    IdempotencyKey(
      merchant: state.merchant, operation: State.createCall, key: state.idempotencyKey)
  }
}
