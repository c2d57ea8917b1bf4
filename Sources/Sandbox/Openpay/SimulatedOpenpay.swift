internal import HTTPServing
internal import JSONText

/// Openpay (S001, Providers/Openpay/README).
enum SimulatedOpenpay: SimulatesOrders {
  typealias API = OpenpayAPI
  typealias Lifecycle = OpenpayLifecycle
  typealias State = OpenpayState

  static let name = ProviderName.openpay

  static let guide = ProviderGuide(
    title: "Openpay",
    paths: "/v1/{merchant}, …/charges, …/customers, …/customers/{id}/charges, …/webhooks;"
      + " /barcode/{reference}",
    refusal: RefusalWords.Form(field: "error_code", isNumeric: true, status: ("HTTP", 400...499)),
    systemError: "1004", unauthorized: "401/1002",
    choices: [
      "a charge is completed by exactly its amount; tills refuse anything else; a transfer of"
        + " another amount or a second one is kept without a trace on the charge (shown_as"
        + " null), a late one completes an expired or cancelled charge",
      "expiry: status cancelled and transaction.expired; without due_date a charge waits for"
        + " ever",
      "order_id is free again after a failed charge; lists show the merchant's own charges or"
        + " one customer's, never both",
      "a webhook is tried again after 1, 5, 15, 60, 180, 360, 720 and 1440 minutes",
      "webhook URLs: as documented, and http on the own machine",
      "amount may be a text, order_id a number and currency in lower case, as the vendor's"
        + " plugins send them",
      "refund and capture answer 1013; cards, payouts and the rest are not there (1005)",
    ])

  static let ownFaults: [(Fault.Kind, String)] = [
    (.filterIgnored, "Openpay's list: is not narrowed by order_id")
  ]
  static let secretHeaders = ["authorization"]

  static func account(_ sandbox: SandboxState) -> JSONObject {
    [
      "merchant_id": .string(SandboxCredentials.openpayMerchant),
      "private_key": .string(SandboxCredentials.openpayPrivateKey),
      "callback": [
        "user": .string(SandboxCredentials.openpayCallbackUser),
        "password": .string(SandboxCredentials.openpayCallbackPassword),
      ],
    ]
  }

  static func register(callbacks url: String, _ sandbox: inout SandboxState) {
    OpenpayWebhooks.register(url, &sandbox)
  }

  static func amount(_ centavos: Int64, like written: JSON, _ sandbox: SandboxState) -> JSON {
    OpenpayOrder.amount(centavos)
  }
}

extension SandboxCredentials {
  public static let openpayMerchant = "mzdtln0bmtms6o3kck8f"
  public static let openpayPrivateKey = "sk_e568c42a6c384b7ab02cd47d2e407cab"
  /// HTTP Basic of the webhook that `--callbacks` registers.
  public static let openpayCallbackUser = "sandbox"
  public static let openpayCallbackPassword = "sandbox-callback"
}
