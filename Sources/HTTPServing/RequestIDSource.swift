/// Makes request ids: `req_` and 16 characters of Crockford's base 32, 80 random bits.
struct RequestIDSource {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
  private static let bytesPerID = 10
  /// Ids per call for random bytes: a call may be a system call.
  private static let batch = 64

  private let randomBytes: @Sendable (Int) -> [UInt8]
  private var pool: ArraySlice<UInt8> = []

  init(randomBytes: @escaping @Sendable (Int) -> [UInt8]) {
    self.randomBytes = randomBytes
  }

  mutating func next() -> String {
    if pool.count < Self.bytesPerID {
      pool = randomBytes(Self.bytesPerID * Self.batch)[...]
    }
    var text = Array("req_".utf8)
    text.reserveCapacity(20)
    for _ in 0..<2 {
      var bits = pool.prefix(5).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      pool = pool.dropFirst(5)
      for _ in 0..<8 {
        text.append(Self.alphabet[Int(bits >> 35 & 31)])
        bits <<= 5
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
