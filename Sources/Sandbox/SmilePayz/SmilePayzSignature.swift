internal import Crypto

/// SHA256withRSA over `X-TIMESTAMP|merchantSecret|minify(body)` for requests, and over
/// `tradeNo|X-TIMESTAMP` for callbacks (Providers/SmilePayz/README 1.3, 1.12).
enum SmilePayzSignature {
  static func verify(
    _ signature: String, timestamp: String, body: [UInt8], _ key: RSAPublicKey
  ) -> Bool {
    guard let bytes = Base64.decode(signature) else { return false }
    let head = "\(timestamp)|\(SandboxCredentials.smilepayzMerchantSecret)|"
    return key.verify(signature: bytes, message: Array(head.utf8) + minified(body))
  }

  static func make(tradeNo: String, timestamp: String, _ key: RSAPrivateKey) -> [UInt8] {
    key.sign(Array("\(tradeNo)|\(timestamp)".utf8))
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
