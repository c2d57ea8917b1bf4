internal import COpenSSL
internal import Synchronization

/// Random bytes fit for keys and tokens.
public enum SecureRandom {
  /// For the whole process, which never forks: a child would give out its parent's bytes again.
  private static let reserve = Mutex(RandomReserve())

  /// - Parameter count: bytes wanted; none for zero or less.
  public static func bytes(_ count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    return reserve.withLock { $0.take(count) }
  }
}

/// Random bytes drawn ahead, since each draw costs locks and perhaps a system call, however short
/// it is. Each byte is given out once, and wiped here as it is given.
struct RandomReserve {
  static let byteCount = 4_096

  private(set) var bytes = [UInt8](repeating: 0, count: byteCount)
  /// Before it everything is given out.
  private var start = byteCount

  mutating func take(_ count: Int) -> [UInt8] {
    guard count <= Self.byteCount else {
      var long = [UInt8](repeating: 0, count: count)
      Self.fill(&long)
      return long
    }
    if count > Self.byteCount - start {
      Self.fill(&bytes)
      start = 0
    }
    let given = start..<(start + count)
    start = given.upperBound
    // Copied and wiped in one hold of the buffer: no copy of it is made that keeps them.
    return unsafe bytes.withUnsafeMutableBytes { all in
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: all[given])
      defer { unsafe OPENSSL_cleanse(part.baseAddress, count) }
      return unsafe [UInt8](part)
    }
  }

  private static func fill(_ bytes: inout [UInt8]) {
    let count = bytes.count
    // A machine without randomness must not hand out guessable tokens.
    precondition(unsafe RAND_priv_bytes_ex(nil, &bytes, count, 0) == 1, "no secure randomness")
  }
}
