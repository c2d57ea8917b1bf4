/// Makes the numbers and names that providers hand out, from one seeded sequence: the same seed and
/// the same calls give the same ones.
struct Identifiers: Sendable {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private mutating func text(_ count: Int, of alphabet: StaticString) -> String {
    var bytes: [UInt8] = []
    for _ in 0..<count {
      let index = Int(next() % UInt64(alphabet.utf8CodeUnitCount))
      bytes.append(alphabet.withUTF8Buffer { $0[index] })
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func digits(_ count: Int) -> String { text(count, of: "0123456789") }

  mutating func letters(_ count: Int) -> String {
    text(count, of: "abcdefghijklmnopqrstuvwxyz0123456789")
  }

  mutating func capitals(_ count: Int) -> String {
    text(count, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
  }

  /// `1981cdb8-19cb-4bad-8256-e95d58bc035c`.
  mutating func uuid() -> String {
    let digits = "0123456789abcdef" as StaticString
    return [
      text(8, of: digits), text(4, of: digits), "4" + text(3, of: digits),
      "8" + text(3, of: digits), text(12, of: digits),
    ].joined(separator: "-")
  }

  /// An 18-digit CLABE that begins with `prefix` and ends with a valid check digit
  /// (Providers/README 5.1).
  mutating func clabe(prefix: String) -> String {
    let body = prefix + digits(17 - prefix.utf8.count)
    return body + String(Self.checkDigit(of: body))
  }

  /// Of the first 17 digits: weights 3, 7, 1, each product modulo 10.
  private static func checkDigit(of digits: String) -> Int {
    let sum = zip(digits.utf8, 0...).reduce(0) { sum, item in
      sum + Int(item.0 - UInt8(ascii: "0")) * [3, 7, 1][item.1 % 3] % 10
    }
    return (10 - sum % 10) % 10
  }
}
