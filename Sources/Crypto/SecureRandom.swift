internal import COpenSSL

/// Random bytes fit for keys and tokens.
public enum SecureRandom {
  /// - Parameter count: bytes wanted; none for zero or less.
  public static func bytes(_ count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    // A machine without randomness must not hand out guessable tokens.
    precondition(unsafe RAND_priv_bytes_ex(nil, &bytes, count, 0) == 1, "no secure randomness")
    return bytes
  }
}
