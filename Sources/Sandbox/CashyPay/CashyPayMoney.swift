internal import HTTPCalling
internal import JSONText

/// What money and time do to CashyPay's orders.
///
/// An order is paid by exactly its amount, once, also after it expired or failed. Whatever else
/// reaches its CLABE makes a PATCH order with a webhook of its own, and leaves the order as it is
/// (S002, Providers/CashyPay/README 2.7). In the centralised mode the bank returns what does not
/// fit, and a till refuses it.
enum CashyPayMoney {
  /// S002: minutes after each failure.
  static let retryMinutes: [Int64] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

  static func receive(
    _ transfer: Transfer, for order: Order, _ sandbox: inout Simulation, at now: Instant
  ) throws(TransferRefusal) -> Payment {
    guard case .cashypay(var detail) = order.detail else {
      throw TransferRefusal(reason: "this is no order of CashyPay")
    }
    let fits = transfer.amount == order.amount && order.status != .paid
    if detail.type == .store, !fits || order.status != .open {
      throw TransferRefusal(reason: "the till takes an open order's own amount only")
    }
    guard detail.concept == nil || fits && order.status == .open else {
      throw TransferRefusal(reason: "the bank returns what does not fit an open order")
    }
    guard now < detail.clabeExpiresAt else {
      throw TransferRefusal(reason: "the CLABE is no longer valid, the bank returns the transfer")
    }
    detail.renewCLABE(at: now)
    let channelOrderNo = transfer.trackingKey ?? "SANDBOX\(sandbox.ids.digits(16))"
    var order = order
    let record: CashyPayRecord
    if fits {
      detail.channelOrderNo = channelOrderNo
      order.become(.paid, at: now)
      record = CashyPayRecord(order, detail, expired: sandbox.settings.cashypayExpired)
    } else {
      let serial = String(100_001 + detail.patches.count).dropFirst()
      let patch = CashyPayOrder.Patch(
        orderNo: sandbox.unused { "PAYIN\($0.digits(19))" },
        mchOrderNo: "\(order.number ?? "")\(serial)", amount: transfer.amount, completedAt: now,
        channelOrderNo: channelOrderNo)
      detail.patches.append(patch)
      record = CashyPayRecord(patch, of: order, detail)
    }
    let payment = Payment(
      id: "pay\(sandbox.ids.digits(12))", amount: transfer.amount, at: now,
      trackingKey: channelOrderNo, shownAs: record.orderNo)
    order.payments.append(payment)
    order.detail = .cashypay(detail)
    sandbox.ledger[order.key] = order
    if !fits {
      sandbox.ledger.alias(record.orderNo, to: order.key)
      sandbox.ledger.alias(record.mchOrderNo, to: order.key)
    }
    tell(record, of: order, detail, &sandbox, at: now)
    return payment
  }

  /// Expiry is not told (Providers/CashyPay/README 2.8: not published), failure and cancellation
  /// are.
  static func end(
    _ order: Order, as status: Order.Status, _ sandbox: inout Simulation, at now: Instant
  ) {
    sandbox.ledger[order.key] = order
    guard status != .expired, case .cashypay(let detail) = order.detail else { return }
    let record = CashyPayRecord(order, detail, expired: sandbox.settings.cashypayExpired)
    tell(record, of: order, detail, &sandbox, at: now)
  }

  private static func tell(
    _ record: CashyPayRecord, of order: Order, _ detail: CashyPayOrder,
    _ sandbox: inout Simulation, at now: Instant
  ) {
    let told = record.webhookBody(nonce: sandbox.ids.letters(24))
    let body = sandbox.spelled(told, by: .cashypay, .webhook, at: now)
    func headers(_ sign: String) -> [HTTPHeader] {
      [
        HTTPHeader("MerchantId", SandboxCredentials.cashypayMerchant), HTTPHeader("Sign", sign),
      ]
    }
    sandbox.send(
      WebhookMessage(
        provider: .cashypay, orderID: order.key.id, number: order.number,
        event: "\(record.type) \(record.status)", url: detail.notifyURL,
        headers: headers(CashyPaySignature.make(body)),
        forgedHeaders: headers(CashyPaySignature.make(body + [0])), body: body,
        acknowledgement: .word, retryMinutes: retryMinutes),
      at: now)
  }
}
