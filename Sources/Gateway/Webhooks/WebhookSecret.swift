public import Crypto
import Payins

/// The key of an endpoint's signatures (Standard Webhooks): `whsec_` and the Base64 of 24 to 64
/// bytes.
public struct WebhookSecret: Equatable, Sendable {
  public let text: Secret
  private let key: [UInt8]

  /// Nil for a text of another form.
  public init?(_ text: String) {
    guard text.utf8.starts(with: "whsec_".utf8),
      let key = Base64.decode(String(Substring(text.utf8.dropFirst(6)))),
      (24...64).contains(key.count)
    else { return nil }
    self.text = Secret(text)
    self.key = key
  }

  static func make(_ entropy: any Entropy) -> WebhookSecret {
    // 32 random bytes always have the form.
    let bytes = entropy.bytes(32)
    return WebhookSecret(key: bytes, text: "whsec_" + Base64.encode(bytes))
  }

  private init(key: [UInt8], text: String) {
    self.key = key
    self.text = Secret(text)
  }

  /// `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`.
  func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let signed = Array("\(id).\(timestamp).".utf8) + body
    return "v1," + Base64.encode(HMAC.sha256(key: key, message: signed))
  }
}
