internal import JSONText

/// Paynet (S000, Providers/Paynet/README), which has no orders of its own: it takes cash for
/// Openpay's.
enum SimulatedPaynet: SimulatedProvider {
  typealias API = PaynetAPI
  typealias State = PaynetState

  static let name = ProviderName.paynet
  static let secretHeaders = ["authorization"]

  static let guide = ProviderGuide(
    title: "Paynet",
    paths: "POST /v1/{chain}/payment, POST /v1/{chain}/reverse; a GET is 401 or 405",
    refusal: RefusalWords.Form(field: "responseCode", isNumeric: true), systemError: "96",
    unauthorized: "401/1002",
    choices: [
      "takes cash for Openpay's store references; \(PaynetAPI.standingReference) takes any"
        + " amount, any number of times, and belongs to no order",
      "an identical repeat is answered as the first time, one with other data is 12; a closed"
        + " charge is 12, another amount 88, a malformed reference 30, an unknown one 93",
      "a reversal needs the payment's own data, is repeatable, and opens the charge again"
        + " without a webhook; what was never authorized, or paid again after it, is 12",
    ])

  static func account(_ sandbox: SandboxState) -> JSONObject {
    [
      "chain_id": .string(SandboxCredentials.paynetChain),
      "api_key": .string(SandboxCredentials.paynetAPIKey),
    ]
  }

  static func amount(_ centavos: Int64, like written: JSON, _ sandbox: SandboxState) -> JSON {
    .number(.decimal(centavos, places: 2))
  }
}

extension SandboxCredentials {
  public static let paynetChain = "pnchain0demo00000001"
  public static let paynetAPIKey = "sk_paynet_demo_0001"
}
