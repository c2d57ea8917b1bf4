import JSONText
import Payins
import Storage
import StorePayments

/// Applies inputs to store payments and keeps the result, as `Books.apply` does for pay-ins.
extension Books {
  /// - Parameters:
  ///   - holding: the job that the commit disposes of.
  ///   - sending: the lease under which a call that this plans for now is made at once.
  func apply(
    _ input: StorePaymentInput, to id: StorePaymentID, holding: Holding?, sending: SendLease? = nil
  ) async throws(StoreError) -> StorePaymentTransition {
    var holding = holding
    while true {
      guard let before = try await store.storePayment(id) else {
        throw .damaged("the store payment \(id) of a job does not exist")
      }
      let next = before.apply(input, context)
      var change = change(next, .update(next.payment, before: before), holding, sending)
      if next.isWithdrawn {
        // Without its lease it is another's already, who takes it for interrupted.
        guard let holding else { return StorePaymentTransition(unchanged: before) }
        change = withdrawal(of: before, holding)
      } else if before.status == .sending, next.payment.status != .sending {
        change.key = .answer(key(of: before), StorePaymentDocument.answer(next.payment))
      }
      do {
        _ = try await commit(change, telling: before.merchant)
        if !next.isWithdrawn { committed(next) }
        return next
      } catch .versionConflict {
        continue
      } catch .leaseLost {
        holding = nil
      }
    }
  }

  func change(
    _ next: StorePaymentTransition, _ write: StorePaymentWrite, _ holding: Holding?,
    _ sending: SendLease?
  ) -> Change {
    var change = Change()
    change.storePayment = write
    change.events = events(next)
    change.jobs = jobs(next, holding, sending)
    return change
  }

  private func withdrawal(of payment: StorePayment, _ holding: Holding) -> Change {
    var change = Change()
    change.storePayment = .withdraw(payment)
    change.key = .release(key(of: payment))
    change.jobs = [.finish(holding.key, holding.lease)]
    return change
  }

  func committed(_ next: StorePaymentTransition) {
    for event in next.events where event.isAnnounced {
      metrics.increment("pasarela_store_payments_total", [("event", event.type)])
    }
    jobSignal.raise()
  }

  func key(of payment: StorePayment) -> IdempotencyKey {
    IdempotencyKey(
      merchant: payment.merchant, operation: StorePaymentService.createOperation,
      key: payment.idempotencyKey)
  }

  private func events(_ next: StorePaymentTransition) -> [PayinEvent] {
    let payment = next.payment
    var sequence = payment.eventCount - next.events.count
    var announced = payment.announcedCount - next.events.count { $0.isAnnounced }
    return next.events.map { draft in
      sequence += 1
      if draft.isAnnounced { announced += 1 }
      return PayinEvent(
        id: .make(at: payment.updatedAt, entropy: entropy), payin: payment.subject,
        sequence: sequence, type: draft.type, at: payment.updatedAt, data: draft.data,
        announcement: draft.isAnnounced
          ? Announcement(sequence: announced, body: StorePaymentDocument.json(payment).bytes)
          : nil)
    }
  }

  private func jobs(
    _ next: StorePaymentTransition, _ holding: Holding?, _ sending: SendLease?
  ) -> [JobChange] {
    let payment = next.payment
    var out: [JobChange] = []
    var disposed = holding == nil
    switch next.job {
    case .authorize:
      let due = min(payment.updatedAt, time.now())
      out.append(.put(job(.authorizeStorePayment, payment, due, sending)))
    case .reverse(let due):
      let job = job(.reverseStorePayment, payment, due, sending)
      if let holding, holding.key == job.key {
        out.append(.reschedule(job.key, holding.lease, due: due))
        disposed = true
      } else {
        out.append(.put(job))
      }
    case nil: break
    }
    if let holding, !disposed { out.append(.finish(holding.key, holding.lease)) }
    return out
  }

  private func job(
    _ kind: JobKind, _ payment: StorePayment, _ due: Instant, _ sending: SendLease?
  ) -> Job {
    Job(
      key: JobKey(kind: kind, subject: payment.id.text), payin: payment.subject,
      account: payment.request.account, due: sending?.until ?? due,
      tries: sending == nil ? 0 : 1, lease: sending?.lease)
  }
}

extension StorePayment {
  /// Events, jobs and deliveries carry the id of what they are about, a pay-in or this.
  var subject: PayinID { PayinID(unchecked: id.text) }
}
