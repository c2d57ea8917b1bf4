import Gateway
import HTTPServing
import JSONText
import Payins
import Storage

/// `/v1/discrepancies`: where our books and a provider's differ.
struct DiscrepancyRoutes: Sendable {
  let service: PayinService
  let keys: KeyRing

  func register(on router: inout Router) {
    router.serve(
      .get, "/v1/discrepancies", to: keys, with: .payinsRead, query: Page.parameters
    ) { call in try await list(call) }
  }

  /// Pay-ins first; behind the last of them, for operators, what belongs to no merchant.
  private func list(_ call: AuthorizedRequest) async throws -> Response {
    let page = try Page(call)
    let isOperator = call.caller.scopes.contains(.admin)
    if isOperator, let before = call.query["cursor"].flatMap({ EventID($0) }) {
      let found = try await service.unknownCallbacks(before: before, limit: page.lookup)
      return page.response(page.shown(found).map(theirs), of: found) { $0.id.text }
    }
    var query = PayinQuery(merchant: call.merchant, limit: page.lookup)
    query.isDiscrepant = true
    query.before = try call.parameter("cursor") { PayinID($0) }
    let found = try await service.page(query).payins
    let data = page.shown(found).flatMap { ours($0, withAnswer: isOperator) }
    guard isOperator, page.lookup > found.count else {
      return page.response(data, of: found) { $0.id.text }
    }
    let room = page.lookup - found.count
    let unknown = try await service.unknownCallbacks(before: nil, limit: room)
    let shown = unknown.prefix(room - 1)
    let last = shown.last?.id.text ?? found.last?.id.text
    return page.response(
      data + shown.map(theirs), next: unknown.count > shown.count ? last : nil)
  }

  /// - Parameter withAnswer: whether to show what the provider answered: it may hold anything.
  private func ours(_ payin: Payin, withAnswer: Bool) -> [JSON] {
    payin.attempts.flatMap { attempt in
      attempt.discrepancies.map { discrepancy in
        let answer = withAnswer ? discrepancy.answer : nil
        return [
          "object": "discrepancy", "kind": JSON(discrepancy.alert.rawValue),
          "payin": JSON(payin.id.text), "status": JSON(payin.status.rawValue),
          "account": JSON(attempt.target.account), "order_number": JSON(attempt.orderNumber),
          "provider_order_id": JSON(attempt.providerOrderID),
          "amount": nil, "count": nil, "since": JSON(discrepancy.since.rfc3339),
          "detail": JSON(discrepancy.detail),
          "answer": answer.map { ["status": JSON($0.status), "body": JSON($0.body)] } ?? .null,
          "remedy": JSON("POST /v1/payins/\(payin.id.text)/sync"),
        ]
      }
    }
  }

  private func theirs(_ callback: CallbackRecord) -> JSON {
    [
      "object": "discrepancy", "kind": "unknown_order", "payin": nil, "status": nil,
      "account": JSON(callback.key.account), "order_number": JSON(callback.orderNumber),
      "provider_order_id": JSON(callback.providerOrderID), "amount": JSON(callback.amount),
      "count": JSON(callback.count), "since": JSON(callback.receivedAt.rfc3339),
      "detail": "the provider called back about an order that this gateway did not make",
      "answer": nil, "remedy": nil,
    ]
  }
}
