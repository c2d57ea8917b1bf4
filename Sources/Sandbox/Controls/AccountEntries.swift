internal import HTTPServing
internal import JSONText

/// `provider_accounts` of a gateway that is to use this sandbox, ready to be copied.
enum AccountEntries {
  static func response(_ request: Request, _ settings: SandboxSettings) -> Response {
    let base = JSON.string(OrderPage.base(of: request))
    let openpay: JSON = [
      "id": "openpay-main", "provider": "openpay", "base_url": base,
      "merchant_id": .string(SandboxCredentials.openpayMerchant),
      "private_key": .string(SandboxCredentials.openpayPrivateKey),
      "callback": [
        "user": .string(SandboxCredentials.openpayCallbackUser),
        "password": .string(SandboxCredentials.openpayCallbackPassword),
      ],
    ]
    let cashypay: JSON = [
      "id": "cashypay-main", "provider": "cashypay", "base_url": base,
      "merchant_id": .string(SandboxCredentials.cashypayMerchant),
      "api_key": .string(SandboxCredentials.cashypayAPIKey),
      "pay_types": [
        "spei": JSON(CashyPayType.spei.rawValue), "store": JSON(CashyPayType.store.rawValue),
      ],
    ]
    let smilepayz: JSON = [
      "id": "smilepayz-main", "provider": "smilepayz", "base_url": base,
      "merchant_id": .string(SandboxCredentials.smilepayzMerchant),
      "merchant_secret": .string(SandboxCredentials.smilepayzMerchantSecret),
      "private_key": .string(SandboxCredentials.smilepayzMerchantPrivateKey),
      "platform_public_key": .string(SandboxCredentials.smilepayzPlatformPublicKey),
      "amount_unit": .string(settings.smilepayzAmountUnit.rawValue),
    ]
    let paynet: JSON = [
      "id": "paynet-main", "provider": "paynet", "base_url": base,
      "chain_id": .string(SandboxCredentials.paynetChain),
      "api_key": .string(SandboxCredentials.paynetAPIKey),
    ]
    let entries: JSON = ["provider_accounts": [openpay, cashypay, smilepayz, paynet]]
    return .json(.ok, Array(entries.pretty.utf8))
  }
}
