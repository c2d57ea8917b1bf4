import Foundation
import HTTPCalling
import JSONText
import Testing

/// Bad input gets a clear 4xx and leaves nothing behind.
@Suite("what the API refuses")
struct RefusalTests {
  struct Case: Sendable {
    var name: String
    var body: String
    var status = 400
    var code = "invalid_request"
    var pointers: [String] = []
    /// Whether the document's schema allows it: what only the gateway can know.
    var keepsToSchema = false
  }

  private static func with(_ key: String, _ value: JSON?) -> String {
    var object = ServeTests.payin("refused-1", method: "spei").object ?? [:]
    object[key] = value
    return JSON.object(object).text
  }

  private static func payer(_ key: String, _ value: JSON) -> String {
    with("payer", [key: value])
  }

  static let cases: [Case] = [
    Case(name: "nothing", body: ""),
    Case(name: "half a body", body: "{\"amount\":"),
    Case(name: "JSON5", body: "{amount: 1}"),
    Case(name: "an array", body: "[]"),
    Case(name: "a member twice", body: "{\"amount\":1,\"amount\":2}"),
    Case(name: "invalid UTF-8 escape", body: "{\"description\":\"\\ud800\"}"),
    Case(name: "deep nesting", body: String(repeating: "[", count: 20_000)),
    Case(name: "an unknown member", body: with("amuont", 1), pointers: ["/amuont"]),
    Case(name: "no amount", body: with("amount", nil), pointers: ["/amount"]),
    Case(name: "an amount as text", body: with("amount", "15000"), pointers: ["/amount"]),
    Case(name: "an amount of zero", body: with("amount", 0), pointers: ["/amount"]),
    Case(name: "a negative amount", body: with("amount", -1), pointers: ["/amount"]),
    Case(
      name: "a fraction of a centavo",
      body: with("amount", 0).replacingOccurrences(of: "\"amount\":0", with: "\"amount\":150.5"),
      pointers: ["/amount"]),
    Case(
      name: "an amount beyond Int64",
      body: with("amount", 0).replacingOccurrences(
        of: "\"amount\":0", with: "\"amount\":92233720368547758080"), pointers: ["/amount"]),
    Case(name: "another currency", body: with("currency", "USD"), pointers: ["/currency"]),
    Case(name: "another method", body: with("method", "card"), pointers: ["/method"]),
    Case(
      name: "a reference with a blank", body: with("merchant_reference", "a b"),
      pointers: ["/merchant_reference"]),
    Case(
      name: "a long reference",
      body: with("merchant_reference", .string(String(repeating: "a", count: 65))),
      pointers: ["/merchant_reference"]),
    Case(
      name: "a long description",
      body: with("description", .string(String(repeating: "é", count: 251))),
      pointers: ["/description"]),
    Case(
      name: "a control character", body: with("description", "a\u{0}b"),
      pointers: ["/description"]),
    Case(
      name: "a card number", body: with("description", "4111 1111 1111 1111"),
      pointers: ["/description"], keepsToSchema: true),
    Case(
      name: "a card number in metadata", body: with("metadata", ["card": "5555555555554444"]),
      pointers: ["/metadata/card"], keepsToSchema: true),
    Case(
      name: "a card number as a key", body: with("metadata", ["5555555555554444": "card"]),
      pointers: ["/metadata/5555555555554444"], keepsToSchema: true),
    Case(
      name: "a card number as a reference", body: with("merchant_reference", "4111-1111-1111-1111"),
      pointers: ["/merchant_reference"], keepsToSchema: true),
    Case(
      name: "a card number as a name", body: payer("name", "378282246310005"),
      pointers: ["/payer/name"], keepsToSchema: true),
    Case(name: "an empty description", body: with("description", ""), pointers: ["/description"]),
    Case(
      name: "an amount beyond the range", body: with("amount", 100_000_000_001),
      pointers: ["/amount"]),
    Case(name: "an amount that is null", body: with("amount", .null), pointers: ["/amount"]),
    Case(name: "a payer that is a text", body: with("payer", "Ana"), pointers: ["/payer"]),
    Case(
      name: "a long name", body: payer("name", .string(String(repeating: "a", count: 101))),
      pointers: ["/payer/name"]),
    Case(
      name: "21 pairs of metadata",
      body: with(
        "metadata", .object(JSONObject((1...21).map { ("key\($0)", JSON("")) }))),
      pointers: ["/metadata"]),
    Case(
      name: "a long key of metadata",
      body: with("metadata", .object([String(repeating: "k", count: 41): "v"])),
      pointers: ["/metadata/\(String(repeating: "k", count: 41))"]),
    Case(
      name: "a long value of metadata",
      body: with("metadata", ["a": .string(String(repeating: "v", count: 501))]),
      pointers: ["/metadata/a"]),
    Case(
      name: "two expiries",
      body: JSON.object(
        [
          "expires_in": 3600, "expires_at": "2100-01-01T00:00:00Z",
          "merchant_reference": "refused-1", "amount": 15_000, "currency": "MXN",
          "description": "Two tickets",
        ]).text, pointers: ["/expires_at"]),
    Case(
      name: "an expiry of more than half a year", body: with("expires_in", 15_552_001),
      pointers: ["/expires_in"]),
    Case(
      name: "a user in return_url", body: with("return_url", "https://user@shop.example/"),
      pointers: ["/return_url"]),
    Case(
      name: "several faults",
      body: JSON.object(
        ["merchant_reference": "a b", "amount": "1", "currency": "USD", "tip": 1]).text,
      pointers: ["/merchant_reference", "/amount", "/currency", "/description", "/tip"]),
    Case(name: "an e-mail", body: payer("email", "ana"), pointers: ["/payer/email"]),
    Case(name: "a phone", body: payer("phone", "55-1234"), pointers: ["/payer/phone"]),
    Case(name: "an unknown payer member", body: payer("rfc", "X"), pointers: ["/payer/rfc"]),
    Case(
      name: "metadata that is a number", body: with("metadata", ["a": 1]), pointers: ["/metadata/a"]
    ),
    Case(name: "an expiry too short", body: with("expires_in", 59), pointers: ["/expires_in"]),
    Case(
      name: "an expiry in the past", body: with("expires_at", "2020-01-01T00:00:00Z"),
      pointers: ["/expires_at"], keepsToSchema: true),
    Case(
      name: "a time without offset", body: with("expires_at", "2030-01-01T00:00:00"),
      pointers: ["/expires_at"], keepsToSchema: true),
    Case(
      name: "a script as return_url", body: with("return_url", "javascript:alert(1)"),
      pointers: ["/return_url"]),
    Case(
      name: "an amount that no account takes", body: with("amount", 100_000_000_000), status: 422,
      code: "no_eligible_provider", pointers: ["", ""], keepsToSchema: true),
  ]

