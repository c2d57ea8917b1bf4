import Crypto

/// Digests under a random key that the store made for itself: whoever has the rows but not the key
/// cannot try which request or e-mail address makes one.
package struct Fingerprints: Sendable {
  package static let byteCount = 32

  let key: [UInt8]

  package init(key: [UInt8]) { self.key = key }

  func of(_ message: [UInt8]) -> [UInt8] { HMAC.sha256(key: key, message: message) }

  /// As it is told from what is not keyed.
  package func marked(_ message: [UInt8]) -> [UInt8] { [1] + of(message) }

  /// Earlier releases kept plain SHA-256 digests of requests: such a digest, keyed, with a 1 before
  /// it. One that is keyed stays as it is.
  func keyed(_ digest: [UInt8]) -> [UInt8] {
    digest.count == Self.byteCount ? marked(digest) : digest
  }

  /// Of an e-mail address as one of that merchant's payers has it, however it is spelt; two
  /// merchants' are not to be told the same. Nil where there is none.
  package func email(_ address: String?, merchant: String) -> [UInt8]? {
    guard let address else { return nil }
    // In visible ASCII, as nearly all are, there is no space.
    let isPlain = address.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    let text = (isPlain ? address : Self.trimmed(address)).lowercased()
    return text.isEmpty ? nil : of(Array("email/\(merchant)/\(text)".utf8))
  }

  private static func trimmed(_ address: String) -> String {
    let isSpace: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
    let scalars = address.unicodeScalars.drop(while: isSpace).reversed().drop(while: isSpace)
    return String(String.UnicodeScalarView(scalars.reversed()))
  }
}

/// What a store needs to write and read what it seals.
struct Sealing: Sendable {
  var keys: DataKeys
  var fingerprints: Fingerprints

  func seal(_ plain: [UInt8], _ kind: PayinSecret, of payin: String) -> SealedContent {
    SealedContent(plain, at: kind.place(of: payin), under: keys)
  }

  func open(
    _ stored: [UInt8]?, _ kind: PayinSecret, of payin: String
  ) throws(RowFault) -> [UInt8]? {
    guard let stored else { return nil }
    let place = kind.place(of: payin)
    return try SealedContent(stored: stored, at: place).open(at: place, under: keys)
  }
}
