/// What SmilePayz keeps beside orders: its setting alone.
struct SmilePayzState: ProviderState {
  /// What `money.amount` counts (Providers/SmilePayz/README 1.6).
  enum AmountUnit: String, CaseIterable {
    case minor, major

    /// Of one unit.
    var centavos: Int64 { self == .minor ? 1 : 100 }
  }

  static let settings: [ProviderSetting<Self>] = [
    .word("smilepayz_amount_unit", \.amountUnit, "minor (centavos) or major (pesos)")
  ]

  var amountUnit = AmountUnit.minor
}

extension SandboxState {
  var smilepayz: SmilePayzState { self[SmilePayzState.self] }
}

extension ProviderName {
  static let smilepayz = ProviderName(rawValue: "smilepayz")
}
