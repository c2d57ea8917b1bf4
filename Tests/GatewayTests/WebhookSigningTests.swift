import Crypto
import Foundation
import HTTPCalling
import JSONText
import Payins
import TestSupport
import Testing

@testable import Gateway

@Suite("webhooks: signing")
struct WebhookSigningTests {
  @Test("the published vectors of Standard Webhooks come out")
  func vectors() throws {
    let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    #expect(
      secret.signature(
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330,
        body: Array("{\"test\": 2432232314}".utf8))
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test("what the Standard Webhooks library for Python signed comes out the same")
  func library() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/standard-webhooks.jsonl").standardizedFileURL
    let vectors = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    try #require(vectors.count == 5)
    for line in vectors {
      let vector = try JSON(parsing: Array(line.utf8))
      let secret = try #require(WebhookSecret(vector["secret"]?.string ?? ""))
      let signature = secret.signature(
        id: vector["id"]?.string ?? "", timestamp: vector["timestamp"]?.int64 ?? 0,
        body: Array((vector["payload"]?.string ?? "").utf8))
      #expect(signature == vector["signature"]?.string, "\(line)")
    }
  }

  @Test(
    "a secret is whsec_ and Base64 of 24 to 64 bytes, nothing else",
    arguments: [
      ("whsec_" + String(repeating: "A", count: 32), true),
      ("whsec_" + String(repeating: "A", count: 84) + "AA==", true),
      ("whsec_" + String(repeating: "A", count: 28), false),
      ("whsec_" + String(repeating: "A", count: 88), false),
      (String(repeating: "A", count: 32), false),
      ("WHSEC_" + String(repeating: "A", count: 32), false),
      ("whsec_" + String(repeating: "-", count: 32), false),
      ("whsec_" + String(repeating: "A", count: 31), false),
      ("whsec_" + String(repeating: "A", count: 32) + "\n", false), ("whsec_", false), ("", false),
    ])
  func form(text: String, isSecret: Bool) {
    #expect((WebhookSecret(text) != nil) == isSecret)
    if isSecret { #expect(WebhookSecret(text)?.text.reveal() == text) }
  }

  @Test("a new secret has that form, and each is another")
  func made() {
    let entropy = SeededEntropy()
    let secrets = (0..<50).map { _ in WebhookSecret.make(entropy).text.reveal() }
    #expect(Set(secrets).count == 50)
    #expect(secrets.allSatisfy { WebhookSecret($0) != nil })
  }

  @Test("while a secret rotates both sign, the new one first; after a day only the new one")
  func rotation() async throws {
    let bench = WebhookBench([])
    let first = try await bench.made()
    var update = WebhookService.EndpointUpdate()
    update.rotatesSecret = true
    let second = try await bench.service.update(first.id, of: "shop", update)
    func signatures() async throws -> [String] {
      _ = try await bench.payin("order-\(bench.clock.now().seconds)")
      try await bench.deliver()
      let sent = try #require(bench.caller.taken().first)
      let id = sent.header("webhook-id") ?? ""
      let expected = [second.secret, first.secret].map {
        $0.signature(id: id, timestamp: bench.clock.now().seconds, body: sent.body)
      }
      let found = (sent.header("webhook-signature") ?? "").split(separator: " ").map(String.init)
      #expect(found == Array(expected.prefix(found.count)))
      return found
    }
    #expect(try await signatures().count == 2)
    bench.clock.advance(seconds: 86_399)
    #expect(try await signatures().count == 2)
    bench.clock.advance(seconds: 1)
    #expect(try await signatures().count == 1)
  }

  @Test(
    "an endpoint takes the events that its patterns name",
    arguments: [
      ("*", ["payin.pending", "store_payment.reversed"]), ("payin.*", ["payin.pending"]),
      ("payin.pending", ["payin.pending"]), ("store_payment.*", ["store_payment.reversed"]),
      ("payin.receipt", []),
    ])
  func patterns(text: String, taken: [String]) throws {
    #expect(WebhookEndpoint.patterns.contains(text))
    let endpoint = WebhookBench.endpoint("w1", events: [text])
    for type in ["payin.pending", "store_payment.reversed"] {
      #expect(endpoint.wants(type) == taken.contains(type))
    }
  }

  @Test(
    "a pattern that can never match is refused",
    arguments: ["", "payin", "payin.", "payin.paid", "*.*", "nonsense.*", "payin.**", " *"])
  func deadPatterns(text: String) {
    #expect(!WebhookEndpoint.patterns.contains(text))
  }
}
