import JSONText

/// Amounts as providers write them, to and from centavos, exactly.
enum WireAmount {
  /// Centavos of an amount whose unit has so many decimals down to the centavo: 2 for pesos,
  /// 0 for centavos. A number or a text; nil where it is neither, negative, or not whole. Servers
  /// that reckon in binary write 152.10 as 152.09999999999999: what is within a thousandth of a
  /// centavo of a whole one is that one.
  static func centavos(_ value: JSON?, decimals: Int) -> Int64? {
    let scaled: Int64? =
      switch value {
      case .number(let number): number.scaled(by: decimals) ?? nearly(number.text, decimals)
      case .string(let text): DecimalText.scaled(text, places: decimals) ?? nearly(text, decimals)
      default: nil
      }
    return scaled.flatMap { $0 < 0 ? nil : $0 }
  }

  /// By the digits: whole, then those of a centavo's thousandths, then noise.
  private static func nearly(_ text: String, _ decimals: Int) -> Int64? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[1].count > decimals + 3,
      parts.allSatisfy({ part in part.allSatisfy { (48...57).contains($0) } }),
      let thousandths = Int64(
        String(decoding: Array(parts[0]) + parts[1].prefix(decimals + 3), as: UTF8.self))
    else { return nil }
    switch thousandths % 1000 {
    case 0: return thousandths / 1000
    case 999: return thousandths / 1000 + 1
    default: return nil
    }
  }

  /// `152` for 15200 centavos. Where centavos remain they are written: the provider then refuses
  /// what would otherwise be charged short.
  static func wholePesos(_ centavos: Int64) -> JSONNumber {
    centavos.isMultiple(of: 100) ? JSONNumber(centavos / 100) : .decimal(centavos, places: 2)
  }
}
