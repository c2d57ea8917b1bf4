/// What a pay-in was opened with and never changes. By reference, since a pay-in is handed on as a
/// value many times and this is most of it.
final class PayinOpening: Equatable, Sendable {
  let id: PayinID
  let merchant: String
  let request: PayinRequest
  let createdAt: Instant
  let token: String
  let idempotencyKey: String
  let routing: RoutingRecord

  init(
    id: PayinID, merchant: String, request: PayinRequest, createdAt: Instant, token: String,
    idempotencyKey: String, routing: RoutingRecord
  ) {
    self.id = id
    self.merchant = merchant
    self.request = request
    self.createdAt = createdAt
    self.token = token
    self.idempotencyKey = idempotencyKey
    self.routing = routing
  }

  /// The same of a payer of whom nothing is known any more.
  var withoutPayer: PayinOpening {
    var request = request
    request.payer = .erased
    return PayinOpening(
      id: id, merchant: merchant, request: request, createdAt: createdAt, token: token,
      idempotencyKey: idempotencyKey, routing: routing)
  }

  static func == (left: PayinOpening, right: PayinOpening) -> Bool {
    left === right
      || left.id == right.id && left.merchant == right.merchant && left.request == right.request
        && left.createdAt == right.createdAt && left.token == right.token
        && left.idempotencyKey == right.idempotencyKey && left.routing == right.routing
  }
}
