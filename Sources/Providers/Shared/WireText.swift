import JSONText

/// Texts in providers' answers that are shown to people or kept.
extension JSON {
  /// A text that is not empty, or a whole number: providers write ids and codes either way. One
  /// with a fraction or an exponent has lost what it was, and is none.
  var wireText: String? {
    let text = string ?? number.flatMap { $0.text.isWhole ? $0.text : nil }
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A CLABE or another number of digits that lost no zero as a JSON number.
  var wireDigits: String? { wireText.flatMap { $0.isDigits ? $0 : nil } }

  /// Whether nothing is said: null, or an empty text.
  var isBlank: Bool { isNull || string?.isEmpty == true }

  /// The address of a web page. Nothing else (`javascript:` …) reaches a payer's browser.
  var webAddress: String? {
    guard let text = string, text.utf8.count <= 2048,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      ["https://", "http://"].contains(where: { text.utf8.starts(with: $0.utf8) })
    else { return nil }
    return text
  }

  /// A reference that a till can read: 1 to 40 visible ASCII characters (Providers/Openpay/README
  /// 3.4).
  var tillReference: String? {
    guard let text = wireText, text.utf8.count <= 40,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    return text
  }
}

extension String {
  /// Of a JSON number's text.
  fileprivate var isWhole: Bool { !utf8.contains { [0x2E, 0x45, 0x65].contains($0) } }

  fileprivate var isDigits: Bool { utf8.allSatisfy { (48...57).contains($0) } }

  /// One word of letters, digits, `_` and `-`, at most 64: fit for URLs, headers and logs. A
  /// provider's sentences may repeat the payer's data; its code words do not. Nil otherwise.
  var safeWord: String? {
    let isSafe =
      (1...64).contains(utf8.count)
      && utf8.allSatisfy { $0.isAlphanumeric || "_-".utf8.contains($0) }
    return isSafe ? self : nil
  }
}
