import JSONText
import Payins

/// An order as queries and callbacks show it (S002 "Query Payin Order", "Async Webhook
/// Notification"; README 2.6, 2.7, 2.9).
struct CashyPayOrder {
  let orderNo: String
  let mchOrderNo: String?
  /// Centavos.
  let amount: Int64
  let status: String
  /// Money that did not fit its order, or came again: an order of its own, which points to the
  /// original one.
  let isPatch: Bool
  let patchOrderNo: String?
  let patchMchOrderNo: String?
  /// On the wall clock of the account's zone.
  let completionTime: JSON?
  let channelOrderNo: String?

  init?(_ json: JSON, knownOrderNo: String? = nil) {
    var fields = DecidingFields(json)
    mchOrderNo = fields.id("mchOrderNo")
    isPatch = fields.word("orderType") == "PATCH"
    patchOrderNo = fields.id("patchOrderNo")
    patchMchOrderNo = fields.id("patchMchOrderNo")
    guard let orderNo = fields.id("orderNo") ?? knownOrderNo,
      let status = fields.word("orderStatus"), !fields.areDamaged,
      let amount = WireAmount.centavos(json["amount"], decimals: 2)
    else { return nil }
    self.orderNo = orderNo
    self.amount = amount
    self.status = status
    completionTime = json["completionTime"]
    channelOrderNo = json["channelOrderNo"]?.wireText
  }

  /// The order that the payer was given: never found by trimming the serial number off
  /// `mchOrderNo` (README 2.7). Empty where a PATCH order points nowhere.
  var lookups: [OrderReference] {
    let theirs = isPatch ? patchOrderNo : orderNo
    let ours = isPatch ? patchMchOrderNo : mchOrderNo
    let byTheirs = theirs.map { [OrderReference.theirs($0)] } ?? []
    let byOurs = ours.map { [OrderReference.ours($0)] } ?? []
    return isPatch ? byTheirs + byOurs : byOurs + byTheirs
  }

  func contradiction(of order: Order) -> Refusal? {
    let number = isPatch ? patchMchOrderNo : mchOrderNo
    if let number, number != order.number { return .contradiction("order number") }
    let theirs = isPatch ? patchOrderNo : orderNo
    if let theirs, let known = order.providerOrderID, theirs != known {
      return .contradiction("provider's order number")
    }
    if isPatch { return number == nil && theirs == nil ? .contradiction("order number") : nil }
    return amount == order.amount ? nil : .contradiction("amount")
  }

  func report(_ account: CashyPay) -> StatusReport {
    let status = CashyPay.status(status)
    let paid = Deposit(
      identity: orderNo, amount: amount,
      at: WireDate(completionTime, assumingOffset: account.zoneOffset),
      providerReference: channelOrderNo ?? orderNo)
    let deposits = status == .paid ? [paid] : []
    guard isPatch else {
      return StatusReport(
        status: status, deposits: deposits, providerOrderID: orderNo, orderAmount: amount,
        coveredIdentities: [orderNo])
    }
    // Its status is that of the further payment, not of the original order: only its money counts.
    let isKnown = CashyPay.statuses[self.status] != nil
    let isForReview = status == .paid && account.patchPolicy == .review
    return StatusReport(
      status: isKnown ? .pending : status, deposits: deposits, providerOrderID: patchOrderNo,
      note: isForReview ? "money came beside its order, as PATCH order \(orderNo)" : nil,
      coveredIdentities: [orderNo])
  }
}
