/// Every provider that the gateway speaks; adding one adds one line.
public enum ProviderRegistry {
  public static let all: [any Provider.Type] = [
    CashyPay.self,
    Openpay.self,
    Paynet.self,
    SmilePayz.self,
  ]

  public static func named(_ name: String) -> (any Provider.Type)? {
    all.first { $0.name == name }
  }
}
