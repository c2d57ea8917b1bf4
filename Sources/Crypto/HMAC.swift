internal import COpenSSL

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
