import JSONText
public import Payins
public import Storage

/// Applies inputs to pay-ins and keeps the result: the only place where a transition becomes a
/// change of the store.
public struct Books: Sendable {
  let store: any Store
  let time: any TimeSource
  let entropy: any Entropy
  let document: PayinDocument
  let changes: PayinChanges
  let metrics: Metrics
  let endpoints: WebhookEndpoints
  /// Raised where a job is due at once.
  let jobSignal = JobSignal()
  /// Orders that are being made at providers.
  let creations = Underway()
  /// Jobs other than deliveries that are being carried out.
  let jobsUnderway = Underway()

  public init(
    store: any Store, time: any TimeSource, entropy: any Entropy, document: PayinDocument,
    changes: PayinChanges, metrics: Metrics, endpoints: WebhookEndpoints = WebhookEndpoints()
  ) {
    self.store = store
    self.time = time
    self.entropy = entropy
    self.document = document
    self.changes = changes
    self.metrics = metrics
    self.endpoints = endpoints
  }

  /// A job that this process holds and that the next commit disposes of.
  struct Holding: Sendable {
    var key: JobKey
    var lease: Lease
    /// Somebody else put the job anew meanwhile, such as a callback: their due time stands.
    var isLost = false
  }

  /// What came of an input.
  struct Applied: Sendable {
    var payin: Payin
    /// The attempt that it started, leased to whoever gave a `SendLease` and to nobody else.
    var started: AttemptID?
    /// Whether money was recorded.
    var hasNewReceipt = false
  }

  var context: Context { Context(now: time.now(), entropy: entropy) }

  /// Applies `input` to the pay-in, anew where somebody else changed it meanwhile.
  /// - Parameters:
  ///   - known: the pay-in as last read, to save reading it.
  ///   - sending: the lease under which attempts that this starts are sent at once.
  func apply(
    _ input: PayinInput, to id: PayinID, known: Payin? = nil, holding: Holding? = nil,
    sending: SendLease? = nil, callback: CallbackRecord? = nil
  ) async throws(StoreError) -> Applied {
    var known = known
    var holding = holding
    while true {
      let before: Payin
      if let known {
        before = known
      } else {
        guard let read = try await store.payin(id) else {
          throw .damaged("the pay-in \(id) of a job or callback does not exist")
        }
        before = read
      }
      let transition = before.apply(input, context)
      var change = self.change(
        transition, .update(transition.payin, before: before), holding: holding, sending: sending)
      if transition.isIdle { change.payin = nil }
      change.callback = callback
      do {
        change = try await commit(change, telling: transition.payin.merchant)
        if !transition.isIdle {
          committed(transition, before: before.status, document: change.announced)
        }
        if change.jobs.contains(where: { $0.isDue(at: time.now()) }) { jobSignal.raise() }
        return Applied(
          payin: transition.payin, started: transition.started,
          hasNewReceipt: transition.payin.receipts.count > before.receipts.count)
      } catch .versionConflict {
        known = nil
      } catch .leaseLost {
        // What we learnt is recorded all the same.
        holding?.isLost = true
      }
    }
  }

  /// - Parameter document: the pay-in as merchants see it, where it is at hand.
  func committed(_ transition: Transition, before: PayinStatus?, document: [UInt8]? = nil) {
    metrics.count(transition, before: before)
    changes.publish(PayinChanges.Commit(payin: transition.payin, document: document))
  }

  func change(
    _ transition: Transition, _ write: PayinWrite, holding: Holding?, sending: SendLease?
  ) -> Change {
    var change = Change()
    change.payin = write
    change.events = events(transition)
    change.jobs = jobs(transition, holding: holding, sending: sending)
    return change
  }

  /// Commits it with a delivery for each endpoint that listens to what it announces, as they stand
  /// at the commit: the store refuses those that another process changed since they were read.
  func commit(
    _ change: Change, telling merchant: String
  ) async throws(StoreError) -> Change {
    let announced = change.events.filter { $0.announcement != nil }
    // Not the event's own time, which a clock that was set back has still to reach.
    let now = time.now()
    while true {
      var told = change
      if !announced.isEmpty {
        let standing = endpoints.standing(of: merchant)
        told.endpointRevision = standing.revision
        told.jobs += announced.flatMap { event in
          standing.listening(to: event.type).map {
            .put(
              WebhookRunner.job(
                event.payin, event.announcement?.sequence ?? 0, to: $0,
                due: min(event.at, now)))
          }
        }
      }
      do throws(StoreError) {
        try await store.commit(told)
        return told
      } catch .endpointsChanged {
        try await endpoints.load(from: store)
      }
    }
  }