  @Test("each with its code and the place of the fault, and nothing is kept")
  func bodies() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let headers = [
      HTTPHeader("Content-Type", "application/json"), HTTPHeader("Idempotency-Key", "refused"),
    ]
    for refusal in Self.cases {
      let answer = try await client.call(
        "POST", "/v1/payins", Array(refusal.body.utf8), headers)
      #expect(answer.status == refusal.status, "\(refusal.name)")
      #expect(answer.code == refusal.code, "\(refusal.name)")
      if !refusal.pointers.isEmpty {
        #expect(answer.pointers == refusal.pointers, "\(refusal.name)")
      }
      #expect(answer.header("Content-Type") == "application/problem+json", "\(refusal.name)")
      if let body = try? JSON(parsing: Array(refusal.body.utf8)) {
        let faults = Contract.standing.faults(of: body, "PayinRequest")
        #expect(faults.isEmpty == refusal.keepsToSchema, "\(refusal.name): \(faults)")
      }
    }
    let nothing = try await client.get("/v1/payins").json["data"]?.array
    #expect(nothing?.isEmpty == true)
    let orders = try await installation.sandboxClient.get("/_sandbox/orders").json
    #expect(orders["data"]?.array?.isEmpty ?? orders["orders"]?.array?.isEmpty == true)
    // The key that the refused calls bore is still free.
    let made = try await client.post(
      "/v1/payins", ServeTests.payin("refused-1", method: "spei"), idempotencyKey: "refused")
    #expect(made.status == 201)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("calls without the right key, header, type, size, method or path")
  func calls() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let body = ServeTests.payin("refused-2", method: "spei").bytes
    let json = HTTPHeader("Content-Type", "application/json")
    let key = HTTPHeader("Idempotency-Key", "k")

