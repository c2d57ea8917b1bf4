public import HTTPCalling
import JSONText
public import Payins

/// POST /v2.0/inquiry-status (README 1.8). The answer does not repeat the CLABE.
extension SmilePayz {
  public func queryRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    // 1: a pay-in.
    var body: JSONObject = ["tradeType": 1, "orderNo": .string(order.number)]
    body["tradeNo"] = order.providerOrderID.map(JSON.string)
    return request("/v2.0/inquiry-status", .object(body), at: now)
  }

  public func queryOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome {
    let answer = SmilePayzAnswer(response.body, amountDecimals: amountDecimals)
    // A failing server's codes are not believed.
    if response.status < 500, let answer, answer.code != nil, !answer.isSuccess {
      return .refusal(
        meaning(of: answer), word: answer.word, detail: answer.detail(order.payer),
        status: response.status)
    }
    if let outcome = QueryOutcome.ofStatus(response.status) { return outcome }
    guard let answer, answer.code != nil, !answer.isDamaged else {
      return .undetermined(.unreadable)
    }
    // Without the provider's id one payment could be recorded twice, under two identities.
    guard answer.amount != nil, let status = answer.status,
      let id = answer.tradeNo ?? order.providerOrderID
    else { return .undetermined(.unreadable) }
    if let contradiction = answer.contradiction(of: order) { return .mismatch(contradiction) }
    var report = answer.report(id, status)
    // Probably further payments into the same CLABE; their shape is not published (README 1.8).
    let further = answer.json["subOrderList"]?.array?.count ?? 0
    if further > 0 { report.note = "subOrderList has \(further) entries that are not read" }
    return .found(report)
  }
}
