import JSONText
import Sandbox

/// Requests that the providers accept, to be changed by tests.
enum Orders {
  static let customer: JSON = [
    "name": "Ana", "last_name": "Prueba", "email": "ana@example.mx",
    "phone_number": "+525500000000",
  ]

  static func openpay(_ method: String, _ orderID: String = "pay-0001-1") -> JSONObject {
    [
      "method": .string(method), "amount": .number(.decimal(15_200, places: 2)),
      "currency": "MXN", "description": "Pedido 1", "order_id": .string(orderID),
      "due_date": "2026-01-04T02:00:00Z", "customer": customer,
    ]
  }

  static func cashypay(
    _ notifyURL: String = "https://gw.example.mx/hooks/cashypay",
    _ number: String = "DEMO0000000001"
  ) -> JSONObject {
    [
      "currency": "MXN", "payType": 69, "amount": 152, "reusableStatus": false,
      "mchOrderNo": .string(number), "expireTime": 3_600, "notifyUrl": .string(notifyURL),
      "nonceStr": "n0001", "remark": "pedido 1", "realName": "Ana Prueba",
      "phone": "+525500000000", "email": "ana@example.mx",
    ]
  }

  static func smilepayz(
    _ callbackURL: String? = nil, _ number: String = "S20001A0B1C2D3E4F5061728"
  ) -> JSONObject {
    var order: JSONObject = [
      "orderNo": .string(number), "purpose": "Pedido 1",
      "merchant": ["merchantId": .string(SandboxCredentials.smilepayzMerchant)],
      "money": ["currency": "MXN", "amount": 20_000], "paymentMethod": "SPEI",
      "expiryPeriod": 3_600,
    ]
    order["callbackUrl"] = callbackURL.map(JSON.string)
    return order
  }

  static func paynet(_ reference: String, _ centavos: Int64 = 15_200) -> JSONObject {
    [
      "idGroup": 555, "idChain": 1, "idStore": 1292, "idPos": 1, "idEmployee": 2,
      "reference": .string(reference), "amount": .number(.decimal(centavos, places: 2)),
      "operationDate": 1_509_053_135_780, "chainTransactionId": 170_911_001,
      "sku": 34_123_412_341_234, "paymentType": 1,
    ]
  }
}

/// How an order of Íñigo Muñoz's at a provider is made and asked for, for what holds at each of
/// them.
struct Example: Sendable {
  let number: String
  /// What stands in the answer where there is such an order already, or none, or where the
  /// credentials are wrong.
  let duplicate: String
  let absent: String
  let unauthorized: String
  let create: @Sendable (Bench, _ url: String) async throws -> Bench.Answer
  let query: @Sendable (Bench) async throws -> Bench.Answer
  /// Where the answer to a query says that the order stands.
  let status: @Sendable (JSON) -> String?

  static let providers = SandboxAccount.all.filter(\.hasOrders).map(\.provider)

  static let all: [String: Example] = [
    "openpay": Example(
      number: "pay-0001-1", duplicate: "\"error_code\":1006", absent: "[]",
      unauthorized: "\"error_code\":1002"
    ) { bench, _ in
      var order = Orders.openpay("bank_account")
      order["amount"] = .number(.decimal(15_210, places: 2))
      order["customer"] = ["name": "Íñigo Muñoz", "email": "ana@example.mx"]
      return try await bench.openpay("POST", "/charges", .object(order))
    } query: {
      try await $0.openpay("GET", "/charges?order_id=pay-0001-1")
    } status: {
      $0.array?.first?["status"]?.string
    },
    "cashypay": Example(
      number: "DEMO0000000001", duplicate: "mchOrderNo_is_exist",
      absent: #"{"msg":"Order_not_exist","code":500,"data":null}"#,
      unauthorized: #"{"msg":"Sign_verify_error","code":401,"data":null}"#
    ) {
      try await $0.cashypay("/api/payIn", .object(Orders.cashypay($1)))
    } query: {
      try await $0.cashypay(
        "/api/payInQuery", ["mchOrderNo": "DEMO0000000001", "nonceStr": "n"])
    } status: {
      $0["data"]?["orderStatus"]?.string
    },
    "smilepayz": Example(
      number: "S20001A0B1C2D3E4F5061728", duplicate: #""code":"03""#,
      absent: #"{"code":"04","message":"Transaction not found"}"#,
      unauthorized: #"{"code":"02","message":"Signature verification failed"}"#
    ) { bench, url in
      var order = Orders.smilepayz(url)
      order["money"] = ["currency": "MXN", "amount": 15_210]
      order["payer"] = ["name": "Íñigo Muñoz"]
      return try await bench.smilepayz("/v2.0/transaction/pay-in", .object(order))
    } query: {
      try await $0.smilepayz(
        "/v2.0/inquiry-status", ["tradeType": 1, "orderNo": "S20001A0B1C2D3E4F5061728"])
    } status: {
      $0["status"]?.string
    },
  ]
}

extension JSONObject {
  /// The same with one field changed, or removed.
  func with(_ key: String, _ value: JSON?) -> JSON {
    var copy = self
    copy[key] = value
    return .object(copy)
  }
}
