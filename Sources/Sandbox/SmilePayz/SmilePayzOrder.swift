internal import JSONText

/// What SmilePayz knows of an order beside the common facts (S003, Providers/SmilePayz/README 1.7,
/// 1.8, 1.12).
struct SmilePayzOrder: Sendable {
  /// Money that did not fit its order.
  struct SubOrder: Sendable {
    let tradeNo: String
    /// In the account's unit.
    let amount: Int64
    let at: Instant
  }

  /// In the account's unit.
  let amount: Int64
  let callbackURL: String?
  let merchant: JSONObject
  let payerName: String?
  var subOrders: [SubOrder] = []

  static func word(_ status: Order.Status) -> String {
    switch status {
    case .open: "PROCESSING"
    case .paid: "SUCCESS"
    case .failed: "FAILED"
    case .expired: "EXPIRED"
    case .cancelled: "CANCELLED"
    case .refunded: "REFUNDED"
    case .chargedBack: "CHARGEBACK"
    }
  }

  static func money(_ amount: Int64) -> JSON { ["amount": JSON(amount), "currency": "MXN"] }

  /// The answer to `/v2.0/transaction/pay-in`.
  func createAnswer(_ order: Order, clabe: String, pageURL: String) -> JSON {
    [
      "channel": [
        "additionalInfo": .object([:]), "paymentMethod": "SPEI",
        "paymentUrl": .string(pageURL), "receiverBankName": "OPM", "vaNumber": .string(clabe),
      ],
      "code": "00", "merchant": .object(merchant), "message": "Successful",
      "money": Self.money(amount), "orderNo": JSON(order.number),
      "status": .string(Self.word(order.status)), "tradeNo": .string(order.key.id),
      "transactionTime": .string(order.createdAt.mexico),
    ]
  }

  /// The answer to `/v2.0/inquiry-status`: neither `orderNo` nor the CLABE is in it.
  func queryAnswer(_ order: Order) -> JSON {
    [
      "code": "00", "message": "Successful", "tradeNo": .string(order.key.id), "tradeType": 1,
      "paymentMethod": "SPEI", "money": Self.money(amount),
      "status": .string(Self.word(order.status)), "remark": "",
      "subOrderList": .array(
        subOrders.map { sub in
          [
            "tradeNo": .string(sub.tradeNo), "money": Self.money(sub.amount),
            "status": "SUCCESS", "transactionTime": .string(sub.at.mexico),
          ]
        }),
    ]
  }

  /// The body of a callback.
  func callbackBody(_ order: Order) -> JSON {
    var body: JSONObject = [
      "merchantId": .string(SandboxCredentials.smilepayzMerchant),
      "merchantName": merchant["merchantName"] ?? .null, "money": Self.money(amount),
      "orderNo": JSON(order.number),
    ]
    body["subMerchantId"] = merchant["subMerchantId"]
    body["subMerchantName"] = merchant["subMerchantName"]
    body["payer"] = ["name": .string(payerName ?? "Carlos Rodriguez")]
    body["paymentMethod"] = "SPEI"
    body["status"] = .string(Self.word(order.status))
    body["tradeNo"] = .string(order.key.id)
    body["transactionTime"] = .string(order.changedAt.mexico)
    return .object(body)
  }
}
