import JSONText
import TestSupport
import Testing

/// An account that fails, seen from outside.
@Suite("an account's breaker")
struct BreakerTests {
  @Test("opens, is seen in health and metrics, leaves the others alone, and closes by itself")
  func life() async throws {
    let installation = try await Installation(requestSeconds: 1)
    let gateway = try await installation.serve()
    let client = installation.client
    #expect(try await state(client) == "closed")
    _ = try await installation.sandboxClient.post(
      "/_sandbox/faults", ["provider": "openpay", "operation": "create", "kind": "error_500"])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<5 {
        group.addTask {
          let made = try await buy(client, "store", "down-\(number)")
          // The provider may have it: nobody knows.
          #expect(made.status == 202 && made.json["status"] == "processing")
        }
      }
      try await group.waitForAll()
    }
    // Open for five seconds, which a busy machine may sleep through.
    let opened = try await eventually {
      try await ["open", "half_open"].contains(state(client))
    }
    #expect(opened == true)
    let refused = try await buy(client, "store", "later")
    // A repeat may go through, so it is not told that nobody serves it.
    #expect(refused.code == "unavailable" || refused.status == 202)
    #expect(try await buy(client, "spei", "other").status == 201)

    _ = try await installation.sandboxClient.call("DELETE", "/_sandbox/faults")
    #expect(try await eventually { try await state(client) == "half_open" })
    // What was refused has left nothing behind: the same call may be made again.
    let made = try await eventualValue {
      let answer = try await buy(client, "store", "again")
      return answer.status == 201 ? answer : nil
    }
    #expect(made?.json["status"] == "pending")
    #expect(try await eventually { try await state(client) == "closed" })
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  private func buy(
    _ client: Client, _ method: String, _ reference: String
  ) async throws -> Client.Answer {
    try await client.post(
      "/v1/payins", ServeTests.payin(reference, method: method), idempotencyKey: reference)
  }

  /// As health, metrics and the list of accounts show it.
  private func state(_ client: Client) async throws -> String {
    let health = try await client.get("/health").json["checks"]?["account:openpay-main"]
    let shown = health?.array?.first?["observedValue"]?.string ?? "none"
    let metrics = try await client.get("/metrics")
    let text = String(decoding: metrics.body, as: UTF8.self)
    let line = #"pasarela_account_breaker{account="openpay-main",state="\#(shown)"} 1"#
    return text.contains(line) ? shown : "\(shown) in health only"
  }
}
