internal import HTTPServing
internal import JSONText

/// A simulated account: the sandbox has one at each provider.
public struct SandboxAccount: Sendable {
  /// As gateways may name it.
  public let id: String
  public let provider: String
  /// Whether it has orders that a payer pays.
  public let hasOrders: Bool

  public static let all = SandboxRegistry.all.map { provider in
    SandboxAccount(
      id: provider.accountID, provider: provider.name.rawValue,
      hasOrders: provider is any SimulatesOrders.Type)
  }

  /// `provider_accounts` of a gateway that is to use this sandbox, ready to be copied.
  static func entries(_ request: Request, _ sandbox: SandboxState) -> Response {
    let entries = SandboxRegistry.all.map { provider in
      let common: JSONObject = [
        "id": .string(provider.accountID), "provider": .string(provider.name.rawValue),
        "base_url": .string(request.baseURL),
      ]
      return JSON.object(JSONObject(common.members + provider.account(sandbox).members))
    }
    return .json(.ok, Array((["provider_accounts": .array(entries)] as JSON).pretty.utf8))
  }
}