    for wrong in [nil, "pk_wrong", ""] {
      var stranger = client
      stranger.key = wrong
      let answer = try await stranger.call("POST", "/v1/payins", body, [json, key])
      #expect(answer.status == 401)
      #expect(answer.code == "unauthorized")
      #expect(answer.header("WWW-Authenticate") == "Bearer")
      #expect(try await stranger.get("/v1/payins").status == 401)
    }
    let keyless = try await client.call("POST", "/v1/payins", body, [json])
    #expect(keyless.status == 400)
    #expect(keyless.json["detail"]?.string?.contains("Idempotency-Key") == true)
    for bad in ["ñ", "a b", String(repeating: "k", count: 256)] {
      let answer = try await client.call(
        "POST", "/v1/payins", body, [json, HTTPHeader("Idempotency-Key", bad)])
      #expect(answer.status == 400, "\(bad)")
    }
    let typeless = try await client.call("POST", "/v1/payins", body, [key])
    #expect(typeless.status == 415)
    let large = try await client.call(
      "POST", "/v1/payins", [UInt8](repeating: 32, count: 65_537), [json, key])
    #expect(large.status == 413)
    #expect(large.code == "body_too_large")
    #expect(try await client.get("/v1/payin").status == 404)
    let wrongMethod = try await client.call("DELETE", "/v1/payins")
    #expect(wrongMethod.status == 405)
    #expect(wrongMethod.header("Allow")?.contains("POST") == true)
    for query in [
      "limit=0", "limit=101", "limit=x", "status=paid", "colour=red", "cursor=x",
      "amount_from=1.5", "created_from=yesterday", "limit=1&limit=2",
    ] {
      #expect(try await client.get("/v1/payins?\(query)").status == 400, "\(query)")
    }
    let unknown = try await client.get("/v1/payins?nope%3C=1").json["detail"]
    #expect(unknown == "unknown query parameter nope<")
    #expect(try await client.get("/v1/payins/payin_x").status == 404)
    #expect(try await client.get("/v1/payins/payin_01m7xyj9a1n02ec47059d5rnww").status == 404)
    #expect(try await client.get("/pay/00000000000000000000000000000000").status == 404)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("callbacks that prove nothing are refused, and move nothing")
  func callbacks() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let made = try await client.post(
      "/v1/payins", ServeTests.payin("forged", method: "spei"), idempotencyKey: "forged")
    let id = made.json["id"]?.string ?? ""
    let entries = try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
    let number = entries.compactMap { $0["data"]?["order_number"]?.string }.first ?? ""
    let paid: JSON = [
      "merchantNo": "x", "mchOrderNo": JSON(number), "orderNo": JSON(number), "status": "SUCCESS",
      "amount": 15_000, "type": "charge.succeeded",
      "transaction": ["order_id": JSON(number), "status": "completed"],
    ]
    let json = HTTPHeader("Content-Type", "application/json")
    let basic = HTTPHeader("Authorization", "Basic eDp5")
    var provider = client
    provider.key = nil
    for (account, headers) in [
      ("openpay-main", []), ("openpay-main", [basic]), ("cashypay-main", []),
      ("cashypay-main", [HTTPHeader("Sign", String(repeating: "0", count: 64))]),
      ("smilepayz-main", []),
      (
        "smilepayz-main",
        [
          HTTPHeader("X-SIGNATURE", "AAAA"), HTTPHeader("X-TIMESTAMP", "2026-11-21T12:00:00-06:00"),
        ]
      ),
    ] {
      let answer = try await provider.call(
        "POST", "/callbacks/\(account)", paid.bytes, [json] + headers)
      #expect(answer.status == 401, "\(account) \(headers)")
    }
    for account in ["nobody", "paynet-main"] {
      let answer = try await provider.call("POST", "/callbacks/\(account)", paid.bytes, [json])
      #expect(answer.status == 404, "\(account)")
    }
    let large = try await provider.call(
      "POST", "/callbacks/openpay-main", [UInt8](repeating: 32, count: 65_537), [json])
    #expect(large.status == 413)
    let after = try await client.get("/v1/payins/\(id)").json
    #expect(after["status"] == "pending" && after["receipts"] == [])
    let events = try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
    let mentioned = events.filter { $0["type"] == "callback.received" }
    // The provider's own word that it took the order.
    #expect(mentioned.allSatisfy { $0["data"]?["status"] == "pending" })
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
