import Crypto
import JSONText
import Testing

@testable import Gateway

@Suite("what a repeat is known by")
struct RequestHashTests {
  private let body = Array(#"{ "amount": 15000 }"#.utf8)

  @Test("a key that an earlier release kept by the body's bytes is known by them")
  func earlier() async throws {
    let bench = try PayinBench()
    let kept = Digest.sha256(body)
    let made = try await bench.create("order-1", hash: kept)
    let hash = RequestHash(["amount": 15_000], bytes: body)
    let again = try await bench.service.replay(
      merchant: "shop", key: "order-1", requestHash: hash)
    #expect(again?.id == made.id && again?.body == made.body)
    let other = RequestHash(["amount": 15_000], bytes: body + [0x20])
    await #expect(throws: PayinRefusal.self) {
      _ = try await bench.service.replay(merchant: "shop", key: "order-1", requestHash: other)
    }
  }

  @Test("the value is what is kept")
  func value() {
    let hash = RequestHash(["amount": 15_000, "b": "c"], bytes: body)
    let turned = RequestHash(["b": "c", "amount": 15_000], bytes: [])
    #expect(turned.isSame(as: hash.value))
    #expect(!RequestHash(["amount": 15_001, "b": "c"], bytes: body).isSame(as: hash.value))
  }
}
