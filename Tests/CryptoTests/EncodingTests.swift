import Crypto
import Testing

@Suite("Hex, Base64, comparison and randomness")
struct EncodingTests {
  @Test("hex is written in the asked case and read in both")
  func hex() {
    #expect(Hex.encode([0x00, 0xaf, 0xff]) == "00afff")
    #expect(Hex.encode([0x00, 0xaf, 0xff], .upper) == "00AFFF")
    #expect(Hex.decode("00aFFf") == [0x00, 0xaf, 0xff])
    #expect(Hex.decode("") == [])
  }

  @Test("anything but pairs of hex digits is refused", arguments: ["a", "0g", "0x00", " 00", "é0"])
  func badHex(text: String) {
    #expect(Hex.decode(text) == nil)
  }

  @Test(
    "Base64 gives the values of RFC 4648",
    arguments: [
      ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
      ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"),
      ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
    ])
  func base64(text: String, standard: String, url: String) {
    #expect(Base64.encode(Array(text.utf8)) == standard)
    #expect(Base64.decode(standard) == Array(text.utf8))
    #expect(Base64.encodeURL(Array(text.utf8)) == url)
  }

  @Test("the two alphabets differ in their last two characters, and only the standard one is read")
  func alphabets() {
    #expect(Base64.encode([0xfb, 0xff, 0xfe]) == "+//+")
    #expect(Base64.encodeURL([0xfb, 0xff, 0xfe]) == "-__-")
    #expect(Base64.decode("-__-") == nil)
    #expect(Base64.decode("+//+") == [0xfb, 0xff, 0xfe])
  }

  @Test(
    "garbage is not Base64",
    arguments: [
      "Zg", "Zg=", "Zg===", "Z", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v=", "====",
      "Zg==Zg==", "Zm9é", "Zm\u{0}v",
    ])
  func badBase64(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test("comparison tells equal from unequal, whatever the lengths")
  func comparison() {
    #expect(ConstantTime.equal([], []))
    #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3]))
    #expect(!ConstantTime.equal([1, 2, 3], [1, 2, 4]))
    #expect(!ConstantTime.equal([1, 2, 3], [1, 2]))
    #expect(!ConstantTime.equal([], [0]))
    let digest = [UInt8](0..<32)
    for place in digest.indices {
      var other = digest
      other[place] ^= 1
      #expect(!ConstantTime.equal(digest, other))
    }
    #expect(ConstantTime.equal("señal", "señal"))
    #expect(!ConstantTime.equal("e\u{301}", "\u{e9}"))
  }
}
