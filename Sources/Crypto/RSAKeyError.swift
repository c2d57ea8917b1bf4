/// Why a text is not a key that can be used. Prints as one sentence for the operator, which never
/// shows any of the text.
public enum RSAKeyError: Error, Equatable, CustomStringConvertible {
  case empty
  case notBase64
  case severalBlocks
  case encrypted
  case wrongHalf(expected: RSAKeyPart)
  case otherContent
  case unreadable
  case notRSA
  case tooShort(bits: Int)
  case inconsistent

  public var description: String {
    switch self {
    case .empty:
      "the key is empty"
    case .notBase64:
      "the key is neither PEM nor Base64"
    case .severalBlocks:
      "the text holds more than one PEM block; give the key alone"
    case .encrypted:
      "the key is protected by a passphrase; give it decrypted (openssl pkey)"
    case .wrongHalf(.privateKey):
      "this is a public key where the private key is needed"
    case .wrongHalf(.publicKey):
      "this is a private key where the public key is needed"
    case .otherContent:
      "the PEM block is not a key (a certificate or a request, perhaps)"
    case .unreadable:
      "the key is damaged or cut short: its inner structure cannot be read"
    case .notRSA:
      "the key is not an RSA key"
    case .tooShort(let bits):
      "the key has \(bits) bits, which is too weak; at least 2048 are needed"
    case .inconsistent:
      "the key is damaged: its numbers do not belong together"
    }
  }
}

/// The half of a key pair.
public enum RSAKeyPart: Sendable, Equatable {
  case privateKey, publicKey
}
