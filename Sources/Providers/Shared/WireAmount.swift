import JSONText

/// Amounts as providers write them, to and from centavos, exactly.
enum WireAmount {
  /// Centavos of an amount whose unit has so many decimals down to the centavo: 2 for pesos,
  /// 0 for centavos. A number or a text; nil where it is neither, negative, or not exact.
  static func centavos(_ value: JSON?, decimals: Int) -> Int64? {
    let scaled: Int64? =
      switch value {
      case .number(let number): number.scaled(by: decimals)
      case .string(let text): DecimalText.scaled(text, places: decimals)
      default: nil
      }
    return scaled.flatMap { $0 < 0 ? nil : $0 }
  }

  /// `152` for 15200 centavos. Where centavos remain they are written: the provider then refuses
  /// what would otherwise be charged short.
  static func wholePesos(_ centavos: Int64) -> JSONNumber {
    centavos.isMultiple(of: 100) ? JSONNumber(centavos / 100) : .decimal(centavos, places: 2)
  }
}
