public import CounterPayments
import Crypto
public import HTTPCalling
public import JSONText
import Payins

/// Paynet, the counter side of store payments (README): an account for a store chain. It makes
/// no pay-ins, so no rule can name it.
public struct Paynet: Provider {
  public static let name = "paynet"

  let baseURL: String
  let chain: String
  let apiKey: Secret
  let words: ProviderWords

  public init?(account: AccountIdentity, settings: inout ObjectReader) {
    let chain = settings.string("chain_id")
    let apiKey = settings.string("api_key")
    words = ProviderWords(&settings, success: ["0"])
    guard let chain, let apiKey else { return nil }
    baseURL = account.baseURL
    self.chain = chain
    self.apiKey = Secret(apiKey)
  }
}

/// POST /v1/{chain}/payment and /v1/{chain}/reverse (S000).
extension Paynet: AuthorizesCounterPayments {
  /// S000 "Response codes".
  private enum Code {
    static let success: Int64 = 0
    static let invalidTransaction: Int64 = 12
    static let badReference: Int64 = 30
    static let badAmount: Int64 = 88
    static let unknownReference: Int64 = 93
    static let systemError: Int64 = 96
  }

  public func authorizationRequest(_ payment: CounterPaymentRequest) -> HTTPRequest {
    request("payment", body(payment))
  }

  public func reversalRequest(
    _ payment: CounterPaymentRequest, authorization: String?
  ) -> HTTPRequest {
    var body = body(payment)
    body["authorization"] = authorization.map(JSON.string)
    return request("reverse", body)
  }

  private func request(_ resource: String, _ body: JSONObject) -> HTTPRequest {
    HTTPRequest(
      method: "POST", url: "\(baseURL)/v1/\(chain)/\(resource)",
      headers: [
        HTTPHeader("Content-Type", "application/json"), authorization,
      ], body: JSON.object(body).bytes)
  }

  /// The key as user, and a blank password.
  var authorization: HTTPHeader {
    HTTPHeader("Authorization", BasicCredentials(user: apiKey.reveal(), password: "").header)
  }

  private func body(_ payment: CounterPaymentRequest) -> JSONObject {
    var body: JSONObject = [
      "idGroup": Self.number(payment.group), "idChain": Self.number(payment.chain),
      "idStore": Self.number(payment.store), "idPos": Self.number(payment.pos),
      "idEmployee": Self.number(payment.employee), "reference": .string(payment.reference),
      "amount": .number(.decimal(payment.amount, places: 2)),
      "operationDate": JSON(payment.operationDate.milliseconds),
      "chainTransactionId": Self.number(payment.chainTransactionID),
    ]
    body["sku"] = payment.sku.map(Self.number)
    body["paymentType"] = payment.paymentType.map { JSON($0) }
    return body
  }

  /// Numeric in S000, of more digits than 64 bits hold.
  private static func number(_ digits: String) -> JSON {
    let plain = CounterPaymentRequest.plainDigits(digits)
    return JSONNumber(text: plain).map(JSON.number) ?? .string(plain)
  }

  public func authorizationOutcome(
    _ response: HTTPResponse, _ payment: CounterPaymentRequest
  ) -> AuthorizationOutcome {
    switch CreateOutcome.ofStatus(response.status) {
    case .declined(let refusal), .unauthorized(let refusal), .neverSent(let refusal):
      return .neverSent(refusal)
    case .inDoubt(let refusal): return .inDoubt(refusal)
    case .accepted, .refused, .questioned, nil: break
    }
    guard let answer = answer(response, payment) else { return .inDoubt(.unreadable) }
    switch words.meaning(String(answer.code)) {
    case .permanent, .absent: return .declined(answer)
    case .retryable: return .neverSent(.busy("code \(answer.code)"))
    case .unauthorized: return .neverSent(.unauthorized("code \(answer.code)"))
    case .ambiguous, .trouble, .duplicate: return .inDoubt(.unexpected("code \(answer.code)"))
    case nil: break
    }
    switch answer.code {
    case Code.success:
      return answer.authorization == nil ? .inDoubt(.unreadable) : .authorized(answer)
    case Code.invalidTransaction, Code.badReference, Code.badAmount, Code.unknownReference:
      return .declined(answer)
    case Code.systemError: return .inDoubt(.failing("code 96"))
    default: return .inDoubt(.unexpected("code \(answer.code)"))
    }
  }

  /// Whether reversing what is not there is 0 or 12 is not published (README 4.2): 0 is taken for
  /// done, 12 and 93 for nothing to take back.
  public func reversalOutcome(
    _ response: HTTPResponse, _ payment: CounterPaymentRequest
  ) -> ReversalOutcome {
    guard (200..<300).contains(response.status) else {
      let isAboutUs = [401, 403].contains(response.status)
      let detail = "HTTP \(response.status)"
      return .unsettled(isAboutUs ? .unauthorized(detail) : .failing(detail))
    }
    guard let answer = answer(response, payment) else { return .unsettled(.unreadable) }
    switch answer.code {
    case Code.success: return .acknowledged(answer)
    case Code.invalidTransaction, Code.unknownReference: return .unknown(answer)
    case Code.badReference, Code.badAmount: return .rejected(answer)
    default: return .unsettled(.unexpected("code \(answer.code)"))
    }
  }

  /// Nil where it cannot be read, or speaks of another transaction.
  private func answer(
    _ response: HTTPResponse, _ payment: CounterPaymentRequest
  ) -> CounterPaymentAnswer? {
    guard let json = JSON(wire: response.body) else { return nil }
    var fields = DecidingFields(json)
    let authorization = fields.id("authorization")
    guard let code = fields.id("responseCode").flatMap({ JSONNumber(text: $0)?.int64 }),
      let transaction = fields.id("chainTransactionId"), !fields.areDamaged,
      CounterPaymentRequest.plainDigits(transaction)
        == CounterPaymentRequest.plainDigits(payment.chainTransactionID)
    else { return nil }
    return CounterPaymentAnswer(
      code: code, description: json["descriptionCode"]?.string,
      requestID: json["requestId"]?.wireText, authorization: authorization,
      customerInstructions: json["customerInstructions"]?.string)
  }
}
