internal import Crypto

/// MD5 over the body as it stands and the API key, in hexadecimal (Providers/CashyPay/README 2.3).
enum CashyPaySignature {
  static func make(_ body: [UInt8]) -> String {
    Hex.encode(Digest.md5(body + Array(SandboxCredentials.cashypayAPIKey.utf8)))
  }

  /// In either case: the documentation's samples are in upper case, drivers send lower case.
  static func verify(_ sign: String, _ body: [UInt8]) -> Bool {
    ConstantTime.equal(sign.lowercased(), make(body))
  }
}
