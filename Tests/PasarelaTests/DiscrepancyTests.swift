import JSONText
import Testing

/// What an operator sees where a provider's books and ours differ, and where callbacks stay away.
@Suite("discrepancies and silence")
struct DiscrepancyTests {
  @Test("a difference is listed until the provider agrees; another's callback is shown to admin")
  func listed() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let sandbox = installation.sandboxClient
    let made = try await client.post(
      "/v1/payins", ServeTests.payin("disc-1", method: "store"), idempotencyKey: "disc-1")
    let id = try #require(made.json["id"]?.string)
    _ = try await sandbox.post(
      "/_sandbox/faults", ["provider": "openpay", "operation": "query", "kind": "not_found"])
    #expect(try await client.post("/v1/payins/\(id)/sync").json["status"] == "pending")
    let listed = try await client.get("/v1/discrepancies").json["data"]?.array ?? []
    #expect(listed.compactMap { $0["kind"]?.string } == ["accepted_order_absent"])
    #expect(listed.first?["payin"]?.string == id)
    let fault = try await sandbox.get("/_sandbox/faults").json["faults"]?.array?.first?["id"]
    _ = try await sandbox.call("DELETE", "/_sandbox/faults/\(fault?.text ?? "")")
    _ = try await client.post("/v1/payins/\(id)/sync")
    #expect(try await client.get("/v1/discrepancies").json["data"] == [])
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("an account whose callbacks stay away raises an alarm, and the payments are found")
  func silence() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let sandbox = installation.sandboxClient
    _ = try await sandbox.post(
      "/_sandbox/faults",
      ["provider": "cashypay", "operation": "webhook", "kind": "webhook_lost"])
    var ids: [String] = []
    for number in 0..<5 {
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("quiet-\(number)", method: "spei"),
        idempotencyKey: "\(number)")
      let order = try #require(made.json["provider_order_id"]?.string)
      _ = try await sandbox.post("/_sandbox/orders/\(order)/pay")
      ids.append(try #require(made.json["id"]?.string))
    }
    for id in ids {
      let paid = try await client.get("/v1/payins/\(id)?wait=30").json
      #expect(paid["status"] == "succeeded")
    }
    let health = try await client.get("/health").json
    let check = health["checks"]?["account:cashypay-main"]?.array?.first
    #expect(check?["status"] == "warn")
    #expect(check?["output"]?.string?.contains("no callback") == true)
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
