/// A JSON number as it was written: `152.0` stays `152.0`, and equals only itself.
public struct JSONNumber: Sendable, Hashable {
  /// The text of the number, within the grammar of RFC 8259.
  public let text: String

  public init(_ value: Int64) {
    text = String(value)
  }

  /// Nil when the text is not a number by the grammar of RFC 8259.
  public init?(text: String) {
    let bytes = Array(text.utf8)
    var scanner = DecimalScanner(bytes, at: 0)
    guard scanner.scan() == nil, scanner.end == bytes.count else { return nil }
    self.text = text
  }

  /// For text a parser already checked.
  init(checked text: String) {
    self.text = text
  }

  /// The integer, when written as plain digits with an optional minus and within 64 bits.
  /// `152.0` and `1e3` are no integers here: use `scaled(by: 0)` to accept them.
  public var int64: Int64? { Int64(text) }

  /// The number times 10^places, exactly; nil when digits would be lost, when the result is
  /// outside 64 bits, or when `places` is outside 0...18. `152.5` by 2 places is 15250.
  public func scaled(by places: Int) -> Int64? {
    DecimalText.scaled(Array(text.utf8), places: places, exponents: true)
  }

  /// As `scaled`, and what is less than a thousandth away from a whole number is that number (see
  /// `DecimalText.nearlyScaled`).
  public func nearlyScaled(by places: Int) -> Int64? {
    DecimalText.nearlyScaled(Array(text.utf8), places: places, exponents: true)
  }

  /// The number `value / 10^places` with exactly that many decimals: 15250 and 2 give `152.50`.
  /// `places` below 0 counts as 0.
  public static func decimal(_ value: Int64, places: Int) -> JSONNumber {
    JSONNumber(checked: DecimalText.text(value, places: places))
  }
}

extension JSONNumber: CustomStringConvertible, ExpressibleByIntegerLiteral {
  public var description: String { text }

  public init(integerLiteral value: Int64) { self.init(value) }
}
