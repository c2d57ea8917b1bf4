import Testing

@testable import Crypto

@Suite("Random bytes")
struct SecureRandomTests {
  @Test("random bytes are as many as asked")
  func count() {
    for count in [1, 16, 1_000, 4_095, 4_096, 4_097, 100_000] {
      #expect(SecureRandom.bytes(count).count == count)
    }
    #expect(SecureRandom.bytes(0).isEmpty)
    #expect(SecureRandom.bytes(-1).isEmpty)
  }

  @Test("no two draws are equal, of lengths that leave a rest or not", arguments: [16, 24, 4_097])
  func distinct(count: Int) {
    let draws = count > 4_096 ? 100 : 100_000
    #expect(Set((0..<draws).map { _ in SecureRandom.bytes(count) }).count == draws)
  }

  @Test("draws on many threads at once are distinct, and share no piece")
  func concurrent() async {
    let pieces = await withTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<5_000).flatMap { _ in
            let bytes = SecureRandom.bytes(24)
            return [Array(bytes[..<8]), Array(bytes[8..<16]), Array(bytes[16...])]
          }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(pieces).count == 8 * 5_000 * 3)
  }

  @Test("what is given out is wiped from the reserve, and nothing else")
  func wiped() {
    var reserve = RandomReserve()
    #expect(reserve.take(16) != [UInt8](repeating: 0, count: 16))
    let rest = Array(reserve.bytes[16...])
    #expect(reserve.bytes[..<16].allSatisfy { $0 == 0 })
    #expect(!rest[..<16].allSatisfy { $0 == 0 })
    #expect(reserve.take(32) == Array(rest[..<32]))
    #expect(reserve.bytes[..<48].allSatisfy { $0 == 0 })
    #expect(Array(reserve.bytes[48...]) == Array(rest[32...]))
  }

  @Test("what is left and too short for a draw is given to nobody")
  func refilled() {
    var reserve = RandomReserve()
    _ = reserve.take(RandomReserve.byteCount - 8)
    let rest = Array(reserve.bytes.suffix(8))
    let next = reserve.take(16)
    #expect(Array(next[..<8]) != rest)
    #expect(Array(reserve.bytes.suffix(8)) != rest)
    #expect(reserve.bytes[..<16].allSatisfy { $0 == 0 })
  }

  @Test("a draw longer than the reserve leaves it as it is")
  func long() {
    var reserve = RandomReserve()
    _ = reserve.take(16)
    let before = reserve.bytes
    let long = reserve.take(RandomReserve.byteCount + 1)
    #expect(Set(long).count > 200)
    #expect(reserve.bytes == before)
  }
}
