public import JSONText

/// The next state of an operation and its effects, as values.
public struct Transition<State: Operation>: Equatable, Sendable {
  public package(set) var state: State
  public package(set) var events: [EventDraft] = []
  public package(set) var jobs: [JobEffect] = []
  public package(set) var alerts: [Alert] = []
  /// Whether the operation is as before, and at most a job is put anew.
  public package(set) var isIdle = false
  /// Whether nobody was asked anything, so that the operation is to be removed.
  public package(set) var isWithdrawn = false
  /// Where nothing was learnt: what is to be kept with the job, while the operation stays as it is.
  public package(set) var silence: Silence?
  /// What this input found to differ.
  var flagged: Set<DiscrepancyFlag> = []

  package init(_ state: State) { self.state = state }

  /// The work that it starts at once; an input starts one piece at most.
  public var started: JobKey? {
    jobs.lazy.compactMap { effect in
      if case .start(let key) = effect { key } else { nil }
    }.first
  }

  /// Writes what happened on the timeline.
  package mutating func record(_ type: String, _ data: JSONObject) {
    events.append(EventDraft(type: type, data: .object(data), isPublished: false))
  }

  /// As `record`, and has the merchant told.
  package mutating func publish(_ event: PublishedEvent, _ data: JSONObject = [:]) {
    events.append(EventDraft(type: event.rawValue, data: .object(data), isPublished: true))
  }
}

extension Transition where State: CountedOperation {
  /// Ends every transition.
  package mutating func finish(_ context: Context) {
    if isIdle { return }
    state.updatedAt = max(state.updatedAt, context.now)
    state.eventCount += events.count
    state.publishedCount += events.count { $0.isPublished }
    state.version += 1
  }
}

/// A timeline entry to be written.
public struct EventDraft: Equatable, Sendable {
  /// Such as `payin.succeeded` or `attempt.in_doubt`.
  public var type: String
  public var data: JSON
  /// Whether the merchant is told, with the operation as committed.
  public var isPublished: Bool
}

/// Work with the outside world, to be kept as a job.
public enum JobEffect: Equatable, Sendable {
  /// To be done at once, by whoever commits it if they take it on.
  case start(JobKey)
  /// To be done then; replaces an earlier plan.
  case plan(JobKey, due: Instant)
  /// Not to be done any more.
  case drop(JobKey)
}

public struct JobKey: Hashable, Sendable {
  public var kind: JobKind
  public var subject: String

  public init(kind: JobKind, subject: String) {
    self.kind = kind
    self.subject = subject
  }
}

/// How an account's orders are followed.
public struct Following: Equatable, Sendable {
  /// Whether its payments are told by callbacks, so that asking only makes sure.
  public var callsBack: Bool
  /// How late its questions are asked, in milliseconds, where more of them fall due than can be
  /// asked.
  public var lateMilliseconds: Int64
  /// Whether many of its orders may be asked about together.
  public var hasList: Bool

  public init(callsBack: Bool = false, lateMilliseconds: Int64 = 0, hasList: Bool = false) {
    self.callsBack = callsBack
    self.lateMilliseconds = lateMilliseconds
    self.hasList = hasList
  }
}

/// Now, the randomness that identifiers and jitter need, and what is known of the accounts.
public struct Context: Sendable {
  public var now: Instant
  public var entropy: any Entropy
  /// By account.
  public var following: @Sendable (String) -> Following
  /// Whether somebody can keep what was asked in vain: else it is told at once.
  public var keepsSilence = true

  public init(
    now: Instant, entropy: any Entropy,
    following: @escaping @Sendable (String) -> Following = { _ in Following() }
  ) {
    self.now = now
    self.entropy = entropy
    self.following = following
  }
}
