import Foundation
import HTTPCalling
import JSONText
import Payins
import TestSupport
import Testing

@testable import pasarela

/// What the answer to a creation promises beyond its body.
@Suite("creations")
struct CreationTests {
  @Test("what was made stands under Location, in the repeat's answer too")
  func locations() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    for (path, body) in [
      ("/v1/payins", ServeTests.payin("place", method: "spei")),
      ("/v1/store_payments", CounterPaymentTests.payment("1")),
      ("/v1/webhook_endpoints", ["url": "https://shop.example/hooks"]),
    ] {
      let made = try await client.post(path, body, idempotencyKey: "place")
      #expect(made.status == 201)
      let id = made.json["id"]?.string ?? ""
      #expect(made.header("Location") == "\(path)/\(id)")
      #expect(try await client.get("\(path)/\(id)").json["id"]?.string == id)
      guard path != "/v1/webhook_endpoints" else { continue }
      let again = try await client.post(path, body, idempotencyKey: "place")
      #expect(again.header("Location") == made.header("Location"))
    }
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("keys of metadata are their bytes: equivalent ones are two, the same one twice is refused")
  func metadata() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    var body = ServeTests.payin("exact", method: "spei").object ?? [:]
    body["metadata"] = .object(JSONObject([("\u{E9}", "1"), ("e\u{301}", "2")]))
    let made = try await client.post("/v1/payins", .object(body), idempotencyKey: "exact")
    #expect(made.status == 201 && made.json["metadata"] == body["metadata"])
    let id = made.json["id"]?.string ?? ""
    #expect(try await client.get("/v1/payins/\(id)").json["metadata"] == body["metadata"])
    body["merchant_reference"] = "twice"
    let once = JSON.object(body).text
    let twice = once.replacingOccurrences(of: "e\u{301}", with: "\u{E9}", options: .literal)
    let refused = try await client.call(
      "POST", "/v1/payins", Array(twice.utf8),
      [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Idempotency-Key", "twice")])
    #expect(refused.status == 400 && refused.pointers == ["/metadata/\u{E9}"])
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("a repeat that was encoded anew is the same call; another value is not")
  func encodedAnew() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let till = CounterPaymentTests.payment("7").object ?? [:]
    for (path, body) in [
      ("/v1/payins", ServeTests.payin("anew", method: "spei").object ?? [:]),
      ("/v1/store_payments", till),
    ] {
      func post(_ text: String) async throws -> Client.Answer {
        try await client.call(
          "POST", path, Array(text.utf8),
          [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Idempotency-Key", "anew")])
      }
      let first = try await post(JSON.object(body).text)
      #expect(first.status == 201)
      let turned = JSONObject(body.members.reversed().map { ($0.key, $0.value) })
      let spaced = JSON.object(turned).text.replacingOccurrences(of: ",\"", with: " ,\n\t\"")
      let again = try await post(spaced)
      #expect(again.status == 201 && again.body == first.body)
      #expect(again.header("Idempotent-Replayed") == "true")
      var other = turned
      other["amount"] = 15_001
      #expect(try await post(JSON.object(other).text).code == "idempotency_key_reused")
    }
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("metadata keeps line breaks and tabs; in a description they become blanks")
  func layout() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    var body = ServeTests.payin("layout", method: "spei").object ?? [:]
    body["description"] = "Two\r\ntickets\tfor\nAna"
    body["metadata"] = ["note": "one\ntwo\r\n\tthree"]
    let made = try await client.post("/v1/payins", .object(body), idempotencyKey: "layout")
    #expect(made.status == 201)
    #expect(made.json["description"] == "Two  tickets for Ana")
    #expect(made.json["metadata"] == body["metadata"])
    for (member, value, pointer) in [
      ("metadata", ["note": "a\u{0}b"] as JSON, "/metadata/note"),
      ("metadata", ["a\nb": "c"], "/metadata/a\nb"), ("metadata", ["a": "\u{7F}"], "/metadata/a"),
      ("description", "a\u{1B}b", "/description"),
      ("payer", ["name": "Ana\nPrueba"], "/payer/name"),
    ] {
      body["merchant_reference"] = "layout-2"
      body["metadata"] = [:]
      body[member] = value
      let refused = try await client.post("/v1/payins", .object(body), idempotencyKey: "layout-2")
      #expect(
        refused.status == 400 && refused.pointers == [pointer], "\(value) \(refused.pointers)")
      body["description"] = "Two tickets"
      body["payer"] = [:]
    }
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("where no provider answers in time it is 202, and the repeat gets the instructions")
  func slow() async throws {
    let installation = try await Installation(requestSeconds: 1)
    let gateway = try await installation.serve()
    let client = installation.client
    _ = try await installation.sandboxClient.post(
      "/_sandbox/faults",
      [
        "provider": "openpay", "operation": "create", "kind": "slow", "milliseconds": 3000,
        "count": 1,
      ])
    let body = ServeTests.payin("slow", method: "store")
    let made = try await client.post("/v1/payins", body, idempotencyKey: "slow")
    #expect(made.status == 202)
    #expect(made.json["status"] == "processing")
    #expect(made.json["waiting_for"] == "provider")
    #expect(made.json["instructions"]?.isNull == true)
    let place = try #require(made.header("Location"))
    #expect(try await client.get("\(place)?wait=30").json["status"] == "pending")
    let again = try await client.post("/v1/payins", body, idempotencyKey: "slow")
    #expect(again.status == 201)
    #expect(again.header("Idempotent-Replayed") == "true")
    #expect(again.json["status"] == "pending")
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("a named time is kept to the millisecond, and a repeat is answered though it is near")
  func expiry() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    // The least that is taken is 60 seconds, so a second later the same body is too late.
    let end = SystemTime().now().adding(milliseconds: 61_500)
    var body = ServeTests.payin("soon", method: "spei").object ?? [:]
    body["expires_at"] = JSON(end.text(offsetMinutes: -360, milliseconds: true))
    let made = try await client.post("/v1/payins", .object(body), idempotencyKey: "soon")
    #expect(made.status == 201)
    #expect(made.json["expires_at"]?.string == end.rfc3339)
    let tooLate = try await eventualValue {
      let answer = try await client.post("/v1/routing/evaluate", .object(body))
      return answer.status == 400 ? answer : nil
    }
    #expect(tooLate?.pointers == ["/expires_at"])
    let again = try await client.post("/v1/payins", .object(body), idempotencyKey: "soon")
    #expect(again.status == 201)
    #expect(again.body == made.body)
    #expect(again.header("Idempotent-Replayed") == "true")
    let other = try await client.post("/v1/payins", .object(body), idempotencyKey: "other")
    #expect(other.status == 400)
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
