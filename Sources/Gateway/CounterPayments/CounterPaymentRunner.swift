import CounterPayments
import Payins
import Storage

/// Carries out the jobs of store payments: calls Paynet, applies what is learnt.
struct CounterPaymentRunner: Sendable {
  let committer: Committer
  let calls: ProviderClient

  func authorize(
    _ payment: CounterPayment, withinSeconds seconds: Int64, under lease: Lease
  ) async throws(DatabaseError) -> Committer.Applied<CounterPayment> {
    let outcome = await calls.authorize(payment, withinSeconds: seconds)
    return try await committer.apply(
      .sent(outcome), to: payment.id,
      holding: Committer.HeldJob(key: payment.authorizationJob, lease: lease))
  }

  func reverse(
    _ payment: CounterPayment, withinSeconds seconds: Int64 = .max, under lease: Lease
  ) async throws(DatabaseError) -> Committer.Applied<CounterPayment> {
    let outcome = await calls.reverse(payment, withinSeconds: seconds)
    return try await committer.apply(
      .reversalSent(outcome), to: payment.id,
      holding: Committer.HeldJob(key: payment.reversalJob, lease: lease))
  }

  /// An authorization that is taken up was begun by a process that died: it may have arrived, and
  /// the till has long had no answer, so that it is reversed and never sent again.
  func resumeAuthorization(_ job: Job, under lease: Lease) async throws(DatabaseError) {
    _ = try await committer.apply(
      .interrupted, to: CounterPaymentID(unchecked: job.key.subject), as: CounterPayment.self,
      holding: Committer.HeldJob(key: job.key, lease: lease))
  }

  func resumeReversal(_ job: Job, under lease: Lease) async throws(DatabaseError) {
    let id = CounterPaymentID(unchecked: job.key.subject)
    let payment = try await committer.database.operation(id, as: CounterPayment.self)
    guard let payment, payment.nextReversalAt != nil else {
      var change = Change()
      change.jobs = [.finish(job.key, lease)]
      return try await committer.database.commit(change)
    }
    _ = try await reverse(payment, under: lease)
  }
}
