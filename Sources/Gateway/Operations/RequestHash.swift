import Crypto
public import JSONText
import Storage

/// What tells one request's body from another's, for repeats with the same key.
public struct RequestHash: Sendable {
  /// SHA-256 of the body as a JSON value, however it was spelt.
  private let value: [UInt8]
  /// The bytes as received, whose SHA-256 earlier releases stored.
  private let bytes: [UInt8]?

  public init(_ object: JSONObject, bytes: [UInt8]) {
    value = Digest.sha256(JSON.object(object).canonicalBytes)
    self.bytes = bytes
  }

  init(value: [UInt8]) {
    self.value = value
    bytes = nil
  }

  /// As it is kept: keyed, since a payer's data could be guessed from the digest alone.
  func kept(in store: any Database) -> [UInt8] { store.fingerprint(value) }

  /// Whether the request stored so was the same. Earlier releases stored plain digests, which the
  /// store keys in time.
  func isSame(as stored: [UInt8], in store: any Database) -> Bool {
    [value, bytes.map(Digest.sha256)].compactMap { $0 }.contains {
      stored == $0 || stored == store.fingerprint($0)
    }
  }
}
