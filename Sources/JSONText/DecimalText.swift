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

  /// As `scaled`, for what binary fractions leave of a decimal one: `152.09999999999999`. What is
  /// less than a thousandth away from a whole number is that number; nil for all else.
  public static func nearlyScaled(_ text: String, places: Int) -> Int64? {
    nearlyScaled(Array(text.utf8), places: places, exponents: false)
  }

  static func nearlyScaled(_ bytes: [UInt8], places: Int, exponents: Bool) -> Int64? {
    if let exact = scaled(bytes, places: places, exponents: exponents) { return exact }
    guard (0...18).contains(places) else { return nil }
    var scanner = DecimalScanner(bytes, at: 0)
    guard scanner.scan() == nil, scanner.end == bytes.count, !scanner.isNegative,
      exponents || !scanner.hasExponent
    else { return nil }

    // The digits before the point once it has moved; below zero, zeros stand behind it.
    let point = scanner.integer.count + scanner.exponent + places
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: min(max(-point, 0), 3))
    let digits = zeros + bytes[scanner.integer] + bytes[scanner.fraction]
    let tail = digits.dropFirst(max(point, 0))
    guard tail.count > 3,
      let whole = Int64("0" + String(decoding: digits.prefix(max(point, 0)), as: UTF8.self))
    else { return nil }
    switch String(decoding: tail.prefix(3), as: UTF8.self) {
    case "000": return whole
    case "999" where tail.dropFirst(3).contains { $0 != UInt8(ascii: "0") } && whole < .max:
      return whole + 1
    default: return nil
    }
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
