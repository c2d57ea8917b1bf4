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

  func newLease() -> Lease { Lease(token: Hexadecimal.text(books.entropy.bytes(12))) }

  /// Sends the attempts that wait to be sent under `lease`, one after another as outcomes ask
  /// for the next candidate, until none does.
  func send(_ payin: Payin, under lease: Lease) async throws(StoreError) -> Payin {
    var payin = payin
    while let attempt = payin.attempts.last, attempt.state == .sending {
      let outcome = await calls.create(payin, attempt)
      let key = JobKey(kind: .sendAttempt, subject: attempt.id.text)
      payin = try await books.apply(
        .sent(attempt.id, outcome), to: payin.id, known: payin,
        holding: Books.Holding(key: key, lease: lease),
        sending: SendLease(lease: lease, until: leaseEnd(at: books.time.now())))
    }
    return payin
  }

  /// One leased job.
  func perform(_ job: Job, under lease: Lease) async throws(StoreError) {
    let id = AttemptID(unchecked: job.key.subject)
    let holding = Books.Holding(key: job.key, lease: lease)
    guard let payin = try await books.store.payin(job.payin), let attempt = payin.attempt(id)
    else { return try await discard(job, lease) }
    let sending = SendLease(lease: lease, until: leaseEnd(at: books.time.now()))
    switch job.key.kind {
    case .sendAttempt:
      try await resume(payin, attempt, job, holding, sending)
    case .queryAttempt:
      guard let outcome = await calls.query(payin, attempt) else {
        return try await postpone(job, lease)
      }
      let after = try await books.apply(
        .queried(id, outcome), to: payin.id, known: payin, holding: holding, sending: sending)
      _ = try await send(after, under: lease)
    }
  }

  /// A send job comes here first-hand where its pay-in was committed without being sent, and
  /// again where its process died: then the request may have left, so it is not sent twice.
  private func resume(
    _ payin: Payin, _ attempt: Attempt, _ job: Job, _ holding: Books.Holding,
    _ sending: SendLease
  ) async throws(StoreError) {
    if job.tries > 1 || attempt.state != .sending {
      let after = try await books.apply(
        .interrupted(attempt.id), to: payin.id, known: payin, holding: holding,
        sending: sending)
      _ = try await send(after, under: sending.lease)
    } else {
      _ = try await send(payin, under: sending.lease)
    }
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

enum Hexadecimal {
  static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let out = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: out, as: UTF8.self)
  }
}
