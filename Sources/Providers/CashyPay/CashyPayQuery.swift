public import HTTPCalling
import JSONText
public import Payins

/// POST /api/payInQuery (S002 "Query Payin Order"; dossier 2.6).
extension CashyPay {
  public func queryRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    let key = order.providerOrderID == nil ? "mchOrderNo" : "orderNo"
    return request(
      "/api/payInQuery",
      .object([
        key: .string(order.providerOrderID ?? order.number),
        "nonceStr": .string(Self.nonce("query", order.number, String(now.milliseconds))),
      ]))
  }

  public func queryOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome {
    if let outcome = QueryOutcome.ofStatus(response.status) { return outcome }
    guard let answer = CashyPayAnswer(response.body) else { return .undetermined(.unreadable) }
    guard answer.isSuccess else {
      return .refusal(
        meaning(of: answer), word: answer.word(order.payer), detail: answer.detail(order.payer))
    }
    if answer.data.isNull { return .absent }
    guard let found = CashyPayOrder(answer.data, knownOrderNo: order.providerOrderID) else {
      return .undetermined(.unreadable)
    }
    if let contradiction = found.contradiction(of: order) { return .mismatch(contradiction) }
    var report = found.report(self)
    report.instructions = instructions(answer.data, order.method)
    return .found(report)
  }
}
