internal import HTTPCalling
internal import JSONText

/// What money and time do to CashyPay's orders.
///
/// An order is paid by exactly its amount, once, also after it expired or failed. Whatever else
/// reaches its CLABE makes a PATCH order with a webhook of its own, and leaves the order as it is
/// (S002, Providers/CashyPay/README 2.7). In the centralised mode the bank returns what does not
/// fit, and a till refuses it.
enum CashyPayLifecycle: SimulatedLifecycle {
  /// S002: minutes after each failure.
  static let retryMinutes: [Int64] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

  static func word(for order: Order, _ sandbox: SandboxState) -> String {
    CashyPayRecord.word(order.status, expired: sandbox.cashypay.expired)
  }

  static func receive(
    _ transfer: Transfer, for order: Order, _ sandbox: inout SandboxState
  ) throws(TransferRefusal) -> Payment {
    guard var detail = order.detail as? CashyPayOrder else {
      throw TransferRefusal(reason: "this is no order of CashyPay")
    }
    let fits = transfer.amount == order.amount && order.status != .paid
    if detail.type == .store, !fits || order.status != .open {
      throw TransferRefusal(reason: "the till takes an open order's own amount only")
    }
    guard detail.concept == nil || fits && order.status == .open else {
      throw TransferRefusal(reason: "the bank returns what does not fit an open order")
    }
    guard sandbox.now < detail.clabeExpiresAt else {
      throw TransferRefusal(reason: "the CLABE is no longer valid, the bank returns the transfer")
    }
    detail.renewCLABE(at: sandbox.now)
    let channelOrderNo = transfer.trackingKey ?? "SANDBOX\(sandbox.ids.digits(16))"
    var order = order
    var patch: CashyPayOrder.Patch?
    if fits {
      detail.channelOrderNo = channelOrderNo
      order.become(.paid, at: sandbox.now)
    } else {
      let serial = String(100_001 + detail.patches.count).dropFirst()
      let own = CashyPayOrder.Patch(
        orderNo: sandbox.unused { "PAYIN\($0.digits(19))" },
        mchOrderNo: "\(order.number ?? "")\(serial)", amount: transfer.amount,
        completedAt: sandbox.now, channelOrderNo: channelOrderNo)
      detail.patches.append(own)
      patch = own
    }
    let payment = sandbox.payment(
      transfer.amount, trackingKey: channelOrderNo, shownAs: patch?.orderNo ?? order.key.id)
    order.payments.append(payment)
    order.detail = detail
    sandbox.ledger[order.key] = order
    if let patch {
      sandbox.ledger.alias(patch.orderNo, to: order.key)
      sandbox.ledger.alias(patch.mchOrderNo, to: order.key)
    }
    notify(CashyPayRecord(order, sandbox, patch), &sandbox)
    return payment
  }

  /// Expiry is not told (Providers/CashyPay/README 2.8: not published), failure and cancellation
  /// are.
  static func changed(_ order: Order, from earlier: Order.Status, _ sandbox: inout SandboxState) {
    sandbox.ledger[order.key] = order
    if order.status != .expired { notify(CashyPayRecord(order, sandbox), &sandbox) }
  }

  private static func notify(_ record: CashyPayRecord?, _ sandbox: inout SandboxState) {
    guard let record else { return }
    let told = record.webhookBody(nonce: sandbox.ids.letters(24))
    let body = sandbox.spelled(told, by: .cashypay, .webhook, amount: CashyPayRecord.amount)
    func headers(_ sign: String) -> [HTTPHeader] {
      [HTTPHeader("MerchantId", SandboxCredentials.cashypayMerchant), HTTPHeader("Sign", sign)]
    }
    sandbox.send(
      WebhookMessage(
        provider: .cashypay, orderID: record.order.key.id, number: record.order.number,
        event: "\(record.type) \(record.status)", url: record.detail.notifyURL,
        headers: headers(CashyPaySignature.make(body)),
        forgedHeaders: headers(CashyPaySignature.make(body + [0])), body: body,
        acknowledgement: .word("SUCCESS"), retryMinutes: retryMinutes))
  }
}
