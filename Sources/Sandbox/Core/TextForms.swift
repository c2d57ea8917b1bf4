/// What providers demand of texts.
enum TextForms {
  static func isAlphanumeric(_ text: String) -> Bool {
    text.utf8.allSatisfy { isDigit($0) || isLetter($0) }
  }

  static func isDigits(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(isDigit)
  }

  static func isPrintableASCII(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  /// Something before and after one `@`, and a dot within the domain.
  static func isEmail(_ text: String) -> Bool {
    let form = /[^@\s]+@[^@\s.]+(\.[^@\s.]+)+/
    return text.wholeMatch(of: form.matchingSemantics(.unicodeScalar)) != nil
  }

  static func isWebAddress(_ text: String) -> Bool { WebAddress(text) != nil }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
