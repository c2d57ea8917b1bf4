import JSONText
import Sandbox
import TestSupport
import Testing

/// What a provider does that nobody expected: it ends, and it is told.
@Suite("what nobody expected of a provider")
struct UnexpectedTests {
  static func fault(
    _ installation: Installation, _ fault: JSONObject
  ) async throws {
    let answer = try await installation.sandboxClient.post("/_sandbox/faults", .object(fault))
    #expect(answer.status < 300, "\(answer.json)")
  }

  private static func account(_ client: Client, _ id: String) async throws -> JSON? {
    try await client.get("/v1/providers").json["data"]?.array?.first { $0["id"]?.string == id }
  }

  /// The account's health check once it says so: health is looked at twice a second at most.
  private static func check(
    _ client: Client, _ account: String, is status: JSON
  ) async throws -> JSON? {
    try await eventualValue {
      let health = try await client.get("/health").json
      let check = health["checks"]?["account:\(account)"]?.array?.first
      return check?["status"] == status ? check : nil
    }
  }

  private static func buy(
    _ client: Client, _ reference: String, method: String = "spei"
  ) async throws -> Client.Answer {
    try await client.post(
      "/v1/payins", ServeTests.payin(reference, method: method), idempotencyKey: reference)
  }

  @Test("a refusal in unknown words reaches the next provider at once, and is told everywhere")
  func unknownWords() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    #expect(try await Self.account(client, "cashypay-main")?["success_permille"] == .null)
    try await Self.fault(
      installation,
      ["provider": "cashypay", "kind": "refused", "word": "PayType_channel_closed"])
    let made = try await Self.buy(client, "unknown-1")
    #expect(made.status == 201 && made.json["status"] == "pending")
    #expect(made.json["account"] == "openpay-main")
    let id = try #require(made.json["id"]?.string)
    let events = try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
    let refused = try #require(events.first { $0["type"] == "attempt.refused" })
    #expect(refused.text.contains("PayType_channel_closed"))
    let account = try await Self.account(client, "cashypay-main")
    let met = try #require(account?["unclassed_words"]?.array?.first)
    #expect(met["word"] == "PayType_channel_closed" && met["count"] == 1)
    // The provider works: it is its words that nobody knows.
    #expect(account?["condition"] == "pass" && account?["breaker"] == "closed")
    let metrics = String(decoding: try await client.get("/metrics").body, as: UTF8.self)
    #expect(metrics.contains("pasarela_alerts_total{alert=\"unclassed_refusal\"} 1"))
    #expect(metrics.contains("outcome=\"refused\"} 1"))

