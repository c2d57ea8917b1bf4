import JSONText

/// Amounts as providers write them, to and from centavos, exactly.
enum WireAmount {
  /// Centavos of an amount whose unit has so many decimals down to the centavo: 2 for pesos,
  /// 0 for centavos. A number or a text; nil where it is neither, negative, or not whole. Servers
  /// that reckon in binary write 152.10 as 152.09999999999999: what is less than a thousandth
  /// of a centavo away from a whole one is that one.
  static func centavos(_ value: JSON?, decimals: Int) -> Int64? {
    let scaled: Int64? =
      switch value {
      case .number(let number): number.nearlyScaled(by: decimals)
      case .string(let text): DecimalText.nearlyScaled(text, places: decimals)
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
