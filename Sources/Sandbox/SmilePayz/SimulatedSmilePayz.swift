internal import Crypto
internal import JSONText

/// SmilePayz (S003, Providers/SmilePayz/README).
enum SimulatedSmilePayz: SimulatesOrders {
  typealias API = SmilePayzAPI
  typealias Lifecycle = SmilePayzLifecycle
  typealias State = SmilePayzState

  static let name = ProviderName.smilepayz
  static let secretHeaders = ["x-signature"]

  static let guide = ProviderGuide(
    title: "SmilePayz",
    paths: "POST /v2.0/transaction/pay-in, /v2.0/inquiry-status, /v2.0/inquiry-balance",
    refusal: RefusalWords.Form(field: "code"), systemError: "99", unauthorized: "02",
    choices: [
      "refusals come with HTTP 200 and code 01 field, 02 partner or signature, 03 duplicate"
        + " orderNo, 04 not found, 05 timestamp, 99 system",
      "an order is paid by exactly its amount, also late; any other money stands in the query's"
        + " subOrderList, without a callback",
      "callbacks for SUCCESS, FAILED and CANCELLED, not for EXPIRED; tried again after 1, 5, 15,"
        + " 60, 180 and 360 minutes with the first try's X-TIMESTAMP",
      "no prefix is demanded of orderNo; unknown fields are refused, area 14 and payer are known",
    ])

  static func account(_ sandbox: SandboxState) -> JSONObject {
    [
      "merchant_id": .string(SandboxCredentials.smilepayzMerchant),
      "merchant_secret": .string(SandboxCredentials.smilepayzMerchantSecret),
      "private_key": .string(SandboxCredentials.smilepayzMerchantPrivateKey),
      "platform_public_key": .string(SandboxCredentials.smilepayzPlatformPublicKey),
      "amount_unit": .string(sandbox.smilepayz.amountUnit.rawValue),
    ]
  }

  static func prepare() throws(RSAKeyError) { _ = try SmilePayzSignature.keys.get() }

  static func amount(_ centavos: Int64, like written: JSON, _ sandbox: SandboxState) -> JSON {
    JSON(centavos / sandbox.smilepayz.amountUnit.centavos)
  }
}
