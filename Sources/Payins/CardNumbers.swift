/// Finds payment cards' numbers: the gateway neither takes nor stores any.
///
/// Free text is searched, however the digits are spaced. Identifiers are looked at as a whole: a
/// UUID or an order's number that merely has many digits is none. What remains is that one in forty
/// identifiers of exactly 16 bare digits has a card's form by chance; any letter or separator in it
/// helps.
public enum CardNumbers {
  /// Whether a number stands anywhere in a text: 13 to 19 digits of a network's range with a valid
  /// check digit, in groups however they are parted, with what else is printed on a card behind it
  /// or not.
  public static func occur(in text: String) -> Bool {
    guard mayOccur(in: text) else { return false }
    var reader = DigitGroups()
    for scalar in text.unicodeScalars where reader.read(scalar) {
      if !numbers(in: reader.take()).isEmpty { return true }
    }
    return !numbers(in: reader.take()).isEmpty
  }

  /// Whether a value that identifies something is a card's number as a whole: 4-4-4-4 or 4-6-5
  /// groups, or 15 or 16 bare digits. Digits of other scripts are no identifier's.
  public static func isWhole(_ identifier: String) -> Bool {
    var digits: [Int] = []
    var sizes = [0]
    for byte in identifier.utf8 {
      if byte &- 48 < 10 {
        digits.append(Int(byte) - 48)
        sizes[sizes.count - 1] += 1
      } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: ".")
      {
        sizes.append(0)
      } else {
        return false
      }
      if digits.count > 16 || sizes.count > 4 { return false }
    }
    switch sizes {
    case [4, 4, 4, 4], [4, 6, 5], [16]: return CardNetworks.include(digits[...])
    // Most numbers of 15 digits that begin as American Express's are none.
    case [15]:
      return CardNetworks.usualAmericanExpress.contains(CardNetworks.number(digits[..<4]))
        && CardNetworks.include(digits[...])
    default: return false
    }
  }

  /// Whether a value is a number as a whole, or holds one where it is no identifier: letters among
  /// hexadecimal digits, as in a UUID or a hash, tell that it is one.
  public static func occur(inValue value: String) -> Bool {
    guard mayOccur(in: value) else { return false }
    return isHexadecimal(value) ? isWhole(value) : occur(in: value)
  }

  /// With a letter at least, or with a UUID's hyphens: bare digits may be anything.
  private static func isHexadecimal(_ value: String) -> Bool {
    var hasLetter = false
    for byte in value.utf8 where byte &- 48 >= 10 && byte != UInt8(ascii: "-") {
      guard (97...102).contains(byte | 0x20) else { return false }
      hasLetter = true
    }
    return hasLetter || isUUID(value)
  }

  /// One without letters is possible.
  private static func isUUID(_ value: String) -> Bool {
    value.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      .map(\.count) == [8, 4, 4, 4, 12]
  }

  /// Whether a part of a URL, percent-decoded, is a number as a whole.
  public static func occur(inURL url: String) -> Bool {
    guard mayOccur(in: url) else { return false }
    let parts = decoded(url).split { "/?#&=;:@+,".utf8.contains($0) }
    return parts.contains { isWhole(String(decoding: $0, as: UTF8.self)) }
  }

  private static func decoded(_ url: String) -> [UInt8] {
    var out: [UInt8] = []
    var rest = Array(url.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        out.append(value)
        rest = rest.dropFirst(2)
      } else {
        out.append(byte)
      }
    }
    return out
  }

  /// The text with asterisks for the digits of every number in it.
  public static func masked(_ text: String) -> String {
    guard mayOccur(in: text) else { return text }
    var scalars = Array(text.unicodeScalars)
    var reader = DigitGroups()
    func mask() {
      let taken = reader.take()
      for number in numbers(in: taken) {
        for place in taken.places[number] { scalars[place] = "*" }
      }
    }
    for index in scalars.indices where reader.read(scalars[index]) { mask() }
    mask()
    var out = String.UnicodeScalarView()
    out.append(contentsOf: scalars)
    return String(out)
  }

  /// A quick look: most texts have no 13 digits.
  private static func mayOccur(in text: String) -> Bool {
    var digits = 0
    for byte in text.utf8 {
      // Other scripts' digits are looked at closely.
      if byte >= 0x80 { return true }
      if byte &- 48 < 10 { digits += 1 }
    }
    return digits >= 13
  }

  /// Where numbers stand, counted in digits.
  private static func numbers(in found: DigitGroups.Taken) -> [Range<Int>] {
    let digits = found.groups.flatMap { $0 }
    var starts: [Int] = []
    var ends: [Int] = []
    for group in found.groups {
      starts.append(ends.last ?? 0)
      ends.append((ends.last ?? 0) + group.count)
    }
    var out: [Range<Int>] = []
    for (index, start) in starts.enumerated() {
      // A group of the number and, without a gap, its security code, its last month, or both.
      let own = ends[index]
      let glued = [3, 4, 7].map { own - $0 }.filter { $0 > start }
      for end in ends[index...] + glued where CardNetworks.lengths.contains(end - start) {
        if CardNetworks.include(digits[start..<end]) { out.append(start..<end) }
      }
    }
    return out
  }
}

