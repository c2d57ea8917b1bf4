import Payins

/// Keeps the payer's name, e-mail and phone out of explanations: they end up in stores and logs.
struct PayerRedaction {
  private static let hidden = "(the payer's data)"
  private static let payer = Array("payer".utf8)
  private static let payerObject = Array("payer{".utf8)
  private let secrets: [[UInt8]]

  init(_ payer: Payer) {
    let values = PayerField.allCases.compactMap { payer[$0] }.filter { !$0.isEmpty }
    // Explanations shorten long texts, so the beginning must do.
    secrets = Set(values.flatMap { [$0, Self.escaped($0)] }).map { Array($0.utf8.prefix(100)) }
  }

  /// The value of a sub-expression, as a literal. Of one that reads the payer only a yes or no is
  /// shown: whatever else it makes of the data could give it away.
  func shown(value: String, of expression: String) -> String {
    if value == "true" || value == "false" { return value }
    let readsPayer = Self.holds(expression, Self.payer) || Self.holds(value, Self.payerObject)
    return readsPayer ? Self.hidden : shown(value)
  }

  /// A text, unless it holds the payer's data.
  func shown(_ text: String) -> String {
    secrets.contains { Self.holds(text, $0) } ? Self.hidden : text
  }

  private static func holds(_ text: String, _ part: [UInt8]) -> Bool {
    guard let first = part.first else { return true }
    var rest = text.utf8[...]
    while let place = rest.firstIndex(of: first) {
      rest = rest[place...]
      if rest.starts(with: part) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  /// As it stands in a literal.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "'", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
