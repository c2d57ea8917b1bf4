/// What money and time do to charges.
///
/// A charge is completed by exactly its amount. At a till anything else is refused. A transfer
/// cannot be refused: one of another amount, or a second one, is recorded without touching
/// the charge, which shows no trace of it; a late one completes a charge that had expired, was
/// cancelled or has failed. (None of it is documented but the full payment.)
enum OpenpayLifecycle: SimulatedLifecycle {
  static func word(for order: Order, _ sandbox: SandboxState) -> String {
    OpenpayOrder.word(order.status)
  }

  static func receive(
    _ transfer: Transfer, for order: Order, _ sandbox: inout SandboxState
  ) throws(TransferRefusal) -> Payment {
    guard let charge = order.detail as? OpenpayOrder else {
      throw TransferRefusal(reason: "this is no charge of Openpay")
    }
    if charge.method == .store {
      guard order.status == .open else {
        throw TransferRefusal(reason: "the till refuses a reference that is \(order.status)")
      }
      guard transfer.amount == order.amount else {
        throw TransferRefusal(reason: "the till takes \(order.amount) centavos and nothing else")
      }
    }
    let completes = transfer.amount == order.amount && order.status != .paid
    let payment = sandbox.payment(
      transfer.amount, trackingKey: charge.method == .bank ? transfer.trackingKey : nil,
      shownAs: completes ? order.key.id : nil)
    var order = order
    order.payments.append(payment)
    if completes {
      complete(&order, charge, &sandbox)
    } else {
      sandbox.ledger[order.key] = order
    }
    return payment
  }

  private static func complete(
    _ order: inout Order, _ charge: OpenpayOrder, _ sandbox: inout SandboxState
  ) {
    var charge = charge
    charge.authorization = sandbox.ids.digits(6)
    charge.errorMessage = nil
    order.detail = charge
    order.become(.paid, at: sandbox.now)
    sandbox.ledger[order.key] = order
    sandbox.openpay.balance += order.amount
    OpenpayEvents.notify("charge.succeeded", order, &sandbox)
  }

  /// The till takes its payment back: the charge waits again, where it has not expired meanwhile.
  /// No webhook tells of it (none is documented).
  static func reopen(_ order: Order, _ sandbox: inout SandboxState) {
    guard var charge = order.detail as? OpenpayOrder else { return }
    var order = order
    charge.authorization = nil
    order.detail = charge
    if let last = order.payments.indices.last { order.payments[last].isReversed = true }
    order.become(.open, at: sandbox.now)
    sandbox.ledger[order.key] = order
    sandbox.openpay.balance -= order.amount
    if let expiresAt = order.expiresAt, expiresAt <= sandbox.now {
      changed(order.becoming(.expired, at: sandbox.now), from: .open, &sandbox)
    }
  }

  static func changed(_ order: Order, from earlier: Order.Status, _ sandbox: inout SandboxState) {
    var order = order
    if earlier == .paid { sandbox.openpay.balance -= order.amount }
    if var charge = order.detail as? OpenpayOrder {
      if order.status == .failed { charge.errorMessage = "The transaction failed" }
      if order.status == .open { charge.authorization = nil }
      order.detail = charge
    }
    sandbox.ledger[order.key] = order
    let events: [Order.Status: String] = [
      .expired: "transaction.expired", .cancelled: "charge.cancelled", .failed: "charge.failed",
      .refunded: "charge.refunded", .chargedBack: "chargeback.accepted", .open: "charge.created",
    ]
    if let event = events[order.status] { OpenpayEvents.notify(event, order, &sandbox) }
  }
}
