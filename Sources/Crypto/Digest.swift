internal import COpenSSL

/// Message digests.
public enum Digest {
  /// SHA-256, 32 bytes.
  public static func sha256(_ message: [UInt8]) -> [UInt8] {
    DigestAlgorithm.sha256.digest(message)
  }

  /// MD5, 16 bytes. Broken as a hash: only for the provider that demands it
  /// (CashyPay, providers.md 2.3). Available on FIPS hosts too.
  public static func md5(_ message: [UInt8]) -> [UInt8] {
    DigestAlgorithm.md5.digest(message)
  }
}

/// A digest fetched once from libcrypto and kept for the life of the process.
@safe struct DigestAlgorithm: @unchecked Sendable {  // libcrypto never changes a fetched EVP_MD
  static let sha256 = unsafe DigestAlgorithm("SHA256")
  /// Fetched with "-fips", since a FIPS host's default properties would hide it.
  static let md5 = unsafe DigestAlgorithm("MD5", properties: "-fips", context: OSSL_LIB_CTX_new())

  let pointer: OpaquePointer

  private init(_ name: String, properties: String? = nil, context: OpaquePointer? = nil) {
    // The names are the two above, built into libcrypto: nothing from outside gets here.
    guard let fetched = unsafe EVP_MD_fetch(context, name, properties) else {
      preconditionFailure("this libcrypto has no \(name)")
    }
    unsafe pointer = fetched
  }

  func digest(_ message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(unsafe EVP_MD_get_size(pointer)))
    let done = unsafe EVP_Digest(message, message.count, &digest, nil, pointer, nil)
    precondition(done == 1, "libcrypto is out of memory")
    return digest
  }
}

/// Keyed message authentication, RFC 2104.
public enum HMAC {
  /// HMAC-SHA256, 32 bytes. Keys of any length are taken, an empty one too.
  public static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    let done = unsafe COpenSSL.HMAC(
      DigestAlgorithm.sha256.pointer, key, Int32(clamping: key.count), message, message.count,
      &code, nil)
    unsafe precondition(done != nil, "libcrypto is out of memory")
    return code
  }
}
