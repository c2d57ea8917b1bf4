/// gzip (RFC 1952) as short as it can be done: its deflate blocks are stored, not compressed.
enum Gzip {
  private static let blockBytes = 65_535

  static func member(of bytes: [UInt8]) -> [UInt8] {
    // Method 8, no flags, no time, of an unknown system.
    var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
      let block = bytes[start..<min(start + blockBytes, bytes.count)]
      start = block.endIndex
      let length = UInt16(block.count)
      member.append(start == bytes.count ? 1 : 0)
      member += littleEndian(length) + littleEndian(~length) + block
    } while start < bytes.count
    return member + littleEndian(crc32(bytes))
      + littleEndian(UInt32(truncatingIfNeeded: bytes.count))
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
        crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1
      }
    }
  }
}
