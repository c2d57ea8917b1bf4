internal import HTTPCalling
internal import JSONText

/// What Openpay tells of charges (Providers/Openpay/README 3.9): HTTP Basic, no signature.
enum OpenpayEvents {
  /// S001 "Objeto Webhook", and the two events that only its samples and the vendor's plugins have.
  static let all = [
    "verification", "transaction.expired", "charge.refunded", "charge.failed",
    "charge.cancelled", "charge.created", "charge.succeeded", "charge.rescored.to.decline",
    "subscription.charge.failed", "payout.created", "payout.succeeded", "payout.failed",
    "transfer.succeeded", "fee.succeeded", "fee.refund.succeeded", "spei.received",
    "chargeback.created", "chargeback.rejected", "chargeback.accepted", "order.created",
    "order.activated", "order.payment.received", "order.completed", "order.expired",
    "order.cancelled", "order.payment.cancelled",
  ]
  /// "Until it gets a success response": steps and end are not published, these are chosen.
  static let retryMinutes: [Int64] = [1, 5, 15, 60, 180, 360, 720, 1_440]

  /// Tells every verified webhook that asked for such events.
  static func notify(_ event: String, _ order: Order, _ sandbox: inout SandboxState) {
    let body: JSON = [
      "type": .string(event), "event_date": .string(sandbox.now.mexico),
      "transaction": OpenpayOrder.json(order),
    ]
    for webhook in sandbox.openpay.webhooks
    where webhook.isVerified && webhook.events.contains(event) {
      let body = sandbox.spelled(body, by: .openpay, .webhook) { centavos, _ in
        OpenpayOrder.amount(centavos)
      }
      sandbox.send(message(event, body, to: webhook, orderID: order.key.id, number: order.number))
    }
  }

  static func message(
    _ event: String, _ body: [UInt8], to webhook: OpenpayWebhook, orderID: String? = nil,
    number: String? = nil
  ) -> WebhookMessage {
    func headers(_ password: String) -> [HTTPHeader] {
      guard let user = webhook.user else { return [] }
      return [
        HTTPHeader("Authorization", BasicAuthorization.value(user: user, password: password))
      ]
    }
    let password = webhook.password ?? ""
    return WebhookMessage(
      provider: .openpay, orderID: orderID, number: number, event: event, url: webhook.url,
      headers: headers(password), forgedHeaders: headers("not-\(password)"), body: body,
      acknowledgement: .success, retryMinutes: retryMinutes)
  }
}
