import Foundation
import HTTPCalling
import JSONText
import Sandbox
import Testing

/// What a merchant's developer and an operator do over HTTP; each answer is held against the
/// OpenAPI document by the client.
@Suite("the API")
struct APITests {
  @Test("an Idempotency-Key creates once, answers the same again, and refuses another body")
  func idempotency() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let body = ServeTests.payin("same", method: "spei")
    let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
      for _ in 0..<100 {
        group.addTask { try await client.post("/v1/payins", body, idempotencyKey: "one") }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let made = answers.filter { $0.status == 201 }
    #expect(!made.isEmpty)
    #expect(Set(made.map(\.body)).count == 1)
    #expect(made.count { $0.header("Idempotent-Replayed") == nil } == 1)
    for answer in answers where answer.status != 201 {
      #expect(answer.code == "conflict_in_progress")
      #expect(answer.header("Retry-After") != nil)
    }
    let again = try await client.post("/v1/payins", body, idempotencyKey: "one")
    #expect(again.header("Idempotent-Replayed") == "true")
    #expect(again.body == made.first?.body)
    let orders = try await installation.sandboxClient.get("/_sandbox/orders").json
    #expect((orders["data"] ?? orders["orders"])?.array?.count == 1)

    let other = try await client.post(
      "/v1/payins", ServeTests.payin("other", method: "spei"), idempotencyKey: "one")
    #expect(other.status == 422)
    #expect(other.code == "idempotency_key_reused")
    let used = try await client.post("/v1/payins", body, idempotencyKey: "two")
    #expect(used.status == 409)
    #expect(used.code == "duplicate_merchant_reference")
    let id = made.first?.json["id"]?.string ?? "none"
    #expect(used.json["detail"]?.string?.contains(id) == true)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("lists go page by page, newest first, and filter")
  func lists() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    for number in 1...5 {
      let method = number.isMultiple(of: 2) ? "store" : "spei"
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("list-\(number)", method: method),
        idempotencyKey: "\(number)")
      #expect(made.status == 201)
    }
    func references(_ query: String) async throws -> ([String], String?) {
      let page = try await client.get("/v1/payins?\(query)").json
      let data = page["data"]?.array ?? []
      return (
        data.compactMap { $0["merchant_reference"]?.string }, page["next_cursor"]?.string
      )
    }
    let first = try await references("limit=3")
    #expect(first.0 == ["list-5", "list-4", "list-3"])
    let second = try await references("limit=3&cursor=\(first.1 ?? "")")
    #expect(second.0 == ["list-2", "list-1"])
    #expect(second.1 == nil)
    #expect(try await references("method=store").0 == ["list-4", "list-2"])
    #expect(try await references("account=openpay-main").0 == ["list-4", "list-2"])
    #expect(try await references("merchant_reference=list-3").0 == ["list-3"])
    #expect(try await references("status=succeeded").0.isEmpty)
    #expect(try await references("amount_from=15000&amount_to=15000").0.count == 5)
    #expect(try await references("amount_from=15001").0.isEmpty)
    #expect(try await references("created_from=2020-01-01T00:00:00Z").0.count == 5)
    #expect(try await references("created_to=2020-01-01T00:00:00-06:00").0.isEmpty)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("a pay-in can be read, asked for, cancelled and shown to the payer")
  func life() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    var body = ServeTests.payin("life", method: "store").object ?? [:]
    body["description"] = "<script>alert('x')</script>"
    let made = try await client.post("/v1/payins", .object(body), idempotencyKey: "life").json
    let id = try #require(made["id"]?.string)
    #expect(made["instructions"]?["barcode_url"]?.string?.hasPrefix("http") == true)

    let page = try await client.get(path(of: made["hosted_url"]))
    let html = String(decoding: page.body, as: UTF8.self)
    #expect(html.contains(made["instructions"]?["reference"]?.string ?? "?"))
    #expect(html.contains("150.00"))
    #expect(page.header("Content-Security-Policy")?.contains("default-src 'none'") == true)
    let barcode = try await client.get(path(of: made["hosted_url"]) + "/barcode.svg")
    #expect(String(decoding: barcode.body, as: UTF8.self).hasPrefix("<svg"))

    #expect(try await client.post("/v1/payins/\(id)/sync").json["status"] == "pending")
    let cancelled = try await client.post("/v1/payins/\(id)/cancel")
    #expect(cancelled.json["status"] == "cancelled")
    #expect(try await client.post("/v1/payins/\(id)/cancel").json == cancelled.json)

    let order = try #require(made["provider_order_id"]?.string)
    _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
    let late = try await client.get("/v1/payins/\(id)?wait=30").json
    #expect(late["status"] == "succeeded")
    #expect(late["late"] == true)
    let over = try await client.post("/v1/payins/\(id)/cancel")
    #expect(over.status == 422)
    #expect(over.code == "not_cancellable")
    let events = try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
    #expect(events.compactMap { $0["sequence"]?.int64 } == (1...Int64(events.count)).map { $0 })
    #expect(events.contains { $0["type"] == "payin.cancelled" })
    let text = JSON.array(events).text
    #expect(!text.contains("ana@example.mx") && !text.contains("+525500000000"))
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("an operator sees accounts, rules, health and metrics, and tries rules")
  func operation() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let accounts = try await client.get("/v1/providers").json["data"]?.array ?? []
    #expect(accounts.compactMap { $0["id"]?.string } == SandboxAccount.all.map(\.id).sorted())
    #expect(accounts.allSatisfy { $0["calls_back"] == false && $0["questions_late_ms"] == 0 })
    let decision = try await client.post(
      "/v1/routing/evaluate", ServeTests.payin("dry", method: "store")
    ).json
    #expect(decision["rule"] == "store")
    #expect(decision["order"] == ["openpay-main/store"])
    var tried = ServeTests.payin("dry", method: "store").object ?? [:]
    tried["rules"] = ["otherwise": ["priority": ["cashypay-main/store"]]]
    let other = try await client.post("/v1/routing/evaluate", .object(tried)).json
    #expect(other["order"] == ["cashypay-main/store"])
    tried["rules"] = ["otherwise": ["priority": ["nobody/store"]]]
    let faulty = try await client.post("/v1/routing/evaluate", .object(tried))
    #expect(faulty.status == 400)
    #expect(faulty.pointers == ["/rules"])
    #expect(try await client.post("/v1/rules/reload").json["accepted"] == true)
    #expect(try await client.get("/v1/payins").json["data"] == [])
    var stranger = client
    stranger.key = nil
    for path in ["/health", "/health/live", "/health/ready", "/metrics", "/openapi.json"] {
      #expect(try await stranger.get(path).status == 200, "\(path)")
    }
    let specification = try await stranger.get("/openapi.json")
    #expect(specification.json == Contract.standing.document)
    let metrics = String(decoding: try await stranger.get("/metrics").body, as: UTF8.self)
    for line in metrics.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(
        line.wholeMatch(of: /[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.]+/) != nil)
    }
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  private func path(of url: JSON?) -> String {
    "/" + (url?.string ?? "").split(separator: "/").dropFirst(2).joined(separator: "/")
  }
}
