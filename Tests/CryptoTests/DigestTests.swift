import Crypto
import Testing

@Suite("Digests and HMAC")
struct DigestTests {
  @Test("SHA-256 gives the published values")
  func sha256() {
    #expect(
      Hex.encode(Digest.sha256([]))
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      Hex.encode(Digest.sha256(Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("MD5 gives the published values")
  func md5() {
    #expect(Hex.encode(Digest.md5([])) == "d41d8cd98f00b204e9800998ecf8427e")
    #expect(Hex.encode(Digest.md5(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
  }

  @Test(
    "CashyPay's signature of a body is its MD5 with the key behind it (providers.md 2.3)",
    arguments: [
      (
        #"{"currency":"MXN","payType":69,"amount":152,"reusableStatus":false,"#
          + #""mchOrderNo":"DEMO0000000001","expireTime":3600,"#
          + #""notifyUrl":"https://gw.example.mx/hooks/cashypay","nonceStr":"n0001","#
          + #""remark":"pedido 1","realName":"Ana Prueba","phone":"+525500000000","#
          + #""email":"ana@example.mx"}"#,
        278, "665adadd961f5474469bb48f8ac6837a"
      ),
      (
        #"{"orderStatus":"SUCCESS","amount":152.0,"fee":1.0,"mchOrderNo":"DEMO0000000001","#
          + #""merchantId":"1000001","payDeskUrl":null,"orderNo":"PAYIN0000000000000001","#
          + #""payUrl":null,"patchOrderNo":"PAYIN0000000000000001","orderType":"API","#
          + #""completionTime":"2026-01-02 03:04:05","nonceStr":"n0002"}"#,
        284, "9488e0660f0df8641d0e49a763af0075"
      ),
    ])
  func cashyPay(body: String, count: Int, sign: String) {
    #expect(body.utf8.count == count)
    #expect(Hex.encode(Digest.md5(Array((body + "demo-api-key-0001").utf8))) == sign)
    #expect(Hex.encode(Digest.md5(Array((body + " demo-api-key-0001").utf8))) != sign)
  }

  @Test("HMAC-SHA256 gives the values of RFC 4231", arguments: RFC4231.cases)
  func hmac(_ example: RFC4231) {
    let code = HMAC.sha256(key: example.key, message: example.message)
    #expect(Hex.encode(code).hasPrefix(example.code))
    #expect(code.count == 32)
  }

  @Test("HMAC takes an empty key and an empty message")
  func emptyKey() {
    #expect(
      Hex.encode(HMAC.sha256(key: [], message: []))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }
}

struct RFC4231: Sendable {
  let key: [UInt8]
  let message: [UInt8]
  let code: String

  init(_ key: [UInt8], _ message: [UInt8], _ code: String) {
    (self.key, self.message, self.code) = (key, message, code)
  }

  static let cases: [RFC4231] = [
    RFC4231(
      many(0x0b, 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    RFC4231(
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    RFC4231(
      many(0xaa, 20), many(0xdd, 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    RFC4231(
      Array(1...25), many(0xcd, 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    RFC4231(
      many(0x0c, 20), Array("Test With Truncation".utf8), "a3b6167473100ee06e0c796c2955552b"),
    RFC4231(
      many(0xaa, 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    RFC4231(
      many(0xaa, 131),
      Array(
        ("This is a test using a larger than block-size key and a larger than block-size data. "
          + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
  ]

  private static func many(_ byte: UInt8, _ count: Int) -> [UInt8] {
    [UInt8](repeating: byte, count: count)
  }
}
