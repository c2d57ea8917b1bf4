internal import Crypto
internal import HTTPCalling
internal import JSONText

/// What money and time do to SmilePayz's orders.
///
/// An order is paid by exactly its amount, once, also after it expired, failed or was cancelled.
/// Whatever else reaches its CLABE appears in the query's `subOrderList`, without a callback, and
/// leaves the order as it is. (Nothing of it is published; see Providers/SmilePayz/README 1.8.)
enum SmilePayzMoney {
  /// Not published; chosen.
  static let retryMinutes: [Int64] = [1, 5, 15, 60, 180, 360]

  static func receive(
    _ transfer: Transfer, for order: Order, _ sandbox: inout Simulation, at now: Instant
  ) -> Payment {
    var order = order
    var shownAs: String? = nil
    let fits = transfer.amount == order.amount && order.status != .paid
    if fits {
      shownAs = order.key.id
      order.become(.paid, at: now)
    } else if case .smilepayz(var detail) = order.detail {
      let tradeNo = sandbox.unused { "1412000\($0.digits(17))" }
      shownAs = tradeNo
      // In an account that counts pesos, its books cannot show centavos.
      let unit = sandbox.settings.smilepayzAmountUnit.centavos
      detail.subOrders.append(
        SmilePayzOrder.SubOrder(tradeNo: tradeNo, amount: transfer.amount / unit, at: now))
      order.detail = .smilepayz(detail)
    }
    let payment = Payment(
      id: "pay\(sandbox.ids.digits(12))", amount: transfer.amount, at: now,
      trackingKey: transfer.trackingKey, shownAs: shownAs)
    order.payments.append(payment)
    sandbox.ledger[order.key] = order
    if fits { tell(order, &sandbox, at: now) }
    return payment
  }

  /// S003 lists callbacks for SUCCESS, FAILED and CANCELLED; expiry is not told.
  static func end(
    _ order: Order, as status: Order.Status, _ sandbox: inout Simulation, at now: Instant
  ) {
    sandbox.ledger[order.key] = order
    if status != .expired { tell(order, &sandbox, at: now) }
  }

  private static func tell(_ order: Order, _ sandbox: inout Simulation, at now: Instant) {
    guard case .smilepayz(let detail) = order.detail, let url = detail.callbackURL else { return }
    let timestamp = now.mexico
    let signature = SmilePayzSignature.make(
      tradeNo: order.key.id, timestamp: timestamp, sandbox.keys.platform)
    func headers(_ signature: some Sequence<UInt8>) -> [HTTPHeader] {
      [
        HTTPHeader("X-TIMESTAMP", timestamp),
        HTTPHeader("X-SIGNATURE", Base64.encode(Array(signature))),
      ]
    }
    let body = sandbox.spelled(detail.callbackBody(order), by: .smilepayz, .webhook, at: now)
    sandbox.send(
      WebhookMessage(
        provider: .smilepayz, orderID: order.key.id, number: order.number,
        event: SmilePayzOrder.word(order.status), url: url, headers: headers(signature),
        forgedHeaders: headers(signature.reversed()), body: body,
        acknowledgement: .word, retryMinutes: retryMinutes),
      at: now)
  }
}