/// Collects digits, of whatever script, in groups that little stands between.
private struct DigitGroups {
  struct Taken {
    var groups: [[Int]] = []
    /// Of each digit among the scalars that were read.
    var places: [Int] = []
  }

  private var taken = Taken()
  private var index = -1
  private var gap = 0
  /// The most scalars from one group to the next.
  private static let widestGap = 3

  /// Returns whether the groups so far end here; the scalar, if it is a digit, begins new ones.
  mutating func read(_ scalar: Unicode.Scalar) -> Bool {
    index += 1
    if let digit = Self.digit(scalar) {
      if gap > 0 || taken.groups.isEmpty { taken.groups.append([]) }
      taken.groups[taken.groups.count - 1].append(digit)
      taken.places.append(index)
      gap = 0
      return false
    }
    if Self.isInvisible(scalar) { return false }
    gap += 1
    return !taken.groups.isEmpty && (gap > Self.widestGap || Self.partsNumbers(scalar))
  }

  mutating func take() -> Taken {
    defer {
      taken = Taken()
      gap = 0
    }
    return taken
  }

  private static func digit(_ scalar: Unicode.Scalar) -> Int? {
    if scalar.isASCII { return (48...57).contains(scalar.value) ? Int(scalar.value) - 48 : nil }
    let properties = scalar.properties
    guard properties.numericType == .decimal || properties.numericType == .digit,
      let value = properties.numericValue
    else { return nil }
    return Int(value)
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else { return false }
    switch scalar.properties.generalCategory {
    case .format, .nonspacingMark, .enclosingMark: return true
    default: return false
    }
  }

  private static func partsNumbers(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (65...90).contains(scalar.value & 0xDF) }
    return scalar.properties.isAlphabetic
  }
}

/// The networks' ranges (ISO/IEC 7812 issuer numbers as the networks publish them), by the first
/// six digits, and the lengths of their numbers.
enum CardNetworks {
  static let lengths = 13...19

  private static let ranges: [(first: ClosedRange<Int>, lengths: [Int])] = [
    // Visa
    (400_000...499_999, [13, 16, 19]),
    // Mastercard
    (510_000...559_999, [16]), (222_100...272_099, [16]),
    // American Express
    (340_000...349_999, [15]), (370_000...379_999, [15]),
    // Carnet (Mexico)
    (286_900...286_999, [16]), (502_275...502_275, [16]), (506_199...506_499, [16]),
    (588_772...588_772, [16]), (604_622...604_622, [16]), (606_333...606_333, [16]),
    (636_318...636_318, [16]), (636_379...636_379, [16]), (639_388...639_388, [16]),
    (639_484...639_484, [16]), (639_559...639_559, [16]),
    // Maestro
    (501_800...501_899, [16, 18, 19]), (502_000...502_099, [16, 18, 19]),
    (503_800...503_899, [16, 18, 19]), (589_300...589_399, [16, 18, 19]),
    (630_400...630_499, [16, 18, 19]), (675_900...675_999, [16, 18, 19]),
    (676_100...676_399, [16, 18, 19]),
    // Diners Club
    (300_000...305_999, [14, 16, 19]), (309_500...309_599, [14, 16, 19]),
    (360_000...369_999, [14, 16, 19]), (380_000...399_999, [14, 16, 19]),
    // JCB
    (352_800...358_999, [16, 19]),
    // Discover
    (601_100...601_199, [16, 19]), (644_000...659_999, [16, 19]),
    // UnionPay
    (620_000...629_999, [16, 17, 18, 19]), (810_000...817_199, [16, 17, 18, 19]),
  ]

  /// The first four digits of American Express that are met in Mexico, and of its test numbers.
  static let usualAmericanExpress: Set<Int> = [
    3714, 3717, 3764, 3766, 3767, 3777, 3782, 3787,
  ]

  static func include(_ digits: ArraySlice<Int>) -> Bool {
    guard lengths.contains(digits.count) else { return false }
    let first = number(digits.prefix(6))
    let isIssued = ranges.contains { $0.first.contains(first) && $0.lengths.contains(digits.count) }
    return isIssued && hasCheckDigit(digits)
  }

  static func number(_ digits: ArraySlice<Int>) -> Int { digits.reduce(0) { $0 * 10 + $1 } }

  /// Luhn's (ISO/IEC 7812-1, annex B).
  private static func hasCheckDigit(_ digits: ArraySlice<Int>) -> Bool {
    var sum = 0
    var isDoubled = false
    for digit in digits.reversed() {
      let value = isDoubled ? digit * 2 : digit
      sum += value > 9 ? value - 9 : value
      isDoubled.toggle()
    }
    return sum.isMultiple(of: 10)
  }
}
