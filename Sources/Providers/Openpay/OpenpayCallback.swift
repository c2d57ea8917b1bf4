import JSONText
import Payins

/// Webhooks (S001 "Webhooks"; README 3.9): authenticated by HTTP Basic, not signed, so never
/// more than a reason to ask.
extension Openpay {
  /// Any 200 will do (README 3.9).
  public var acknowledgement: Acknowledgement { Acknowledgement(body: "") }

  public func read(_ delivery: CallbackDelivery) -> CallbackReading {
    guard let given = delivery.header("Authorization"), callbackCredentials.matches(given) else {
      return .forged("Authorization is absent or wrong")
    }
    // Registering a webhook may come without a body (README 3.9).
    if delivery.body.isEmpty { return .ping(note: "an empty body") }
    guard let event = JSON(wire: delivery.body)?.object else {
      return .malformed("the body is not a JSON object")
    }
    if event.isEmpty { return .ping(note: "an empty object") }
    guard let type = event["type"]?.string?.eventName else {
      return .malformed("type is missing")
    }
    if type == "verification" {
      let code = event["verification_code"]?.string?.safeWord ?? "that cannot be read"
      return .ping(note: "the webhook's verification code is \(code)")
    }
    // Payouts, fees, transfers and funds received are about no order of ours. A dispute or a refund
    // of a charge is: its order is asked for.
    let isOfCharge = ["charge.", "chargeback."].contains { type.utf8.starts(with: $0.utf8) }
    guard isOfCharge || type == "transaction.expired",
      let transaction = event["transaction"], transaction["order_id"]?.isBlank == false
    else { return .ping(note: "\(type) is about no order") }
    guard let number = DecidingFields.id("order_id", of: transaction), number.utf8.count <= 100
    else { return .malformed("order_id cannot be read") }
    return .notice(
      CallbackNotice(
        lookups: [.ours(number)], grade: .unsignedCallback, report: report(type, transaction)))
  }

  private func report(_ type: String, _ transaction: JSON) -> StatusReport {
    guard let charge = OpenpayCharge(transaction) else {
      return StatusReport(status: .unrecognised(type))
    }
    let isExpired = type == "transaction.expired" && charge.reportedStatus == .cancelled
    return StatusReport(
      status: isExpired ? .expired : charge.reportedStatus, deposits: charge.deposits,
      providerOrderID: charge.id)
  }
}

extension String {
  /// An event's name such as `charge.rescored.to.decline`, fit for logs.
  fileprivate var eventName: String? {
    let parts = utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let areWords = parts.allSatisfy { String(Substring($0)).safeWord != nil }
    return parts.count <= 6 && areWords ? self : nil
  }
}
