internal import JSONText

/// CashyPay (S002, Providers/CashyPay/README).
enum SimulatedCashyPay: SimulatesOrders {
  typealias API = CashyPayAPI
  typealias Lifecycle = CashyPayLifecycle
  typealias State = CashyPayState

  static let name = ProviderName.cashypay
  static let secretHeaders = ["sign"]

  static let guide = ProviderGuide(
    title: "CashyPay", paths: "POST /api/payIn, POST /api/payInQuery",
    refusal: RefusalWords.Form(field: "msg", status: ("code", 201...999), hasMessage: false),
    systemError: "System_busy", unauthorized: "Sign_verify_error",
    choices: [
      "refusals come with HTTP 200; a repeated mchOrderNo is 500 mchOrderNo_is_exist, an"
        + " unknown order 500 Order_not_exist, wrong merchants and signs are 401",
      "an order is paid by exactly its amount, also late; any other money makes a PATCH order,"
        + " and the order stays as it is; channelOrderNo is the tracking key",
      "failure and cancellation are told by webhook, expiry is not; the fee is one peso",
      "a CLABE takes transfers for 180 days, and 180 more if used in its last 60",
      "payType \(CashyPayType.store.rawValue) is OXXO, a number of this sandbox; its tills take"
        + " an open order's own amount only",
    ])

  static func account(_ sandbox: SandboxState) -> JSONObject {
    [
      "merchant_id": .string(SandboxCredentials.cashypayMerchant),
      "api_key": .string(SandboxCredentials.cashypayAPIKey),
      "pay_types": [
        "spei": JSON(CashyPayType.spei.rawValue), "store": JSON(CashyPayType.store.rawValue),
      ],
    ]
  }

  static func amount(_ centavos: Int64, like written: JSON, _ sandbox: SandboxState) -> JSON {
    CashyPayRecord.amount(centavos, like: written)
  }
}

extension SandboxCredentials {
  public static let cashypayMerchant = "1000001"
  public static let cashypayAPIKey = "demo-api-key-0001"
}
