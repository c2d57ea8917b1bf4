public import Payins

/// Work with the outside world that outlives a crash.
public struct Job: Equatable, Sendable {
  public var key: JobKey
  /// What it is about; nil where that is no operation of ours.
  public var operation: OperationID?
  /// The account that it loads; limits hold per account.
  public var account: String
  /// A leased job is due at the end of its lease.
  public var due: Instant
  /// How often it was leased, this time included.
  public var tries: Int
  /// Nil where nobody holds it.
  public var lease: Lease?
  /// Of a job that was just leased: when its time had come.
  public var fellDue: Instant?

  public init(
    key: JobKey, operation: OperationID?, account: String, due: Instant, tries: Int = 0,
    lease: Lease? = nil
  ) {
    self.key = key
    self.operation = operation
    self.account = account
    self.due = due
    self.tries = tries
    self.lease = lease
  }
}

/// Proves that its bearer was given the job last; unique per lease.
public struct Lease: Hashable, Sendable {
  public let token: String
  public init(token: String) { self.token = token }
}

public struct LeaseRequest: Equatable, Sendable {
  public var now: Instant
  /// When the lease runs out.
  public var until: Instant
  public var limit: Int
  public var lease: Lease
  /// At most so many jobs of one account, that none takes all the room.
  public var limitPerAccount: Int
  /// In place of `limitPerAccount`; 0 leaves an account's jobs alone.
  public var limits: [String: Int]
  /// At most so many jobs of a kind, so that none takes all the room.
  public var limitsPerKind: [JobKind: Int]
  /// Given out before all others, where they are due.
  public var first: [JobKey] = []

  public init(
    now: Instant, until: Instant, limit: Int, lease: Lease, limitPerAccount: Int = .max,
    limits: [String: Int] = [:], limitsPerKind: [JobKind: Int] = [:]
  ) {
    self.now = now
    self.until = until
    self.limit = limit
    self.lease = lease
    self.limitPerAccount = limitPerAccount
    self.limits = limits
    self.limitsPerKind = limitsPerKind
  }

  /// How many jobs of the account may be given out.
  public func limit(for account: String) -> Int {
    max(0, min(limit, limits[account] ?? limitPerAccount))
  }
}

public enum JobChange: Equatable, Sendable {
  /// Makes the job, or gives it a new due time and this lease or none. Tries start at 0, or at 1
  /// where the job is made already leased; a job that is there keeps them, counting a lease.
  case put(Job)
  /// Ends a job. Throws `.leaseLost` for a lease that is not the job's own.
  case finish(JobKey, Lease)
  /// Frees a leased job for `due`; tries stay. Throws `.leaseLost` like `finish`.
  case reschedule(JobKey, Lease, due: Instant)
  /// As `reschedule`, for when the question is asked anew that the job asked in vain; keeps what
  /// was said with it, until the pay-in is written. Throws `.versionConflict` unless the pay-in is
  /// what it was judged by.
  case keepSilence(JobKey, Lease, Silence, HeardSilence)
  /// Makes the job, or brings one that nobody holds forward to its due time.
  case ensure(Job)
  /// Brings the jobs of that kind whose subjects begin so forward to `due`; leased ones are left.
  case bringForward(JobKind, subjectPrefix: String, due: Instant)
  /// Ends a job whoever holds it, if it exists.
  case drop(JobKey)
}

/// What a change knows of a pay-in's questions in vain.
public struct HeardSilence: Equatable, Sendable {
  package var payin: OperationID
  package var version: Int
  package var silence: Silence?

  public init(of payin: some Operation, before silence: Silence?) {
    self.payin = payin.operationID
    version = payin.version
    self.silence = silence
  }
}

/// What due times become after the clock was set back.
public struct DrawnDueTimes: Equatable, Sendable {
  /// Milliseconds by which jobs that nobody holds fall due earlier.
  public var by: Int64
  /// None of them falls due later.
  public var latest: Instant
  /// No lease runs out later; nil leaves them.
  public var leaseEnd: Instant?

  public init(by: Int64, latest: Instant, leaseEnd: Instant?) {
    self.by = by
    self.latest = latest
    self.leaseEnd = leaseEnd
  }

  package func due(of job: Job) -> Instant {
    job.lease == nil
      ? min(job.due.adding(milliseconds: -by), latest) : min(job.due, leaseEnd ?? job.due)
  }
}

public struct Backlog: Equatable, Sendable {
  public var dueCount: Int
  public var oldestDue: Instant?

  public init(dueCount: Int, oldestDue: Instant?) {
    self.dueCount = dueCount
    self.oldestDue = oldestDue
  }
}
