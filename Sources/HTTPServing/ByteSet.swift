/// A set of bytes, asked in a few instructions.
struct ByteSet: Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init(_ members: some Sequence<UInt8>) {
    for byte in members { insert(byte) }
  }

  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word >> UInt64(byte & 63) & 1 == 1
  }

  func containsAll(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy(contains) }

  private mutating func insert(_ byte: UInt8) {
    let bit = UInt64(1) << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }
}

extension ByteSet {
  private static let alphanumerics =
    Array(UInt8(ascii: "0")...UInt8(ascii: "9")) + Array(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
  private static let unreserved = alphanumerics + Array("-._~".utf8)
  private static let subDelimiters = Array("!$&'()*+,;=".utf8)

  /// RFC 9110 section 5.6.2: methods and field names.
  static let token = ByteSet(alphanumerics + Array("!#$%&'*+-.^_`|~".utf8))
  /// RFC 9110 section 5.5: visible characters, space, tab and what lies beyond ASCII.
  static let fieldValue = ByteSet([0x09] + Array(0x20...0x7E) + Array(0x80...0xFF))
  /// RFC 3986 section 3.3: a path, its percent signs to be looked at apart.
  static let path = ByteSet(unreserved + subDelimiters + Array(":@/%".utf8))
  /// RFC 3986 section 3.4: a query, its percent signs to be looked at apart; and the brackets,
  /// which browsers, curl and Python's requests send as they are.
  static let query = ByteSet(unreserved + subDelimiters + Array(":@/?%[]".utf8))
  /// RFC 3986 section 3.2.2: a host name, its percent signs to be looked at apart.
  static let registeredName = ByteSet(unreserved + subDelimiters + Array("%".utf8))
  /// What stands between the brackets of an IPv6 host.
  static let addressLiteral = ByteSet(Array("0123456789ABCDEFabcdef:.".utf8))
}
