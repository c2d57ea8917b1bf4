import Payins
import Storage

/// Carries out the jobs of attempts: calls the provider, applies what is learnt.
struct AttemptRunner: Sendable {
  let committer: Committer
  let environment: Environment
  let calls: ProviderClient

  init(committer: Committer, calls: ProviderClient) {
    self.committer = committer
    environment = committer.environment
    self.calls = calls
  }

  /// Sends the attempt that `applied` started under `lease`, and one after another those that its
  /// outcomes start. An attempt that somebody else started is theirs to send, and so is one that
  /// the end of this process keeps from leaving.
  /// - Parameter permit: the first call's, where it was taken before.
  func send(
    _ applied: Committer.Applied<Payin>, under lease: Lease, permit: CallPermit? = nil
  ) async throws(DatabaseError) -> Committer.Applied<Payin> {
    committer.calls.began()
    defer { committer.calls.ended() }
    var applied = applied
    var permit = permit
    while let key = applied.started,
      let attempt = applied.state.attempt(AttemptID(unchecked: key.subject))
    {
      let outcome = await calls.create(applied.state, attempt, permit: permit)
      permit = nil
      // The gateway ends before it was sent: whoever takes up the job goes on.
      if outcome.isCutOff { break }
      applied = try await committer.apply(
        .sent(attempt.id, outcome), to: applied.state.id, known: applied.state,
        holding: Committer.HeldJob(key: key, lease: lease), calling: calling(lease))
    }
    return applied
  }

  /// Asks the provider where a job's attempt stands.
  func ask(_ job: Job, under lease: Lease) async throws(DatabaseError) {
    guard let (payin, attempt) = try await subject(of: job) else {
      return try await discard(job, lease)
    }
    guard let (outcome, answer) = await calls.query(payin, attempt) else {
      return try await postpone(job, lease)
    }
    _ = try await learn(
      .queried(attempt.id, outcome, answer: answer), about: attempt, of: payin, job, lease)
  }

  /// Applies a provider's word that answers the job's question. Returns whether it did.
  func learn(
    _ input: PayinInput, about attempt: Attempt, of payin: Payin, _ job: Job, _ lease: Lease
  ) async throws(DatabaseError) -> Bool {
    let after = try await committer.apply(
      input, to: payin.id, known: payin,
      holding: Committer.HeldJob(key: job.key, lease: lease), calling: calling(lease))
    // A callback that came meanwhile has brought the question forward and reset the count.
    if after.state.receipts.count > (after.before ?? payin).receipts.count {
      calls.monitors[attempt.target.account]?.countSilentPayment()
    }
    _ = try await send(after, under: lease)
    return !after.isIdle
  }

  /// A send job comes here first-hand where its pay-in was committed without being sent, and
  /// again where its process died: then the request may have left, so it is not sent twice.
  func resume(_ job: Job, under lease: Lease) async throws(DatabaseError) {
    guard let (payin, attempt) = try await subject(of: job) else {
      return try await discard(job, lease)
    }
    guard job.tries > 1 || attempt.state != .sending else {
      _ = try await send(Committer.Applied(state: payin, started: job.key), under: lease)
      return
    }
    let after = try await committer.apply(
      .interrupted(attempt.id), to: payin.id, known: payin,
      holding: Committer.HeldJob(key: job.key, lease: lease), calling: calling(lease))
    _ = try await send(after, under: lease)
  }

  /// Ends a pay-in that nobody could give instructions for in time.
  func endDoubt(_ job: Job, under lease: Lease) async throws(DatabaseError) {
    guard let payin = try await payin(of: job), payin.status == .processing else {
      return try await discard(job, lease)
    }
    _ = try await committer.apply(
      .deadline, to: payin.id, known: payin,
      holding: Committer.HeldJob(key: job.key, lease: lease))
  }

  private func payin(of job: Job) async throws(DatabaseError) -> Payin? {
    guard let id: PayinID = job.operation?.typed() else { return nil }
    return try await committer.database.payin(id)
  }

  func subject(of job: Job) async throws(DatabaseError) -> (Payin, Attempt)? {
    guard let payin = try await payin(of: job),
      let attempt = payin.attempt(AttemptID(unchecked: job.key.subject))
    else { return nil }
    return (payin, attempt)
  }

  private func calling(_ lease: Lease) -> Committer.CallLease {
    Committer.CallLease(lease, for: calls)
  }

  /// Until the account has room again; spread out, so that not all come back at once.
  func postpone(_ job: Job, _ lease: Lease) async throws(DatabaseError) {
    let spread = Int64(environment.entropy.bytes(1)[0]) * 4
    var change = Change()
    change.jobs = [
      .reschedule(
        job.key, lease, due: environment.time.now().adding(milliseconds: 1000 + spread))
    ]
    try await committer.database.commit(change)
  }

  private func discard(_ job: Job, _ lease: Lease) async throws(DatabaseError) {
    var change = Change()
    change.jobs = [.finish(job.key, lease)]
    try await committer.database.commit(change)
  }
}
