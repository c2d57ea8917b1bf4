import Testing

@testable import Crypto

@Suite("Sealed boxes")
struct SealedBoxTests {
  private let key = DataKey.make()
  private let bound = Array("payin_1/payer".utf8)

  @Test("AES-256-GCM gives the vectors of McGrew and Viega, and opens them")
  func vectors() throws {
    // "The Galois/Counter Mode of Operation", test case 16.
    let key = try #require(
      Hex.decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    let nonce = try #require(Hex.decode("cafebabefacedbaddecaf888"))
    let plain = try #require(
      Hex.decode(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
          + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"))
    let bound = try #require(Hex.decode("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    let sealed = AuthenticatedCipher.seal(plain, key: key, nonce: nonce, bound: bound)
    #expect(
      Hex.encode(sealed)
        == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        + "76fc6ece0f4e1768cddf8853bb2d551b")
    #expect(
      AuthenticatedCipher.open(sealed, key: key, nonce: nonce, bound: bound) == plain)
  }

  @Test("What was sealed is opened again, an empty text too", arguments: [0, 1, 31, 4096])
  func opened(count: Int) {
    let plain = [UInt8](repeating: 7, count: count)
    let box = SealedBox(sealing: plain, under: key, bound: bound)
    #expect(SealedBox(bytes: box.bytes)?.open(under: key, bound: bound) == plain)
    #expect(box.bytes.count == 97 + count)
  }

  @Test("Equal data is sealed otherwise each time")
  func fresh() {
    let boxes = (0..<2).map { _ in SealedBox(sealing: [1, 2, 3], under: key, bound: bound) }
    #expect(boxes[0].bytes.dropFirst(9) != boxes[1].bytes.dropFirst(9))
  }

  @Test("No byte of a box can be changed, and it opens as nothing else, under no other key")
  func forged() throws {
    let box = SealedBox(sealing: Array("Ana".utf8), under: key, bound: bound)
    for place in box.bytes.indices {
      var bytes = box.bytes
      bytes[place] ^= 1
      #expect(SealedBox(bytes: bytes)?.open(under: key, bound: bound) == nil)
    }
    #expect(box.open(under: key, bound: Array("payin_2/payer".utf8)) == nil)
    #expect(box.open(under: .make(), bound: bound) == nil)
    for count in 0..<box.bytes.count {
      #expect(
        SealedBox(bytes: Array(box.bytes.prefix(count)))?.open(under: key, bound: bound) == nil)
    }
  }

  @Test("Under another key it is the same data, and the first key opens it no longer")
  func resealed() throws {
    let box = SealedBox(sealing: Array("Ana".utf8), under: key, bound: bound)
    let new = DataKey.make()
    let again = try #require(box.resealed(from: key, to: new, bound: bound))
    #expect(again.open(under: new, bound: bound) == Array("Ana".utf8))
    #expect(again.open(under: key, bound: bound) == nil)
    #expect(again.keyID == new.id)
    #expect(box.resealed(from: new, to: key, bound: bound) == nil)
  }

  @Test("A data key is the Base64 of 32 bytes, and prints as nothing")
  func keys() throws {
    let text = key.text.reveal()
    #expect(DataKey(text: text) == key)
    #expect(DataKey(text: text)?.id == key.id)
    #expect(DataKey(text: Base64.encode([1, 2, 3])) == nil)
    #expect(DataKey(text: text + " ") == nil)
    #expect("\(key) \(String(reflecting: key))" == "‹redacted› ‹redacted›")
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!dumped.contains(text))
  }
}
