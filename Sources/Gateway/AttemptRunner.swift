import Crypto
import JSONText
import Payins
import Storage

/// Carries out the jobs of attempts: calls the provider, applies what is learnt.
struct AttemptRunner: Sendable {
  let books: Books
  let calls: ProviderCalls

  /// Longer than any call to a provider and the commit after it.
  func leaseEnd(at now: Instant) -> Instant {
    let longest = calls.accounts.values.map(\.limits.timeoutSeconds).max() ?? 30
    return now.adding(seconds: longest + 15)
  }

  func newLease() -> Lease { Lease(token: Hex.encode(books.entropy.bytes(12))) }

  /// Sends the attempt that `applied` started under `lease`, and one after another those that its
  /// outcomes start. An attempt that somebody else started is theirs to send, and so is one that
  /// the end of this process keeps from leaving.
  /// - Parameter reservation: where `ProviderCalls.reserve` has taken the first call's place.
  func send(
    _ applied: Books.Applied, under lease: Lease, reservation: ProviderCalls.Reservation? = nil
  ) async throws(StoreError) -> Payin {
    books.creations.began()
    defer { books.creations.ended() }
    var applied = applied
    var reservation = reservation
    while let id = applied.started, let attempt = applied.payin.attempt(id) {
      let outcome = await calls.create(applied.payin, attempt, reservation: reservation)
      reservation = nil
      // The gateway ends before it was sent: whoever takes up the job goes on.
      if outcome.isCutOff { break }
      let key = JobKey(kind: .sendAttempt, subject: id.text)
      applied = try await books.apply(
        .sent(id, outcome), to: applied.payin.id, known: applied.payin,
        holding: Books.Holding(key: key, lease: lease), sending: sending(lease))
    }
    return applied.payin
  }

  /// Asks the provider where a job's attempt stands.
  func ask(_ job: Job, under lease: Lease) async throws(StoreError) {
    guard let (payin, attempt) = try await subject(of: job) else {
      return try await discard(job, lease)
    }
    guard let (outcome, answer) = await calls.query(payin, attempt) else {
      return try await postpone(job, lease)
    }
    let after = try await books.apply(
      .queried(attempt.id, outcome, answer: answer), to: payin.id, known: payin,
      holding: Books.Holding(key: job.key, lease: lease), sending: sending(lease))
    // A callback that came meanwhile has brought the question forward and reset the count.
    if after.hasNewReceipt { calls.monitors[attempt.target.account]?.foundInSilence() }
    _ = try await send(after, under: lease)
  }

  /// A send job comes here first-hand where its pay-in was committed without being sent, and
  /// again where its process died: then the request may have left, so it is not sent twice.
  func resume(_ job: Job, under lease: Lease) async throws(StoreError) {
    guard let (payin, attempt) = try await subject(of: job) else {
      return try await discard(job, lease)
    }
    guard job.tries > 1 || attempt.state != .sending else {
      _ = try await send(Books.Applied(payin: payin, started: attempt.id), under: lease)
      return
    }
    let after = try await books.apply(
      .interrupted(attempt.id), to: payin.id, known: payin,
      holding: Books.Holding(key: job.key, lease: lease), sending: sending(lease))
    _ = try await send(after, under: lease)
  }

  /// Ends a pay-in that nobody could give instructions for in time.
  func endDoubt(_ job: Job, under lease: Lease) async throws(StoreError) {
    guard let payin = try await books.store.payin(job.payin), payin.status == .processing else {
      return try await discard(job, lease)
    }
    _ = try await books.apply(
      .deadline, to: payin.id, known: payin,
      holding: Books.Holding(key: job.key, lease: lease))
  }

  private func subject(of job: Job) async throws(StoreError) -> (Payin, Attempt)? {
    guard let payin = try await books.store.payin(job.payin),
      let attempt = payin.attempt(AttemptID(unchecked: job.key.subject))
    else { return nil }
    return (payin, attempt)
  }

  private func sending(_ lease: Lease) -> SendLease {
    SendLease(lease: lease, until: leaseEnd(at: books.time.now()))
  }

  /// Until the account has room again; spread out, so that not all come back at once.
  private func postpone(_ job: Job, _ lease: Lease) async throws(StoreError) {
    let spread = Int64(books.entropy.bytes(1)[0]) * 4
    var change = Change()
    change.jobs = [
      .reschedule(
        job.key, lease, due: books.time.now().adding(milliseconds: 1000 + spread))
    ]
    try await books.store.commit(change)
  }

  private func discard(_ job: Job, _ lease: Lease) async throws(StoreError) {
    var change = Change()
    change.jobs = [.finish(job.key, lease)]
    try await books.store.commit(change)
  }
}
