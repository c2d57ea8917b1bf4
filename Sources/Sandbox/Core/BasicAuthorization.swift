internal import Crypto

/// HTTP Basic, as far as Openpay and Paynet use it.
enum BasicAuthorization {
  /// The value of `Authorization`.
  static func value(user: String, password: String = "") -> String {
    "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"
  }

  /// The same, for comparing in constant time.
  static func secret(user: String) -> Secret { Secret(value(user: user)) }
}
