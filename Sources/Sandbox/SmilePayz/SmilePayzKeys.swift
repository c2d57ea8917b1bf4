internal import Crypto

/// The halves of the two key pairs that the platform holds.
struct SmilePayzKeys: Sendable {
  let merchant: RSAPublicKey
  let platform: RSAPrivateKey

  init() throws(RSAKeyError) {
    merchant = try RSAPublicKey(text: SandboxCredentials.smilepayzMerchantPublicKey)
    platform = try RSAPrivateKey(text: SandboxCredentials.smilepayzPlatformPrivateKey)
  }
}
