import Crypto
public import JSONText

/// What tells one request's body from another's, for repeats with the same key.
public struct RequestHash: Sendable {
  /// SHA-256 of the body as a JSON value, however it was spelt; what is stored.
  let value: [UInt8]
  /// SHA-256 of the bytes as received, which earlier releases stored.
  private let bytes: [UInt8]?

  public init(_ object: JSONObject, bytes: [UInt8]) {
    value = Digest.sha256(JSON.object(object).canonicalBytes)
    self.bytes = Digest.sha256(bytes)
  }

  init(value: [UInt8]) {
    self.value = value
    bytes = nil
  }

  /// Whether the request stored so was the same.
  func isSame(as stored: [UInt8]) -> Bool { stored == value || stored == bytes }
}
