import Gateway
import HTTPServing
import JSONText
import Payins
import Storage

/// `/v1/discrepancies`: where our books and a provider's differ.
struct DiscrepancyRoutes: Sendable {
  private static let unknownLimit = 100

  let service: PayinService
  let keys: KeyRing

  func register(on router: inout Router) {
    router.serve(
      .get, "/v1/discrepancies", to: keys, with: .payinsRead, query: Page.parameters
    ) { call in try await list(call) }
  }

  private func list(_ call: Call) async throws -> Response {
    let page = try Page(call)
    var query = PayinQuery(merchant: call.merchant, limit: page.lookup)
    query.isDiscrepant = true
    query.before = try call.parameter("cursor") { PayinID($0) }
    let found = try await service.payins(query)
    let isOperator = call.caller.scopes.contains(.admin)
    var data = page.shown(found).flatMap { ours($0, withAnswer: isOperator) }
    // An order that we do not know belongs to no merchant.
    if query.before == nil, isOperator {
      data += try await service.unknownCallbacks(limit: Self.unknownLimit).map(theirs)
    }
    return page.response(data, of: found) { $0.id.text }
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
          "since": JSON(discrepancy.since.rfc3339), "detail": JSON(discrepancy.detail),
          "answer": answer.map { ["status": JSON($0.status), "body": JSON($0.body)] } ?? .null,
          "remedy": JSON("POST /v1/payins/\(payin.id.text)/sync"),
        ]
      }
    }
  }

  private func theirs(_ callback: CallbackRecord) -> JSON {
    [
      "object": "discrepancy", "kind": "unknown_order", "payin": nil, "status": nil,
      "account": JSON(callback.account), "order_number": nil, "provider_order_id": nil,
      "since": JSON(callback.receivedAt.rfc3339),
      "detail": "the provider called back about an order that this gateway did not make",
      "answer": nil, "remedy": nil,
    ]
  }
}
