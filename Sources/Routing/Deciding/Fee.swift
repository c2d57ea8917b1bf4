/// What an account takes for a pay-in, kept exactly.
struct Fee: Hashable, Sendable {
  /// The share of the amount, in millionths: 2.9 % is 29,000.
  let millionths: Int64
  /// Centavos.
  let fixed: Int64

  /// The fee for an amount of centavos, in millionths of a centavo.
  func exact(for amount: Int64) -> Int128 {
    Int128(amount) * Int128(millionths) + Int128(fixed) * 1_000_000
  }

  /// The fee for an amount of centavos, rounded half up to centavos.
  func rounded(for amount: Int64) -> Int64 {
    Int64(clamping: (exact(for: amount) + 500_000) / 1_000_000)
  }
}
