internal import COpenSSL

/// Comparison whose duration does not tell where two values differ.
public enum ConstantTime {
  /// Whether both hold the same bytes. Different lengths differ at once: a length is no secret.
  public static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    return unsafe CRYPTO_memcmp(one, other, one.count) == 0
  }

  /// Whether both hold the same UTF-8 bytes (not merely canonically equivalent characters).
  public static func equal(_ one: String, _ other: String) -> Bool {
    equal(Array(one.utf8), Array(other.utf8))
  }
}