  private func events(_ transition: Transition) -> [PayinEvent] {
    let payin = transition.payin
    var sequence = payin.eventCount - transition.events.count
    let announcements = transition.events.count { $0.isAnnounced }
    var announced = payin.announcedCount - announcements
    let body = announcements > 0 ? document.json(payin).bytes : []
    return transition.events.map { draft in
      sequence += 1
      if draft.isAnnounced { announced += 1 }
      return PayinEvent(
        id: .make(at: payin.updatedAt, entropy: entropy), payin: payin.id, sequence: sequence,
        type: draft.type, at: payin.updatedAt, data: draft.data,
        announcement: draft.isAnnounced
          ? Announcement(sequence: announced, body: body) : nil)
    }
  }

  private func jobs(
    _ transition: Transition, holding: Holding?, sending: SendLease?
  ) -> [JobChange] {
    let payin = transition.payin
    var disposed = holding == nil
    var out: [JobChange] = []
    for effect in transition.jobs {
      switch effect {
      case .endDoubt(let due):
        let key = JobKey(kind: .endDoubt, subject: payin.id.text)
        // Of no account: none of them holds it up.
        let job = Job(key: key, payin: payin.id, account: "", due: due)
        if let holding, holding.key == key, !holding.isLost {
          out.append(.reschedule(key, holding.lease, due: due))
          disposed = true
        } else {
          out.append(.put(job))
        }
      case .send(let id):
        let key = JobKey(kind: .sendAttempt, subject: id.text)
        let due = min(payin.updatedAt, time.now())
        out.append(.put(job(key, id, of: payin, due: due, sending: sending)))
      case .query(let id, let due):
        let key = JobKey(kind: .queryAttempt, subject: id.text)
        let job = job(key, id, of: payin, due: due, sending: nil)
        if let holding, holding.key == key {
          out.append(holding.isLost ? .ensure(job) : .reschedule(key, holding.lease, due: due))
          disposed = true
        } else {
          out.append(.put(job))
        }
      case .stopQuerying(let id):
        let key = JobKey(kind: .queryAttempt, subject: id.text)
        if let holding, holding.key == key {
          if !holding.isLost { out.append(.finish(key, holding.lease)) }
          disposed = true
        } else {
          out.append(.drop(key))
        }
      }
    }
    if let holding, !disposed, !holding.isLost {
      out.append(.finish(holding.key, holding.lease))
    }
    return out
  }

  private func job(
    _ key: JobKey, _ id: AttemptID, of payin: Payin, due: Instant, sending: SendLease?
  ) -> Job {
    let account = payin.attempt(id)?.target.account ?? ""
    guard let sending else { return Job(key: key, payin: payin.id, account: account, due: due) }
    return Job(
      key: key, payin: payin.id, account: account, due: sending.until, tries: 1,
      lease: sending.lease)
  }
}

extension Change {
  /// What its events tell the merchant: all of them the subject as committed.
  fileprivate var announced: [UInt8]? {
    events.lazy.compactMap(\.announcement?.body).first
  }
}

/// Under which attempts are sent at once by the process that commits them.
struct SendLease: Sendable {
  var lease: Lease
  var until: Instant
}

extension JobChange {
  /// Whether it leaves a job that anybody may take up now.
  fileprivate func isDue(at now: Instant) -> Bool {
    switch self {
    case .put(let job), .ensure(let job): job.lease == nil && job.due <= now
    case .reschedule(_, _, let due): due <= now
    case .finish, .drop, .hasten: false
    }
  }
}

extension Transition {
  /// An input starts one attempt at most.
  var started: AttemptID? {
    jobs.lazy.compactMap { effect in
      if case .send(let id) = effect { id } else { nil }
    }.first
  }
}
