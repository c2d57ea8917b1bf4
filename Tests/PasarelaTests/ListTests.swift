import JSONText
import Payins
import TestSupport
import Testing

/// Many open orders of Openpay, whose webhooks stay away, over HTTP.
@Suite("many open orders")
struct ListTests {
  private static let count = 30

  /// The questions that Openpay was asked, oldest first.
  private func questions(_ sandbox: Client) async throws -> [String] {
    try await (sandbox.get("/_sandbox/requests").json["requests"]?.array ?? [])
      .filter { $0["provider"] == "openpay" && $0["operation"] == "query" }
      .compactMap { $0["target"]?.string }.reversed()
  }

  private func made(_ installation: Installation) async throws -> [JSON] {
    let gateway = try await installation.serve()
    var made: [JSON] = []
    for number in 0..<Self.count {
      made.append(
        try await installation.client.post(
          "/v1/payins", ServeTests.payin("many-\(number)", method: "store"),
          idempotencyKey: "\(number)"
        ).json)
    }
    _ = await installation.stop(gateway)
    #expect(made.allSatisfy { $0["status"] == "pending" })
    return made
  }

  @Test("are asked about by one page when the gateway comes back, and the money is found on it")
  func comesBack() async throws {
    let installation = try await Installation()
    try await installation.run { installation in
      let sandbox = installation.sandboxClient
      _ = try await sandbox.post("/_sandbox/faults", ["kind": "webhook_lost"])
      let made = try await made(installation)
      let paid = try made[3...5].map { try #require($0["provider_order_id"]?.string) }
      for order in paid {
        let moved = try await sandbox.post("/_sandbox/orders/\(order)/pay")
        #expect(moved.status == 200)
      }
      let cancelled = try #require(made[9]["provider_order_id"]?.string)
      let moved = try await sandbox.post("/_sandbox/orders/\(cancelled)/cancel")
      #expect(moved.status == 200)
      // Until all are due.
      try await Task.sleep(for: .seconds(6))
      let before = try await questions(sandbox).count
      _ = try await installation.serve()
      func status(_ index: Int) async throws -> JSON {
        let id = try #require(made[index]["id"]?.string)
        return try await installation.client.get("/v1/payins/\(id)").json
      }
      #expect(try await eventually { try await status(9)["status"] == "failed" })
      for index in 3...5 {
        let seen = try await status(index)
        #expect(seen["status"] == "succeeded" && seen["amount_received"] == seen["amount"])
        #expect(seen["last_evidence"]?["grade"] == "query")
      }
      let asked = try await questions(sandbox).dropFirst(before)
      #expect(asked.first?.contains("creation%5Blte%5D") == true)
      // The page is no proof of an end: that order is asked about by itself. The others are not,
      // before they are due again.
      #expect(asked.dropFirst().first?.hasSuffix("/charges/\(cancelled)") == true)
      #expect(asked.count < 10, "\(asked)")
    }
  }
}
