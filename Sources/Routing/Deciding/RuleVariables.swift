import Expressions
import Payins

/// The variables that conditions may use, and their values for one question.
enum RuleVariables {
  static let payer = ObjectType(
    "payer", PayerField.allCases.map { .optional($0.rawValue, .string) })

  static let payin = ObjectType(
    "payin",
    [
      .optional("method", .string), .required("amount", .int), .required("currency", .string),
      .required("description", .string), .required("merchant_reference", .string),
      .required("payer", .object(payer)),
      .required("metadata", .map(key: .string, value: .string)), .optional("expires_in", .int),
    ])

  static let merchant = ObjectType("merchant", [.required("id", .string)])

  static let account = ObjectType(
    "account",
    [
      .required("healthy", .bool), .required("success_rate", .double),
      .required("latency_ms", .int),
    ])

  static let declarations = Declarations([
    "payin": .object(payin), "merchant": .object(merchant), "now": .timestamp,
    "accounts": .map(key: .string, value: .object(account)),
  ])

  /// - Parameter accounts: those that the configuration knows.
  static func activation(_ question: RoutingQuestion, accounts: [String]) -> Activation {
    let health = accounts.map { ($0, value(of: question.health(of: $0))) }
    return Activation(slots: [
      value(of: question.request),
      .object(ObjectValue(merchant, slots: [.string(question.merchant)])),
      Timestamp(milliseconds: question.now.milliseconds).map { .timestamp($0) },
      .map(MapValue(health)),
    ])
  }

  private static func value(of request: PayinRequest) -> Value {
    let metadata = request.metadata.map { ($0.key, Value.string($0.value)) }
    let payer = ObjectValue(
      payer, slots: PayerField.allCases.map { request.payer[$0].map { .string($0) } })
    return .object(
      ObjectValue(
        payin,
        slots: [
          request.method.map { .string($0.rawValue) }, .int(request.amount),
          .string(request.currency.rawValue), .string(request.description),
          .string(request.merchantReference), .object(payer),
          .map(MapValue(metadata)),
          request.expiresIn.map { .int($0) },
        ]))
  }

  private static func value(of health: AccountHealth) -> Value {
    .object(
      ObjectValue(
        account,
        slots: [
          .bool(health.acceptsCreates), .double(.init(health.successPermille) / 1000),
          .int(health.latencyMilliseconds),
        ]))
  }
}
