/// A number over what a row says, kept beside it: a row that was changed behind the gateway's back
/// is noticed. It tells accidents, not forgers.
struct Checksum: Sendable {
  private var hash: UInt64 = 0

  /// As a column keeps it.
  var value: Int64 { Int64(bitPattern: hash) }

  /// Each part is the next one's seed and counts its own length, so that no two rows with the same
  /// bytes in other parts are alike.
  mutating func add(_ bytes: [UInt8]) { hash = XXH64.hash(bytes, seed: hash) }

  mutating func add(_ text: String) {
    var text = text
    hash = text.withUTF8 { bytes in
      unsafe XXH64.hash(UnsafeRawBufferPointer(bytes), seed: hash)
    }
  }

  mutating func add(_ number: Int64) {
    hash = unsafe withUnsafeBytes(of: number.littleEndian) { bytes in
      unsafe XXH64.hash(bytes, seed: hash)
    }
  }

  mutating func add(_ number: Int) { add(Int64(number)) }

  /// Nothing is not the same as an empty text.
  mutating func add(_ bytes: [UInt8]?) {
    add(bytes == nil ? 0 : 1)
    if let bytes { add(bytes) }
  }

  mutating func add(_ text: String?) {
    add(text == nil ? 0 : 1)
    if let text { add(text) }
  }
}

/// XXH64, as its specification has it (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): eight bytes
/// a step in four lanes.
enum XXH64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  static func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
    unsafe bytes.withUnsafeBytes { bytes in unsafe hash(bytes, seed: seed) }
  }

  static func hash(_ input: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    let count = input.count
    var offset = 0
    var hash = seed &+ prime5
    if count >= 32 {
      var first = seed &+ prime1 &+ prime2
      var second = seed &+ prime2
      var third = seed
      var fourth = seed &- prime1
      while offset + 32 <= count {
        first = unsafe round(first, word(input, offset))
        second = unsafe round(second, word(input, offset + 8))
        third = unsafe round(third, word(input, offset + 16))
        fourth = unsafe round(fourth, word(input, offset + 24))
        offset += 32
      }
      hash = turn(first, 1) &+ turn(second, 7) &+ turn(third, 12) &+ turn(fourth, 18)
      for lane in [first, second, third, fourth] {
        hash = (hash ^ round(0, lane)) &* prime1 &+ prime4
      }
    }
    hash &+= UInt64(count)
    while offset + 8 <= count {
      hash = unsafe turn(hash ^ round(0, word(input, offset)), 27) &* prime1 &+ prime4
      offset += 8
    }
    if offset + 4 <= count {
      let half = unsafe input.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      hash = turn(hash ^ (UInt64(UInt32(littleEndian: half)) &* prime1), 23) &* prime2 &+ prime3
      offset += 4
    }
    while offset < count {
      hash = unsafe turn(hash ^ (UInt64(input[offset]) &* prime5), 11) &* prime1
      offset += 1
    }
    hash = (hash ^ (hash >> 33)) &* prime2
    hash = (hash ^ (hash >> 29)) &* prime3
    return hash ^ (hash >> 32)
  }

  @inline(__always)
  private static func word(_ input: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: unsafe input.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    turn(lane &+ word &* prime2, 31) &* prime1
  }

  @inline(__always)
  private static func turn(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    (value &<< bits) | (value &>> (64 - bits))
  }
}
