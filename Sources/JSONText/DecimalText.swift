/// Decimals written in plain text, converted to and from scaled integers without rounding.
public enum DecimalText {
  /// The decimal times 10^places, exactly: `152.5` by 2 places is 15250.
  ///
  /// The text is an optional minus, digits without superfluous leading zeros, and an optional
  /// point with digits: no exponent, no plus sign, no spaces. Nil for any other text, when digits
  /// would be lost, when the result is outside 64 bits, or when `places` is outside 0...18.
  public static func scaled(_ text: String, places: Int) -> Int64? {
    scaled(Array(text.utf8), places: places, exponents: false)
  }

  /// The text of `value / 10^places` with exactly that many decimals: 15200 and 2 give `152.00`.
  /// `places` below 0 counts as 0.
  public static func text(_ value: Int64, places: Int) -> String {
    let digits = String(value.magnitude)
    let sign = value < 0 ? "-" : ""
    guard places > 0 else { return sign + digits }
    let missing = places + 1 - digits.utf8.count
    let padded = missing > 0 ? String(repeating: "0", count: missing) + digits : digits
    return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
  }

  static func scaled(_ bytes: [UInt8], places: Int, exponents: Bool) -> Int64? {
    guard (0...18).contains(places) else { return nil }
    var scanner = DecimalScanner(bytes, at: 0)
    guard scanner.scan() == nil, scanner.end == bytes.count,
      exponents || !scanner.hasExponent
    else { return nil }

    var digits = Array(bytes[scanner.integer]) + Array(bytes[scanner.fraction])
    var power = scanner.exponent - scanner.fraction.count + places
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      power += 1
    }
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    if significant.isEmpty { return 0 }
    guard power >= 0, significant.count <= 19, power <= 19 else { return nil }

    let zeros = repeatElement(UInt8(ascii: "0"), count: power)
    let sign = scanner.isNegative ? "-" : ""
    return Int64(sign + String(decoding: significant + zeros, as: UTF8.self))
  }
}
