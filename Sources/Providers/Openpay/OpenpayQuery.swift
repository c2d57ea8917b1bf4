public import HTTPCalling
import JSONText
public import Payins

/// GET /charges?order_id=… (S001 "Listado de cargos"; the filter is slate's, dossier 3.6).
extension Openpay {
  public func queryRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    HTTPRequest(
      method: "GET", url: "\(root)/charges?order_id=\(order.number)", headers: [authorization])
  }

  public func queryOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome {
    if let outcome = refused(response) { return outcome }
    guard let entries = JSON(wire: response.body)?.array else {
      return .undetermined(.unreadable)
    }
    if entries.isEmpty { return .absent }
    let ours = entries.filter { DecidingFields.id("order_id", of: $0) == order.number }
    // The filter was not heeded: what was asked for may stand on another page.
    if ours.isEmpty { return .mismatch(.contradiction("order number")) }
    let charges = ours.compactMap(OpenpayCharge.init)
    guard charges.count == ours.count else { return .undetermined(.unreadable) }
    if let contradiction = charges.lazy.compactMap({ $0.contradiction(of: order) }).first {
      return .mismatch(contradiction)
    }
    return report(charges, order)
  }

  /// Nil for 2xx, where the body decides.
  private func refused(_ response: HTTPResponse) -> QueryOutcome? {
    let byStatus = QueryOutcome.ofStatus(response.status)
    guard byStatus != nil, response.status < 500, let error = OpenpayError(response.body) else {
      return byStatus
    }
    return .refusal(
      words.meaning(error.code), word: error.code, detail: error.detail, status: response.status)
  }

  /// Failed charges may share an order number with one that did not fail (dossier 3.6). Newest
  /// first; never empty.
  private func report(_ charges: [OpenpayCharge], _ order: Order) -> QueryOutcome {
    let standing = charges.filter { $0.reportedStatus != .failed }
    guard standing.count > 1 else {
      let charge = standing.first ?? charges[0]
      return .found(
        StatusReport(
          status: charge.reportedStatus, deposits: charge.deposits, providerOrderID: charge.id,
          instructions: charge.instructions(order.method, anyCLABE: identity.isSandbox)))
    }
    // Not foreseen: no telling which of them the payer holds, but what is paid is paid.
    let deposits = standing.flatMap(\.deposits)
    guard !deposits.isEmpty else { return .mismatch(.contradiction("number of charges")) }
    return .found(
      StatusReport(
        status: .paid, deposits: deposits, note: "several charges have one order number"))
  }
}
