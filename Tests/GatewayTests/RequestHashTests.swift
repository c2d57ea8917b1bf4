import Crypto
import JSONText
import MemoryStorage
import Storage
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
    await #expect(throws: OperationRefusal.keyReused) {
      _ = try await bench.service.replay(merchant: "shop", key: "order-1", requestHash: other)
    }
  }

  @Test("the value is what is kept, keyed; what an earlier release kept unkeyed is known, too")
  func value() {
    let store = MemoryDatabase()
    let object: JSONObject = ["amount": 15_000, "b": "c"]
    let kept = RequestHash(object, bytes: body).kept(in: store)
    let plain = Digest.sha256(JSON.object(object).canonicalBytes)
    #expect(kept != plain && !kept.suffix(32).elementsEqual(plain))
    let turned = RequestHash(["b": "c", "amount": 15_000], bytes: [])
    let other = RequestHash(["amount": 15_001, "b": "c"], bytes: body)
    for stored in [kept, plain] {
      #expect(turned.isSame(as: stored, in: store))
      #expect(!other.isSame(as: stored, in: store))
    }
    #expect(other.isSame(as: Digest.sha256(body), in: store))
  }
}
