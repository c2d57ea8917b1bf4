import Crypto
public import JSONText

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
