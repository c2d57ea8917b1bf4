import JSONText
import Payins
import Synchronization

/// Leases that are kept in memory alone, of jobs that may be done twice: where no other process has
/// the database open nobody else could take them, and where this one dies they are due at once,
/// which is right. A process that opens it meanwhile may take them, too, or put them anew; then
/// they are no longer this one's, since their rows have another due time or a lease. The writer
/// changes them, and takes back what a transaction did that was rolled back; readers look at them,
/// since such a job's row says that it is due.
final class HeldJobs: Sendable {
  fileprivate struct Held {
    var lease: Lease
    var account: String
    /// When the lease runs out.
    var until: Instant
    /// When the job was due, as its row says: another process may have put it anew.
    var due: Instant
  }

  fileprivate struct State {
    var held: [JobKey: Held] = [:]
    /// What stood there before each change since `keep`.
    var undo: [(key: JobKey, before: Held?)] = []
  }

  private let state = Mutex(State())

  func take(_ job: Job, _ lease: Lease, until: Instant) {
    state.withLock { state in
      state.set(job.key, Held(lease: lease, account: job.account, until: until, due: job.due))
    }
  }

  /// A job as its row has it, and as it is.
  func seen(_ job: Job) -> Job {
    guard let held = state.withLock({ $0.held[job.key] }) else { return job }
    var job = job
    job.due = held.until
    job.tries += 1
    job.lease = held.lease
    return job
  }

  /// When it was due as it was leased; nil where it is not held, or by another lease than that one.
  func due(_ key: JobKey, by lease: Lease? = nil) -> Instant? {
    state.withLock { state in
      state.held[key].flatMap { lease == nil || $0.lease == lease ? $0.due : nil }
    }
  }

  /// Those whose leases have run out.
  func expired(at now: Instant) -> [JobKey] {
    state.withLock { state in state.held.filter { $0.value.until <= now }.map(\.key) }
  }

  /// Their subjects, as a JSON array for statements that leave them out.
  func subjects(at now: Instant? = nil) -> String {
    JSON.array(keys(at: now).map { JSON($0.subject) }).text
  }

  /// No lease runs out later.
  func drawIn(to end: Instant) {
    state.withLock { state in
      for (key, held) in state.held where held.until > end {
        var held = held
        held.until = end
        state.set(key, held)
      }
    }
  }

  func isHeld(_ key: JobKey) -> Bool { state.withLock { $0.held[key] != nil } }

  func letGo(_ key: JobKey) { state.withLock { $0.set(key, nil) } }

  /// How many are held of an account's jobs.
  func count(of account: String) -> Int {
    state.withLock { state in state.held.values.count { $0.account == account } }
  }

  /// Those that are held at that time; at most as many as are carried out at once.
  func keys(at now: Instant?) -> [JobKey] {
    state.withLock { state in
      state.held.filter { _, held in now.map { held.until > $0 } ?? true }.map(\.key)
    }
  }

  /// When the first lease runs out.
  var soonestEnd: Instant? { state.withLock { $0.held.values.map(\.until).min() } }

  /// What was changed stays.
  func keep() { state.withLock { $0.undo.removeAll(keepingCapacity: true) } }

  /// How much can be taken back.
  var mark: Int { state.withLock { $0.undo.count } }

  /// Takes back what was changed since the mark.
  func takeBack(to mark: Int) {
    state.withLock { state in
      while state.undo.count > mark, let (key, before) = state.undo.popLast() {
        state.held[key] = before
      }
    }
  }
}

extension HeldJobs.State {
  fileprivate mutating func set(_ key: JobKey, _ held: HeldJobs.Held?) {
    let before = self.held[key]
    if before == nil, held == nil { return }
    undo.append((key, before))
    self.held[key] = held
  }
}

extension JobKind {
  /// Whether it does no harm to do it twice: a question. A message would be told again, and maybe
  /// behind a later one.
  var isRepeatable: Bool {
    switch self {
    case .queryAttempt: true
    case .sendAttempt, .endDoubt, .replayCallback, .deliverEvent, .authorizeCounterPayment,
      .reverseCounterPayment:
      false
    }
  }
}
