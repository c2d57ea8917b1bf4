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

extension JSONObject {
  /// The same with one field changed, or removed.
  func with(_ key: String, _ value: JSON?) -> JSON {
    var copy = self
    copy[key] = value
    return .object(copy)
  }
}
