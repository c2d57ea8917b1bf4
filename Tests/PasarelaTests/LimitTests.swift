import JSONText
import Testing

/// What an account's `concurrency` and `rate` do to merchants' calls: never harm to a pay-in.
@Suite("an account's limits")
struct LimitTests {
  @Test("refuse what there is no room for, and leave nothing behind of it")
  func concurrency() async throws {
    let installation = try await Installation(limits: ["concurrency": 2])
    let gateway = try await installation.serve()
    _ = try await installation.sandboxClient.post(
      "/_sandbox/faults",
      ["provider": "openpay", "operation": "create", "kind": "slow", "milliseconds": 1000])
    let refusals = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<6 {
        group.addTask { try await Self.buy(installation.client, "limit-\(number)") }
      }
      return try await group.reduce(0, +)
    }
    #expect(refusals > 0)
    let orders = try await installation.sandboxClient.get("/_sandbox/orders").json["orders"]
    #expect(orders?.array?.count == 6)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  /// Asks again with the same key and reference until it is made. Returns how often it was refused.
  private static func buy(_ client: Client, _ reference: String) async throws -> Int {
    var refusals = 0
    while true {
      let answer = try await client.post(
        "/v1/payins", ServeTests.payin(reference, method: "store"), idempotencyKey: reference)
      if answer.status == 201 {
        #expect(answer.json["status"] == "pending")
        return refusals
      }
      #expect(answer.status == 503)
      #expect(answer.code == "unavailable" && answer.json["outcome"] == "none")
      #expect(answer.header("Retry-After") == "1")
      refusals += 1
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  @Test("refuse to ask the provider more often than its rate allows")
  func rate() async throws {
    let installation = try await Installation(limits: ["rate": 1])
    let gateway = try await installation.serve()
    let client = installation.client
    let made = try await client.post(
      "/v1/payins", ServeTests.payin("rate", method: "store"), idempotencyKey: "rate")
    let id = made.json["id"]?.string ?? ""
    let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
      for _ in 0..<6 { group.addTask { try await client.post("/v1/payins/\(id)/sync") } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let refused = answers.filter { $0.status == 429 }
    #expect(!refused.isEmpty)
    #expect(refused.allSatisfy { $0.code == "rate_limited" && $0.header("Retry-After") == "1" })
    #expect(Set(answers.map(\.status)).isSubset(of: [200, 429]))
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
