import Expressions
import Payins

/// Keeps the payer's name, e-mail and phone out of explanations: they end up in stores and logs.
struct PayerRedaction {
  private static let hidden = "(the payer's data)"
  private let secrets: [[UInt8]]
  /// What an expression reads where it may read the payer's data.
  private let sources: [[UInt8]]
  /// How an object begins that has the payer's data in it.
  private let objects: [[UInt8]]

  init(_ request: PayinRequest) {
    let payer = request.payer
    let values = PayerField.allCases.compactMap { payer[$0] }.filter { !$0.isEmpty }
    // Explanations shorten long texts, so the beginning must do.
    let secrets = Set(values.flatMap { [$0, $0.unicodeScalars.escaped] })
      .map { Array($0.utf8.prefix(100)) }
    let texts = request.metadata.flatMap { [$0.key, $0.value] }
    let isCopied = (texts + [request.description, request.merchantReference]).contains { text in
      secrets.contains { Self.holds(text, $0) }
    }
    let copies = isCopied ? ["metadata", "description", "merchant_reference"] : []
    sources = (["payer"] + copies).map { Array($0.utf8) }
    objects = (["payer{"] + (isCopied ? ["payin{"] : [])).map { Array($0.utf8) }
    self.secrets = secrets
  }

  /// The value of a sub-expression, as a literal. Of one that reads the payer, or a copy of the
  /// data elsewhere in the pay-in, only a yes or no is shown: half of it, or its letters in upper
  /// case, would give it away as well.
  func shown(value: String, of expression: String) -> String {
    if value == "true" || value == "false" { return value }
    let isSecret = mayRead(expression) || objects.contains { Self.holds(value, $0) }
    return isSecret || holdsSecret(value) ? Self.hidden : value
  }

  /// What an error says, without values where the condition may read the payer's data: a part of
  /// the data may be among them.
  func shown(_ error: EvaluationError, in condition: Expression) -> String {
    mayRead(condition.source) || holdsSecret(error.message)
      ? error.messageWithoutValues : error.message
  }

  private func mayRead(_ expression: String) -> Bool {
    sources.contains { Self.holds(expression, $0) }
  }

  private func holdsSecret(_ text: String) -> Bool {
    secrets.contains { Self.holds(text, $0) }
  }

  private static func holds(_ text: String, _ part: [UInt8]) -> Bool {
    guard let first = part.first else { return true }
    var rest = text.utf8[...]
    while let place = rest.firstIndex(where: { isSame($0, first) }) {
      rest = rest[place...]
      if rest.starts(with: part, by: isSame) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  /// Letters of ASCII in either case are the same: a copy in capitals is a copy.
  private static func isSame(_ left: UInt8, _ right: UInt8) -> Bool {
    func folded(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
    return folded(left) == folded(right)
  }
}
