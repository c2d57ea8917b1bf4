internal import Crypto
internal import HTTPCalling
internal import JSONText

/// What money and time do to SmilePayz's orders.
///
/// An order is paid by exactly its amount, once, also after it expired, failed or was cancelled.
/// Whatever else reaches its CLABE appears in the query's `subOrderList`, without a callback, and
/// leaves the order as it is. (Nothing of it is published; see Providers/SmilePayz/README 1.8.)
enum SmilePayzLifecycle: SimulatedLifecycle {
  /// Not published; chosen.
  static let retryMinutes: [Int64] = [1, 5, 15, 60, 180, 360]

  static func word(for order: Order, _ sandbox: SandboxState) -> String {
    SmilePayzOrder.word(order.status)
  }

  static func receive(
    _ transfer: Transfer, for order: Order, _ sandbox: inout SandboxState
  ) -> Payment {
    var order = order
    var shownAs: String? = nil
    let fits = transfer.amount == order.amount && order.status != .paid
    if fits {
      shownAs = order.key.id
      order.become(.paid, at: sandbox.now)
    } else if var detail = order.detail as? SmilePayzOrder {
      let tradeNo = sandbox.unused { "1412000\($0.digits(17))" }
      shownAs = tradeNo
      // In an account that counts pesos, nothing can show centavos.
      let unit = sandbox.smilepayz.amountUnit.centavos
      detail.subOrders.append(
        SmilePayzOrder.SubOrder(tradeNo: tradeNo, amount: transfer.amount / unit, at: sandbox.now))
      order.detail = detail
    }
    let payment = sandbox.payment(
      transfer.amount, trackingKey: transfer.trackingKey, shownAs: shownAs)
    order.payments.append(payment)
    sandbox.ledger[order.key] = order
    if fits { notify(order, &sandbox) }
    return payment
  }

  /// S003 lists callbacks for SUCCESS, FAILED and CANCELLED; expiry is not told.
  static func changed(_ order: Order, from earlier: Order.Status, _ sandbox: inout SandboxState) {
    sandbox.ledger[order.key] = order
    if order.status != .expired { notify(order, &sandbox) }
  }

  private static func notify(_ order: Order, _ sandbox: inout SandboxState) {
    guard let detail = order.detail as? SmilePayzOrder, let url = detail.callbackURL else { return }
    let timestamp = sandbox.now.mexico
    let signature = SmilePayzSignature.make(tradeNo: order.key.id, timestamp: timestamp)
    func headers(_ signature: some Sequence<UInt8>) -> [HTTPHeader] {
      [
        HTTPHeader("X-TIMESTAMP", timestamp),
        HTTPHeader("X-SIGNATURE", Base64.encode(Array(signature))),
      ]
    }
    let unit = sandbox.smilepayz.amountUnit
    let told = detail.callbackBody(order)
    let body = sandbox.spelled(told, by: .smilepayz, .webhook) { centavos, _ in
      JSON(centavos / unit.centavos)
    }
    sandbox.send(
      WebhookMessage(
        provider: .smilepayz, orderID: order.key.id, number: order.number,
        event: SmilePayzOrder.word(order.status), url: url, headers: headers(signature),
        forgedHeaders: headers(signature.reversed()), body: body,
        acknowledgement: .word("SUCCESS"), retryMinutes: retryMinutes))
  }
}
