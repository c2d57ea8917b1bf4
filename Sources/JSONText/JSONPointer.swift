/// JSON pointers as text (RFC 6901).
public enum JSONPointer {
  /// The pointer to a member of the object at `pointer`.
  public static func appending(_ key: String, to pointer: String) -> String {
    "\(pointer)/\(escaped(key))"
  }

  /// The pointer to an item (from 0) of the array at `pointer`.
  public static func appending(_ index: Int, to pointer: String) -> String {
    "\(pointer)/\(index)"
  }

  /// A key as reference token: `~` is written `~0`, `/` is written `~1`.
  public static func escaped(_ key: String) -> String {
    guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
      return key
    }
    var result = ""
    for scalar in key.unicodeScalars {
      switch scalar {
      case "~": result += "~0"
      case "/": result += "~1"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The decoded reference tokens of a pointer; nil when it is malformed.
  public static func tokens(_ pointer: String) -> [String]? {
    if pointer.isEmpty { return [] }
    guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
    var tokens: [String] = []
    var token = String.UnicodeScalarView()
    var afterTilde = false
    for scalar in pointer.unicodeScalars.dropFirst() {
      switch (afterTilde, scalar) {
      case (true, "0"): token.append("~")
      case (true, "1"): token.append("/")
      case (true, _): return nil
      case (false, "/"):
        tokens.append(String(token))
        token = String.UnicodeScalarView()
      case (false, "~"): break
      case (false, _): token.append(scalar)
      }
      afterTilde = !afterTilde && scalar == "~"
    }
    if afterTilde { return nil }
    tokens.append(String(token))
    return tokens
  }

  /// An array index token: decimal digits without leading zeros.
  static func index(_ token: String) -> Int? {
    guard token.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      token == "0" || token.utf8.first != 0x30
    else { return nil }
    return Int(token)
  }
}
