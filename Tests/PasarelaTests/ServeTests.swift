import Foundation
import Glibc
import JSONText
import TestSupport
import Testing

/// The main job, through the executable's own door.
@Suite("pasarela serve")
struct ServeTests {
  static func payin(_ reference: String, method: String) -> JSON {
    [
      "merchant_reference": JSON(reference), "amount": 15_000, "currency": "MXN",
      "method": JSON(method), "description": "Two tickets",
      "payer": ["name": "Ana Prueba", "email": "ana@example.mx", "phone": "+525500000000"],
    ]
  }

  @Test("a pay-in is made, survives a kill -9, is paid, and is seen to succeed")
  func mainJob() async throws {
    let installation = try await Installation()
    let client = installation.client
    let first = try await installation.serve()
    let made = try await client.post(
      "/v1/payins", Self.payin("order-1", method: "store"), idempotencyKey: "a")
    #expect(made.status == 201)
    let id = try #require(made.json["id"]?.string)
    let order = try #require(made.json["provider_order_id"]?.string)
    first.signal(SIGKILL)
    #expect(await first.ended().status == 128 + SIGKILL)

    let second = try await installation.serve()
    let again = try await client.post(
      "/v1/payins", Self.payin("order-1", method: "store"), idempotencyKey: "a")
    #expect(again.status == 201)
    #expect(again.body == made.body)
    let paid = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
    #expect(paid.status == 200)
    let succeeded = try await client.get("/v1/payins/\(id)?wait=30")
    #expect(succeeded.json["status"]?.string == "succeeded")
    #expect(succeeded.json["amount_received"] == 15_000)

    let ended = await installation.stop(second)
    #expect(ended.status == 0)
    #expect(ended.output.contains("\"message\":\"stopped\""))
    #expect(!ended.output.contains("ana@example.mx"))
    try await installation.end()
  }

  @Test("goes on where its log's disk is full, and where nobody reads its log any more")
  func lostLog() async throws {
    let installation = try await Installation()
    let (pipe, reader) = try installation.logPipe()
    for output in ["/dev/full", pipe] {
      let gateway = try await installation.serve(output: output)
      if output == pipe { close(reader) }
      let health = try await installation.client.get("/health").status
      gateway.signal(SIGHUP)
      let made = try await installation.client.post(
        "/v1/payins", Self.payin("log-\(output.count)", method: "store"), idempotencyKey: output)
      #expect(health == 200 && made.status == 201)
      gateway.signal(SIGTERM)
      #expect(await gateway.status() == 0)
    }
    try await installation.end()
  }

  @Test("idle connections leave room for the calls to providers")
  func crowd() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve(openFiles: 256)
    let client = installation.client
    #expect(try await client.get("/v1/providers").status == 200)
    let crowd = IdleConnections(400, to: installation.port)
    // Over the connection that was there before them.
    let made = try await client.post(
      "/v1/payins", Self.payin("crowd", method: "store"), idempotencyKey: "crowd")
    #expect(made.json["status"] == "pending", "\(made.json["failure"] ?? .null)")
    withExtendedLifetime(crowd) {}
    let ended = await installation.stop(gateway)
    #expect(ended.output.contains("fewer connections than configured"))
    try await installation.end()
  }

  @Test("a payment that arrives while the gateway is down is found when it starts")
  func paidWhileDown() async throws {
    let installation = try await Installation()
    let client = installation.client
    let first = try await installation.serve()
    let made = try await client.post(
      "/v1/payins", Self.payin("order-2", method: "spei"), idempotencyKey: "b")
    let id = try #require(made.json["id"]?.string)
    let order = try #require(made.json["provider_order_id"]?.string)
    _ = await installation.stop(first)
    _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
    let second = try await installation.serve()
    let succeeded = try await client.get("/v1/payins/\(id)?wait=30")
    #expect(succeeded.json["status"]?.string == "succeeded")
    _ = await installation.stop(second)
    try await installation.end()
  }

  @Test("rule files take effect when they change; a bad one changes nothing and is shown")
  func rules() async throws {
    let installation = try await Installation()
    let client = installation.client
    let gateway = try await installation.serve()
    func status() async throws -> JSON { try await client.get("/v1/routing/rules").json }
    let first = try await status()["version"]?.string
    #expect(first?.count == 64)

    try installation.place.write(
      Installation.rules.replacingOccurrences(of: "payin.method ==", with: "payin.methods =="),
      to: "routing-rules/default.json5")
    let fault = try await eventualValue {
      try await status()["rejected"]?["faults"]?.array?.first?.string
    }
    #expect(fault?.contains("default.json5:1:") == true)
    #expect(try await status()["version"]?.string == first)
    let warned = try await client.get("/health").json
    #expect(warned["status"]?.string == "warn", "\(warned)")

    try installation.place.write(Installation.rules, to: "routing-rules/default.json5")
    let isClean = try await eventually {
      try await status()["rejected"]?.isNull == true
    }
    #expect(isClean == true)

    try installation.place.write(
      Installation.rules.replacingOccurrences(of: "\"store\",", with: "\"cash\","),
      to: "routing-rules/default.json5")
    let second = try await eventualValue {
      try await status()["version"]?.string.flatMap { $0 == first ? nil : $0 }
    }
    #expect(second != nil)
    let passed = try await client.get("/health").json
    #expect(passed["status"]?.string == "pass", "\(passed)")
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("rule files may be renamed into place, written in halves, or deleted")
  func editors() async throws {
    let installation = try await Installation()
    let client = installation.client
    let gateway = try await installation.serve()
    let folder = "\(installation.place.path)/routing-rules"
    func rules() async throws -> [String] {
      try await client.get("/v1/routing/rules").json["rules"]?.array?.compactMap(\.string) ?? []
    }
    func rejected() async throws -> Bool {
      try await client.get("/v1/routing/rules").json["rejected"]?.isNull == false
    }
    func until(_ holds: () async throws -> Bool) async throws -> Bool {
      try await eventually { try await holds() }
    }
    // By renaming, as most editors do.
    try installation.place.write(
      "{ rules: [ { name: \"second\", when: \"payin.amount == 7\", route: { priority: "
        + "[\"openpay-main/spei\"] } } ] }", to: "routing-rules/.second.json5.tmp")
    try FileManager.default.moveItem(
      atPath: "\(folder)/.second.json5.tmp", toPath: "\(folder)/second.json5")
    #expect(try await until { try await rules() == ["store", "second"] })
    // Half a file is refused and changes nothing; the other half makes it good.
    try installation.place.write("{ rules: [ { name: \"third\",", to: "routing-rules/third.json5")
    #expect(try await until { try await rejected() })
    #expect(try await rules() == ["store", "second"])
    try installation.place.write(
      "{ rules: [ { name: \"third\", when: \"payin.amount == 8\", route: { priority: "
        + "[\"openpay-main/spei\"] } } ] }", to: "routing-rules/third.json5")
    #expect(try await until { try await rules() == ["store", "second", "third"] })
    #expect(try await !rejected())
    // Deleting takes a file's rules out; deleting all of them is refused.
    try FileManager.default.removeItem(atPath: "\(folder)/third.json5")
    #expect(try await until { try await rules() == ["store", "second"] })
    for name in ["second", "default"] {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name).json5")
    }
    #expect(try await until { try await rejected() })
    #expect(try await client.get("/health/ready").status == 200)
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
