import Crypto
import JSONText
import Payins

/// The webhook (S002 "Async Webhook Notification"; README 2.9). Its signature covers the whole
/// body, amount and status with it.
extension CashyPay {
  public var acknowledgement: Acknowledgement { Acknowledgement(body: "SUCCESS") }

  public func read(_ delivery: CallbackDelivery) -> CallbackReading {
    // In whatever case it comes (README 2.3), over the bytes as they came.
    let key = Array(apiKey.reveal().utf8)
    guard let sign = delivery.header("Sign").flatMap(Hex.decode),
      delivery.signedBodies.contains(where: { ConstantTime.equal(sign, Digest.md5($0 + key)) })
    else { return .forged("Sign is absent or wrong") }
    if let other = delivery.header("MerchantId"), !other.utf8.elementsEqual(merchant.utf8) {
      return .forged("MerchantId is another merchant's")
    }
    guard let json = JSON(wire: delivery.body), let order = CashyPayOrder(json) else {
      return .malformed("orderNo, orderStatus or amount is missing or cannot be read")
    }
    let lookups = order.lookups.isEmpty ? [.theirs(order.orderNo)] : order.lookups
    return .notice(
      CallbackNotice(
        lookups: lookups, grade: .fullySignedCallback, report: order.report(self)))
  }
}
