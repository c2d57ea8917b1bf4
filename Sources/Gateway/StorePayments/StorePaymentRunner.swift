import Payins
import Storage
import StorePayments

/// Carries out the jobs of store payments: calls Paynet, applies what is learnt.
struct StorePaymentRunner: Sendable {
  let committer: Committer
  let calls: ProviderCalls

  func authorize(
    _ payment: StorePayment, withinSeconds seconds: Int64, under lease: Lease
  ) async throws(StoreError) -> Committer.Applied<StorePayment> {
    let outcome = await calls.authorize(payment, withinSeconds: seconds)
    return try await committer.apply(
      .sent(outcome), to: payment.id,
      holding: Committer.HeldJob(key: payment.authorizationJob, lease: lease))
  }

  func reverse(
    _ payment: StorePayment, withinSeconds seconds: Int64 = .max, under lease: Lease
  ) async throws(StoreError) -> Committer.Applied<StorePayment> {
    let outcome = await calls.reverse(payment, withinSeconds: seconds)
    return try await committer.apply(
      .reversalSent(outcome), to: payment.id,
      holding: Committer.HeldJob(key: payment.reversalJob, lease: lease))
  }

  /// An authorization that is taken up was begun by a process that died: it may have arrived, and
  /// the till has long had no answer, so that it is reversed and never sent again.
  func resumeAuthorization(_ job: Job, under lease: Lease) async throws(StoreError) {
    _ = try await committer.apply(
      .interrupted, to: StorePaymentID(unchecked: job.key.subject), as: StorePayment.self,
      holding: Committer.HeldJob(key: job.key, lease: lease))
  }

  func resumeReversal(_ job: Job, under lease: Lease) async throws(StoreError) {
    let id = StorePaymentID(unchecked: job.key.subject)
    let payment = try await committer.store.operation(id, as: StorePayment.self)
    guard let payment, payment.nextReversalAt != nil else {
      var change = Change()
      change.jobs = [.finish(job.key, lease)]
      return try await committer.store.commit(change)
    }
    _ = try await reverse(payment, under: lease)
  }
}
