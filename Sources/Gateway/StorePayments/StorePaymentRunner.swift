import Payins
import Storage
import StorePayments

/// Carries out the jobs of store payments: calls Paynet, applies what is learnt.
struct StorePaymentRunner: Sendable {
  let books: Books
  let calls: ProviderCalls

  func authorize(
    _ payment: StorePayment, withinSeconds seconds: Int64, under lease: Lease
  ) async throws(StoreError) -> StorePaymentTransition {
    let outcome = await calls.authorize(payment, withinSeconds: seconds)
    let key = JobKey(kind: .authorizeStorePayment, subject: payment.id.text)
    return try await books.apply(
      .sent(outcome), to: payment.id, holding: Books.Holding(key: key, lease: lease))
  }

  func reverse(
    _ payment: StorePayment, withinSeconds seconds: Int64 = .max, under lease: Lease
  ) async throws(StoreError) -> StorePaymentTransition {
    let outcome = await calls.reverse(payment, withinSeconds: seconds)
    let key = JobKey(kind: .reverseStorePayment, subject: payment.id.text)
    return try await books.apply(
      .reversalSent(outcome), to: payment.id, holding: Books.Holding(key: key, lease: lease))
  }

  /// An authorization that is taken up was begun by a process that died: it may have arrived, and
  /// the till has long had no answer, so that it is reversed and never sent again.
  func resumeAuthorization(_ job: Job, under lease: Lease) async throws(StoreError) {
    _ = try await books.apply(
      .interrupted, to: StorePaymentID(unchecked: job.key.subject),
      holding: Books.Holding(key: job.key, lease: lease))
  }

  func resumeReversal(_ job: Job, under lease: Lease) async throws(StoreError) {
    let id = StorePaymentID(unchecked: job.key.subject)
    guard let payment = try await books.store.storePayment(id), payment.nextReversalAt != nil
    else {
      var change = Change()
      change.jobs = [.finish(job.key, lease)]
      return try await books.store.commit(change)
    }
    _ = try await reverse(payment, under: lease)
  }
}
