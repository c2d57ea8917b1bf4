/// An RSA public key of 2048 bits or more, for RSASSA-PKCS1-v1_5 signatures with SHA-256.
/// Usable from many threads at once.
public struct RSAPublicKey: Sendable, CustomStringConvertible {
  private let key: RSAKeyHandle

  init(key: RSAKeyHandle) {
    self.key = key
  }

  /// - Parameter text: PEM (SubjectPublicKeyInfo or PKCS#1), or the one-line Base64 of
  ///   SubjectPublicKeyInfo DER that SmilePayz hands out (providers.md 1.3).
  /// - Throws: a ``RSAKeyError`` that says in one sentence what is wrong.
  public init(text: String) throws(RSAKeyError) {
    let der = try RSAKeyText.der(in: text, for: .publicKey)
    key = try RSAKeyHandle(der: der, part: .publicKey)
  }

  /// Whether `signature` was made over `message` (hashed here with SHA-256) by the private half.
  /// False for a signature of any wrong form or length.
  public func verify(signature: [UInt8], message: [UInt8]) -> Bool {
    key.verify(signature: signature, message: message)
  }

  public var description: String { "RSA public key, \(key.bits) bits" }
}
