import Crypto

/// HTTP Basic, RFC 7617: the value of an `Authorization` header.
struct BasicCredentials: Sendable {
  private let encoded: Secret

  init(user: String, password: String) {
    encoded = Secret(Base64.encode(Array("\(user):\(password)".utf8)))
  }

  var header: String { "Basic \(encoded.reveal())" }

  /// Constant-time; the scheme's name is case-insensitive.
  func matches(_ header: String) -> Bool {
    let given = header.utf8
    // The cases of a letter differ in one bit.
    guard given.prefix(5).elementsEqual("basic".utf8, by: { $0 | 0x20 == $1 }),
      given.dropFirst(5).first == UInt8(ascii: " ")
    else { return false }
    return Secret(String(Substring(given.dropFirst(6)))) == encoded
  }
}
