/// An RSA private key of 2048 bits or more, for RSASSA-PKCS1-v1_5 signatures with SHA-256.
/// Usable from many threads at once.
public struct RSAPrivateKey: Sendable, CustomStringConvertible {
  private let key: RSAKeyHandle

  /// - Parameter text: PEM (PKCS#8 or PKCS#1), or the one-line Base64 of PKCS#8 DER that SmilePayz
  ///   hands out (providers.md 1.3).
  /// - Throws: a ``RSAKeyError`` that says in one sentence what is wrong, never showing the key.
  public init(text: String) throws(RSAKeyError) {
    let der = try RSAKeyText.der(in: text, for: .privateKey)
    key = try RSAKeyHandle(der: der, part: .privateKey)
    // A damaged number inside would make signatures that nobody can verify.
    let probe = Array("probe".utf8)
    guard publicKey.verify(signature: sign(probe), message: probe) else {
      throw .inconsistent
    }
  }

  /// The half that verifies what this key signs.
  public var publicKey: RSAPublicKey { RSAPublicKey(key: key) }

  /// The signature over `message` (hashed here with SHA-256): as many bytes as the modulus has.
  /// Deterministic: the same message has the same signature.
  public func sign(_ message: [UInt8]) -> [UInt8] { key.sign(message) }

  public var description: String { "RSA private key, \(key.bits) bits" }
}
