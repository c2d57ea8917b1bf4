/// What money and time do to charges.
///
/// A charge is completed by exactly its amount. At a till anything else is refused. A transfer
/// cannot be refused: one of another amount, or a second one, stays in the books without touching
/// the charge, which shows no trace of it; a late one completes a charge that had expired, was
/// cancelled or has failed. (None of it is documented but the full payment.)
enum OpenpayMoney {
  static func receive(
    _ transfer: Transfer, for order: Order, _ sandbox: inout Simulation, at now: Instant
  ) throws(TransferRefusal) -> Payment {
    guard case .openpay(let charge) = order.detail else {
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
    let payment = Payment(
      id: "pay\(sandbox.ids.digits(12))", amount: transfer.amount, at: now,
      trackingKey: charge.method == .bank ? transfer.trackingKey : nil,
      shownAs: completes ? order.key.id : nil)
    var order = order
    order.payments.append(payment)
    if completes {
      complete(&order, charge, &sandbox, at: now)
    } else {
      sandbox.ledger[order.key] = order
    }
    return payment
  }

  private static func complete(
    _ order: inout Order, _ charge: OpenpayCharge, _ sandbox: inout Simulation, at now: Instant
  ) {
    var charge = charge
    charge.authorization = sandbox.ids.digits(6)
    charge.errorMessage = nil
    order.detail = .openpay(charge)
    order.become(.paid, at: now)
    sandbox.ledger[order.key] = order
    sandbox.openpay.balance += order.amount
    OpenpayEvents.tell("charge.succeeded", order, &sandbox, at: now)
  }

  /// The till takes its payment back: the charge waits again, where it has not expired meanwhile.
  /// No webhook tells of it (none is documented).
  static func reopen(_ order: Order, _ sandbox: inout Simulation, at now: Instant) {
    guard case .openpay(var charge) = order.detail else { return }
    var order = order
    charge.authorization = nil
    order.detail = .openpay(charge)
    if let last = order.payments.indices.last { order.payments[last].isReversed = true }
    order.become(.open, at: now)
    sandbox.ledger[order.key] = order
    sandbox.openpay.balance -= order.amount
    if let expiresAt = order.expiresAt, expiresAt <= now { sandbox.expire(order, at: now) }
  }

  static func end(
    _ order: inout Order, as status: Order.Status, _ sandbox: inout Simulation, at now: Instant
  ) {
    if case .openpay(var charge) = order.detail {
      if status == .failed { charge.errorMessage = "The transaction failed" }
      if status == .open { charge.authorization = nil }
      order.detail = .openpay(charge)
    }
    sandbox.ledger[order.key] = order
    let events: [Order.Status: String] = [
      .expired: "transaction.expired", .cancelled: "charge.cancelled", .failed: "charge.failed",
      .refunded: "charge.refunded", .chargedBack: "chargeback.accepted", .open: "charge.created",
    ]
    if let event = events[status] { OpenpayEvents.tell(event, order, &sandbox, at: now) }
  }
}
