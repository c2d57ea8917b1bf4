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
    let scheme = "Basic "
    guard header.prefix(scheme.count).lowercased() == scheme.lowercased() else { return false }
    return Secret(String(header.dropFirst(scheme.count))) == encoded
  }
}
