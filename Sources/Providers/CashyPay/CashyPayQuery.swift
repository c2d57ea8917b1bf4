public import HTTPCalling
import JSONText
public import Payins

/// POST /api/payInQuery (S002 "Query Payin Order"; README 2.6).
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
    report.instructions = adoptable(answer.data, order.method)
    return .found(report)
  }

  /// A query shows no `reference` and `concept`, so a CLABE is shown to the payer only where it is
  /// the order's own: those begin so (S002; README 2.5). Without its concept a shared one would
  /// take money that nobody can place.
  private func adoptable(_ data: JSON, _ method: Payins.Method) -> Instructions? {
    let clabe = data["payCode"]?.wireDigits?.utf8
    let isOwn = Self.ownPrefixes.contains { clabe?.starts(with: $0.utf8) ?? false }
    return method == .spei && !isOwn ? nil : instructions(data, method)
  }

  private static let ownPrefixes = ["684180104", "6461805201"]

  /// Money beside the order is an order of its own, named by ours and a serial number (S002
  /// "PATCH"): looked for from 00001 on until one is absent, since its webhook may be lost.
  public func followUp(_ outcome: QueryOutcome, _ order: Order, at now: Instant) -> FollowUp? {
    guard case .found(let report) = outcome else { return nil }
    return patch(1, beside: report, order, at: now)
  }

  private static let mostPatches = 99

  private func patch(
    _ serial: Int, beside known: StatusReport, _ order: Order, at now: Instant
  ) -> FollowUp? {
    guard serial <= Self.mostPatches else { return nil }
    let digits = String(serial)
    let number = order.number + String(repeating: "0", count: 5 - digits.utf8.count) + digits
    let request = request(
      "/api/payInQuery",
      .object([
        "mchOrderNo": .string(number),
        "nonceStr": .string(Self.nonce("query", number, String(now.milliseconds))),
      ]))
    return FollowUp(isDecisive: false, request: request) { [self] response in
      var asked = order
      asked.providerOrderID = nil
      let answer = queryOutcome(response, asked)
      guard case .found(let patch) = answer, isPatch(response) else {
        return FollowUp.Reading(answer: answer, together: .found(known), next: nil)
      }
      var together = known
      together.deposits += patch.deposits
      together.coveredIdentities? += patch.coveredIdentities ?? []
      return FollowUp.Reading(
        answer: answer, together: .found(together),
        next: self.patch(serial + 1, beside: together, order, at: now))
    }
  }

  private func isPatch(_ response: HTTPResponse) -> Bool {
    CashyPayAnswer(response.body).flatMap { CashyPayOrder($0.data) }?.isPatch ?? false
  }
}
