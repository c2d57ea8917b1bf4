import Testing

@testable import Storage

@Suite("checksums")
struct ChecksumTests {
  @Test(
    "XXH64 has the values of its reference",
    arguments: [
      ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
      ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
    ] as [(String, UInt64)])
  func reference(text: String, value: UInt64) {
    #expect(XXH64.hash(Array(text.utf8)) == value)
  }

  @Test("every byte of every length counts, and so does the seed")
  func everyByte() {
    var seen: Set<UInt64> = []
    for length in 0..<100 {
      var bytes = (0..<length).map { UInt8($0) }
      #expect(seen.insert(XXH64.hash(bytes)).inserted)
      for place in bytes.indices {
        bytes[place] ^= 1
        #expect(seen.insert(XXH64.hash(bytes)).inserted)
        bytes[place] ^= 1
      }
      #expect(seen.insert(XXH64.hash(bytes, seed: 1)).inserted)
    }
  }

  @Test("parts are not alike where they are cut otherwise, or where one is missing")
  func parts() {
    func sum(_ parts: String?...) -> Int64 {
      var sum = Checksum()
      for part in parts { sum.add(part) }
      return sum.value
    }
    let sums: Set = [
      sum("ab", "c"), sum("a", "bc"), sum("abc", ""), sum("", "abc"), sum("abc", nil), sum("abc"),
    ]
    #expect(sums.count == 6)
  }
}
