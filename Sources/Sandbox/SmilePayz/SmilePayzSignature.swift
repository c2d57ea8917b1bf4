internal import Crypto

/// SHA256withRSA over `X-TIMESTAMP|merchantSecret|minify(body)` for requests, and over
/// `tradeNo|X-TIMESTAMP` for callbacks (Providers/SmilePayz/README 1.3, 1.12).
enum SmilePayzSignature {
  /// The halves of the two key pairs that the platform holds.
  struct Keys: Sendable {
    let merchant: RSAPublicKey
    let platform: RSAPrivateKey

    init() throws(RSAKeyError) {
      merchant = try RSAPublicKey(text: SandboxCredentials.smilepayzMerchantPublicKey)
      platform = try RSAPrivateKey(text: SandboxCredentials.smilepayzPlatformPrivateKey)
    }
  }

  /// A sandbox does not start without them.
  static let keys = Result { () throws(RSAKeyError) in try Keys() }

  static func verify(_ signature: String, timestamp: String, body: [UInt8]) -> Bool {
    guard let bytes = Base64.decode(signature), let key = try? keys.get().merchant else {
      return false
    }
    let head = "\(timestamp)|\(SandboxCredentials.smilepayzMerchantSecret)|"
    return key.verify(signature: bytes, message: Array(head.utf8) + minified(body))
  }

  static func make(tradeNo: String, timestamp: String) -> [UInt8] {
    (try? keys.get().platform.sign(Array("\(tradeNo)|\(timestamp)".utf8))) ?? []
  }

  /// Without white space outside strings; escapes and order stay as they are.
  static func minified(_ json: [UInt8]) -> [UInt8] {
    var isInString = false
    var isEscaped = false
    return json.filter { byte in
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        return true
      }
      if byte == UInt8(ascii: "\"") { isInString = true }
      return ![0x20, 0x09, 0x0A, 0x0D].contains(byte)
    }
  }
}
