import Foundation
import Glibc
import JSONText
import TestSupport
import Testing

/// The gateway over a real PostgreSQL.
@Suite("the gateway over PostgreSQL")
struct PostgreSQLServeTests {
  @Test("a pay-in is made, the gateway is killed, and the next start has it, paid and told once")
  func killed() async throws {
    try await TestCluster.shared().withSchema { address in
      let installation = try await Installation(store: "postgresql:\(address)")
      try await installation.run { installation in
        let client = installation.client
        let first = try await installation.serve()
        let made = try await client.post(
          "/v1/payins", ServeTests.payin("kept", method: "store"), idempotencyKey: "kept")
        #expect(made.status == 201 && made.json["status"] == "pending")
        await first.end(by: SIGKILL)
        let order = made.json["provider_order_id"]?.string ?? ""
        _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
        _ = try await installation.serve()
        let path = "/v1/payins/\(made.json["id"]?.string ?? "")"
        let paid = try await eventualValue {
          let now = try await client.get(path).json
          return now["status"] == "succeeded" ? Optional(now) : .none
        }
        #expect(paid?["instructions"] == made.json["instructions"])
        #expect(paid?["receipts"]?.array?.count == 1)
        let samples = String(decoding: try await client.get("/metrics").body, as: UTF8.self).split(
          separator: "\n"
        ).filter {
          !$0.hasPrefix("#")
        }
        #expect(samples.count > 10)
        #expect(samples.allSatisfy { $0.contains(":\(installation.port)\"") })
        let again = try await client.post(
          "/v1/payins", ServeTests.payin("kept", method: "store"), idempotencyKey: "kept")
        #expect(again.json == made.json)
        let events = try await client.get("\(path)/events").json["data"]?.array ?? []
        #expect(events.count { $0["type"] == "payin.succeeded" } == 1)
      }
    }
  }

  private func place(_ store: String) throws -> Workplace {
    let place = try Workplace()
    try place.write(
      """
      { listen: { port: 0 }, store: \(JSON(store).text),
        provider_accounts: [ {\(ConfigurationFaultTests.account)} ] }
      """, to: "pasarela.json5")
    try place.write(
      "{ rules: [], otherwise: { priority: [\"openpay-main/spei\"] } }",
      to: "routing-rules/a.json5")
    return place
  }

  @Test("a start that is not let in ends with 2 at once, and no password is printed")
  func denied() async throws {
    let cluster = try TestCluster.shared()
    let place = try place(
      "postgresql:host=\(cluster.folder) dbname=none user=postgres password=very-Secret")
    // One that waited would hang into the suite's time limit.
    let ended = try await Program.run(["serve", "--wait-store", "600"], in: place.path)
    #expect(ended.status == 2)
    #expect(ended.errors.contains("none") && !ended.errors.contains("very-Secret"))
  }

  @Test("a store that is away is waited for as long as told, then the start ends with 1")
  func away() async throws {
    let place = try place("postgresql:host=/nowhere dbname=none user=postgres password=very-Secret")
    let ended = try await Program.run(["serve", "--wait-store", "1"], in: place.path)
    #expect(ended.status == 1)
    #expect(ended.errors.contains("away") && !ended.errors.contains("very-Secret"))
    #expect(ended.output.contains("it is waited for") && !ended.output.contains("very-Secret"))
    let wrong = try await Program.run(["serve", "--wait-store", "soon"], in: place.path)
    #expect(wrong.status == 2)
  }

  @Test("the doctor looks through it")
  func doctor() async throws {
    try await TestCluster.shared().withSchema { address in
      let place = try place("postgresql:\(address)")
      let ended = try await Program.run(["doctor"], in: place.path)
      #expect(ended.output.contains("can be written to"))
      #expect(ended.output.contains("all 0 can be read"))
    }
  }
}
