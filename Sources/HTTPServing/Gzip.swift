/// gzip (RFC 1952) with the fixed codes of deflate (RFC 1951): for documents that are compressed
/// once and sent often.
public enum Gzip {
  private static let window = 32_768
  private static let longest = 258
  /// Earlier places with the same three bytes that are looked at.
  private static let tries = 64

  public static func member(of bytes: [UInt8]) -> [UInt8] {
    // Method 8, no flags, no time, of an unknown system.
    var out = BitWriter([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    out.write(0b011, bits: 3)  // the last block, with fixed codes
    deflate(bytes, to: &out)
    write(literal: 256, to: &out)
    return out.bytes + littleEndian(crc32(bytes))
      + littleEndian(UInt32(truncatingIfNeeded: bytes.count))
  }

  private static func deflate(_ bytes: [UInt8], to out: inout BitWriter) {
    var heads = [Int](repeating: -1, count: 1 << 15)
    var before = [Int](repeating: -1, count: bytes.count)
    var place = 0
    while place < bytes.count {
      let match = longestMatch(bytes, at: place, heads, before)
      if let match {
        write(length: match.length, to: &out)
        write(distance: match.distance, to: &out)
      } else {
        write(literal: Int(bytes[place]), to: &out)
      }
      let end = min(place + (match?.length ?? 1), bytes.count - 2)
      for passed in stride(from: place, to: end, by: 1) {
        let hash = hash(bytes, passed)
        before[passed] = heads[hash]
        heads[hash] = passed
      }
      place += match?.length ?? 1
    }
  }

  private static func hash(_ bytes: [UInt8], _ place: Int) -> Int {
    let word =
      UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2])
    return Int((word &* 0x9E37_79B1) >> 17)
  }

  private static func longestMatch(
    _ bytes: [UInt8], at place: Int, _ heads: [Int], _ before: [Int]
  ) -> (length: Int, distance: Int)? {
    let most = min(longest, bytes.count - place)
    guard most >= 3 else { return nil }
    var best = (length: 2, distance: 0)
    var candidate = heads[hash(bytes, place)]
    for _ in 0..<tries where candidate >= 0 && place - candidate <= window {
      var length = 0
      while length < most, bytes[candidate + length] == bytes[place + length] { length += 1 }
      if length > best.length { best = (length, place - candidate) }
      if best.length == most { break }
      candidate = before[candidate]
    }
    return best.length >= 3 ? best : nil
  }

  // MARK: The fixed codes (RFC 1951 section 3.2.6)

  private static func write(literal: Int, to out: inout BitWriter) {
    switch literal {
    case 0...143: out.write(code: 0x30 + literal, bits: 8)
    case 144...255: out.write(code: 0x190 + literal - 144, bits: 9)
    case 256...279: out.write(code: literal - 256, bits: 7)
    default: out.write(code: 0xC0 + literal - 280, bits: 8)
    }
  }

  private static func write(length: Int, to out: inout BitWriter) {
    guard length < longest else { return write(literal: 285, to: &out) }
    let (code, extra, bits) = place(of: length - 3, perPower: 4)
    write(literal: 257 + code, to: &out)
    out.write(extra, bits: bits)
  }

  private static func write(distance: Int, to out: inout BitWriter) {
    let (code, extra, bits) = place(of: distance - 1, perPower: 2)
    out.write(code: code, bits: 5)
    out.write(extra, bits: bits)
  }

  /// Lengths and distances alike: so many codes for each power of two, the rest as further bits.
  private static func place(
    of value: Int, perPower: Int
  ) -> (code: Int, extra: Int, bits: Int) {
    guard value >= 2 * perPower else { return (value, 0, 0) }
    let power = Int.bitWidth - 1 - value.leadingZeroBitCount
    let bits = power - perPower.trailingZeroBitCount
    let code = perPower * (bits + 1) + (value >> bits) - perPower
    return (code, value & (1 << bits - 1), bits)
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    stride(from: UInt32(0), to: 32, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
        crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1
      }
    }
  }
}

/// Bits into bytes, the lowest first.
private struct BitWriter {
  private var whole: [UInt8]
  private var pending: UInt32 = 0
  private var count = 0

  init(_ bytes: [UInt8]) { whole = bytes }

  /// The last byte filled up with zeros.
  var bytes: [UInt8] { count > 0 ? whole + [UInt8(truncatingIfNeeded: pending)] : whole }

  mutating func write(_ value: Int, bits: Int) {
    pending |= UInt32(value) << UInt32(count)
    count += bits
    while count >= 8 {
      whole.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      count -= 8
    }
  }

  /// A code's bits, the highest first.
  mutating func write(code: Int, bits: Int) {
    var reversed = 0
    for bit in 0..<bits where code >> bit & 1 == 1 { reversed |= 1 << (bits - 1 - bit) }
    write(reversed, bits: bits)
  }
}