    try await Self.fault(
      installation, ["provider": "openpay", "kind": "refused", "word": "9999"])
    let failed = try await Self.buy(client, "unknown-2", method: "store")
    #expect(failed.status == 201 && failed.json["status"] == "failed")
    #expect(failed.json.at(pointer: "/failure/code") == "provider_refused")
    #expect(failed.json.at(pointer: "/failure/message")?.string?.contains("9999") == true)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("a pay-in whose provider can no longer be read does not look like one that is unpaid")
  func unreadable() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let made = try await Self.buy(client, "unread-1", method: "store")
    let id = try #require(made.json["id"]?.string)
    #expect(made.json["waiting_for"] == "payer")
    try await Self.fault(
      installation, ["provider": "openpay", "operation": "query", "kind": "garbage"])
    var seen = made
    for _ in 0..<3 { seen = try await client.post("/v1/payins/\(id)/sync") }
    #expect(seen.json["status"] == "pending" && seen.json["waiting_for"] == "provider")
    #expect(try await client.get("/v1/payins/\(id)").json["waiting_for"] == "provider")
    let listed = try await client.get("/v1/discrepancies").json["data"]?.array ?? []
    #expect(listed.map { $0["kind"] } == ["unfollowed"])
    let answer = listed.first?["answer"]
    #expect(answer?["status"] == 200 && answer?["body"]?.string?.contains("<") == true)
    // What the provider said may hold anything: operators see it, merchants do not.
    let reader = Client(port: installation.port, key: Installation.key(with: "payins:read"))
    let shown = try await reader.get("/v1/discrepancies").json["data"]?.array?.first
    #expect(shown?["answer"] == .null)
    let check = try await Self.check(client, "openpay-main", is: "warn")
    #expect(check?["output"]?.string?.contains("queries in a row") == true)
    let metrics = String(decoding: try await client.get("/metrics").body, as: UTF8.self)
    #expect(
      !metrics.contains("pasarela_account_unanswered_queries{account=\"openpay-main\"} 0"))

    _ = try await installation.sandboxClient.call("DELETE", "/_sandbox/faults")
    let again = try await client.post("/v1/payins/\(id)/sync")
    #expect(again.json["waiting_for"] == "payer")
    #expect(try await client.get("/v1/discrepancies").json["data"] == [])
    #expect(try await Self.account(client, "openpay-main")?["condition"] == "pass")
    let ended = await installation.stop(gateway)
    #expect(ended.output.contains("\"reason\":\"unanswered\""))
    try await installation.end()
  }

  @Test("a revoked key costs one look each three times, then its account is left alone and told")
  func revoked() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    try await Self.fault(installation, ["provider": "cashypay", "kind": "unauthorized"])
    for number in 0..<4 {
      let made = try await Self.buy(client, "revoked-\(number)")
      #expect(made.status == 201 && made.json["account"] == "openpay-main")
    }
    let asked = try await installation.sandboxClient.get("/_sandbox/requests").json
    let creates = (asked["requests"]?.array ?? []).count {
      $0["target"] == "/api/payIn"
    }
    #expect(creates == 3, "\(asked)")
    let check = try await Self.check(client, "cashypay-main", is: "fail")
    #expect(check?["output"]?.string?.contains("Sign_verify_error") == true)
    #expect(try await client.get("/health").json["status"] == "warn")
    #expect(try await Self.account(client, "cashypay-main")?["breaker"] == "open")
    let metrics = String(decoding: try await client.get("/metrics").body, as: UTF8.self)
    #expect(metrics.contains("pasarela_alerts_total{alert=\"unauthorized\"} 3"))
    #expect(metrics.contains("outcome=\"unauthorized\"} 3"))

    // Where it was the only one, a repeat may go through later: that is no 422.
    let both = ["provider": "openpay", "kind": "unauthorized"] as JSONObject
    try await Self.fault(installation, both)
    var refused = try await Self.buy(client, "both-0")
    for number in 1...3 where refused.status != 503 {
      #expect(refused.json["status"] == "failed")
      refused = try await Self.buy(client, "both-\(number)")
    }
    #expect(refused.status == 503 && refused.code == "unavailable")
    #expect(refused.json["outcome"] == "none")
    #expect((1...60).contains(Int(refused.header("Retry-After") ?? "") ?? 0))
    #expect(refused.json["errors"]?.array?.count == 2)
    let ended = await installation.stop(gateway)
    let line = ended.output.split(separator: "\n").first {
      $0.contains("\"level\":\"error\"") && $0.contains("cashypay-main")
    }
    #expect(line?.contains("\"reason\":\"unauthorized\"") == true, "\(ended.output)")
    try await installation.end()
  }

  @Test("doctor tells right from wrong credentials at every provider")
  func doctor() async throws {
    let installation = try await Installation()
    let environment = [
      "KEY_SHA256": String(repeating: "0", count: 64), "HOOK_SECRET": WebhookTests.secret,
    ]
    func run() async throws -> Program.Ended {
      try await Program.run(["doctor"], in: installation.place.path, environment: environment)
    }
    let right = try await run()
    #expect(right.status == 0, "\(right.output)")
    let accounts = SandboxAccount.all.map(\.id)
    func lines(_ ended: Program.Ended, _ words: String) -> Int {
      ended.output.split(separator: "\n").count { line in
        line.contains(words) && accounts.contains { line.contains("account \($0)") }
      }
    }
    #expect(lines(right, "takes our credentials") == accounts.count, "\(right.output)")
    #expect(right.output.contains(/public_url +warn/))
    try await Self.fault(installation, ["kind": "unauthorized"])
    let wrong = try await run()
    #expect(wrong.status == 1)
    #expect(lines(wrong, "refuses our credentials") == accounts.count, "\(wrong.output)")
    try await installation.end()
  }

  @Test(
    "money beside a CashyPay order is found though no webhook ever comes, and told when it goes")
  func besideAndBack() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let sandbox = installation.sandboxClient
    try await Self.fault(
      installation, ["provider": "cashypay", "operation": "webhook", "kind": "webhook_lost"])
    let made = try await Self.buy(client, "beside-1")
    let id = try #require(made.json["id"]?.string)
    let order = try #require(made.json["provider_order_id"]?.string)
    for amount in [15_000, 5_000, 2_000] as [JSON] {
      let paid = try await sandbox.post("/_sandbox/orders/\(order)/pay", ["amount": amount])
      #expect(paid.status < 300, "\(paid.json)")
    }
    let seen = try await client.post("/v1/payins/\(id)/sync").json
    #expect(seen["status"] == "succeeded" && seen["amount_received"] == 22_000)
    #expect(seen["receipts"]?.array?.count == 3)
    let again = try await client.post("/v1/payins/\(id)/sync").json
    #expect(again["amount_received"] == 22_000)
    #expect(try await client.get("/v1/discrepancies").json["data"] == [])

    let back = try await sandbox.post(
      "/_sandbox/orders/\(order)/take-back", ["as": "cancelled"])
    #expect(back.status < 300, "\(back.json)")
    let disputed = try await client.post("/v1/payins/\(id)/sync").json
    // The receipt stands, and everybody is told.
    #expect(disputed["status"] == "succeeded" && disputed["amount_received"] == 22_000)
    let listed = try await client.get("/v1/discrepancies").json["data"]?.array ?? []
    #expect(listed.map { $0["kind"] } == ["taken_back"])
    let events = try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
    #expect(events.count { $0["type"] == "payin.disputed_receipt" } == 1)
    // As long as it lasts.
    let health = try await eventualValue { () -> JSON? in
      let checks = try await client.get("/health").json["checks"]
      let check = checks?["payins:disputed"]?.array?.first
      return check?["status"] == "warn" ? check : nil
    }
    #expect(health?["observedValue"] == 1)
    #expect(health?["output"]?.string?.contains(id) == true, "\(health ?? .null)")
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
