import Foundation
import HTTPServing
import JSONText
import TestSupport
import Testing

@testable import Storage

/// What a gateway does where its store was changed behind its back.
@Suite("damaged rows")
struct DamageTests {
  private func other(_ installation: Installation) throws -> SQLiteConnection {
    try SQLiteConnection(path: installation.place.path + "/books/pasarela.db")
  }

  /// Health's check once it says so: health is looked at twice a second at most.
  private func check(_ client: Client, is status: JSON, _ count: JSON) async throws -> JSON? {
    try await eventualValue {
      let health = try await client.get("/health").json
      let check = health["checks"]?["store:damage"]?.array?.first
      return check?["status"] == status && check?["observedValue"] == count ? check : nil
    }
  }

  private func lines(_ output: String, _ message: String) -> [JSON] {
    output.utf8.split(separator: UInt8(ascii: "\n")).compactMap { try? JSON(parsing: Array($0)) }
      .filter { $0["message"]?.string == message }
  }

  /// Pages of two until they end.
  private func listed(_ client: Client, _ path: String) async throws -> [String] {
    var ids: [String] = []
    var cursor = ""
    for _ in 0..<20 {
      let page = try await client.get("\(path)?limit=2\(cursor)")
      #expect(page.status == 200)
      ids += (page.json["data"]?.array ?? []).compactMap { $0["id"]?.string ?? $0["payin"]?.string }
      guard let next = page.json["next_cursor"]?.string else { return ids }
      cursor = "&cursor=\(next)"
    }
    Issue.record("the pages of \(path) do not end")
    return ids
  }

  @Test("a changed digit costs its pay-in only, and everybody hears of it who should")
  func payin() async throws {
    let installation = try await Installation(isWhole: false)
    try await installation.run { installation, gateway, client in
      var ids: [String] = []
      for number in 0..<5 {
        let made = try await client.post(
          "/v1/payins", ServeTests.payin("bad-\(number)", method: "store"),
          idempotencyKey: "\(number)")
        ids.append(try #require(made.json["id"]?.string))
      }
      #expect(try await listed(client, "/v1/payins") == ids.reversed())
      #expect(try await check(client, is: "pass", 0) != nil)
      let store = try other(installation)
      // The two in the middle, one of them with a document that is none at all.
      let (changed, broken) = (ids[2], ids[1])
      try store.execute(
        """
        UPDATE payin_openings SET content = replace(content, '"amount":15000', '"amount":95000')
          WHERE number = (SELECT number FROM payins WHERE id = '\(changed)');
        UPDATE payins SET body = substr(body, 1, 100) WHERE id = '\(broken)';
        """)
      let well = [ids[4], ids[3], ids[0]]
      #expect(try await listed(client, "/v1/payins") == well)

      let asked = try await client.get("/v1/payins/\(changed)")
      #expect(asked.status == 500 && asked.code == "internal")
      let request = try #require(asked.json["request_id"]?.string)
      #expect(asked.header("Request-Id") == request)
      #expect(try await client.post("/v1/payins/\(broken)/cancel").status == 500)
      let found = try await check(client, is: "warn", 2)
      #expect(found?["output"]?.string?.contains("payin \(changed)") == true)
      let metrics = String(decoding: try await client.get("/metrics").body, as: UTF8.self)
      #expect(metrics.contains("pasarela_store_damaged_rows 2\n"))

      // Its job is tried, and left alone for a while; the others' go on.
      try store.execute("UPDATE jobs SET due_ms = 0 WHERE payin = '\(changed)'")
      let postponed = try await eventually {
        try SQLiteStatement(
          store,
          """
          SELECT 1 FROM jobs WHERE payin = '\(changed)' AND lease IS NULL
            AND due_ms > (unixepoch() + 300) * 1000
          """
        ).first { _ in true }
      }
      #expect(postponed == true)
      let order = try #require(
        try await client.get("/v1/payins/\(ids[0])").json["provider_order_id"]?.string)
      _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
      #expect(try await client.get("/v1/payins/\(ids[0])?wait=30").json["status"] == "succeeded")

      let doctor = try await Program.run(
        ["doctor"], in: installation.place.path,
        environment: [
          "KEY_SHA256": String(repeating: "0", count: 64), "HOOK_SECRET": WebhookTests.secret,
        ])
      #expect(doctor.status == 1)
      #expect(
        doctor.output.contains("payin \(changed): its checksum is another"), "\(doctor.output)")
      #expect(doctor.output.contains("payin \(broken)"))
      #expect(doctor.output.contains("damaged: 2 of "))

      // Mended it is there again, and nobody warns any more.
      try store.execute(
        """
        UPDATE payin_openings SET content = replace(content, '"amount":95000', '"amount":15000')
          WHERE number = (SELECT number FROM payins WHERE id = '\(changed)')
        """)
      #expect(try await client.get("/v1/payins/\(changed)").json["amount"] == 15_000)
      #expect(try await check(client, is: "warn", 1) != nil)
      let ended = await installation.stop(gateway)
      let damaged = lines(ended.output, "a stored row is damaged")
      #expect(damaged.count == 2 && damaged.allSatisfy { $0["level"] == "error" })
      #expect(Set(damaged.compactMap { $0["payin"]?.string }) == [changed, broken])
      let failed = lines(ended.output, "a request failed")
      #expect(failed.count == 2)
      let line = failed.first { $0["request_id"]?.string == request }
      #expect(line?["level"] == "error" && line?["route"] == "/v1/payins/{id}")
      #expect(line?["http_status"] == 500 && line?["detail"]?.string?.contains(changed) == true)
      #expect(!ended.output.contains("ana@example.mx"))
    }
  }

  @Test("discrepancies, events, endpoints and store payments lose their damaged rows only")
  func lists() async throws {
    let installation = try await Installation(isWhole: false)
    try await installation.run { installation, gateway, client in
      var (payins, counters, endpoints): ([String], [String], [String]) = ([], [], [])
      for number in 0..<4 {
        let made = try await client.post(
          "/v1/payins", ServeTests.payin("lists-\(number)", method: "store"),
          idempotencyKey: "\(number)")
        payins.append(try #require(made.json["id"]?.string))
        let counter = try await client.post(
          "/v1/payins", ServeTests.payin("counter-\(number)", method: "store"),
          idempotencyKey: "counter-\(number)")
        let reference = try #require(counter.json["instructions"]?["reference"]?.string)
        let paid = try await client.post(
          "/v1/store_payments",
          CounterPaymentTests.payment("\(number + 500)", reference: reference),
          idempotencyKey: "\(number)")
        counters.append(try #require(paid.json["id"]?.string, "\(paid.json)"))
        let endpoint = try await client.post(
          "/v1/webhook_endpoints", ["url": JSON("http://127.0.0.1:9/\(number)")])
        endpoints.append(try #require(endpoint.json["id"]?.string))
      }
      try await UnexpectedTests.fault(
        installation, ["provider": "openpay", "operation": "query", "kind": "not_found"])
      for id in payins { _ = try await client.post("/v1/payins/\(id)/sync") }
      // The counters' pay-ins are asked about, too, sooner or later.
      func discrepant() async throws -> [String] {
        try await listed(client, "/v1/discrepancies").filter { payins.contains($0) }
      }
      #expect(try await discrepant() == payins.reversed())
      let events = try await listed(client, "/v1/events")
      #expect(events.count >= 8 && Set(events).count == events.count)
      let store = try other(installation)
      try store.execute(
        """
        UPDATE payins SET body = replace(body, 'accepted_order_absent', 'accepted_order_absemt')
          WHERE id = '\(payins[2])';
        UPDATE events SET announcement_body = replace(announcement_body, '15000', '15001')
          WHERE payin = '\(payins[0])';
        UPDATE store_payments SET body = replace(body, '"amount":', '"amount":1')
          WHERE id = '\(counters[1])';
        UPDATE webhook_endpoints SET body = replace(body, '127.0.0.1', '127.0.0.2')
          WHERE id = '\(endpoints[3])';
        """)
      #expect(try await discrepant() == [payins[3], payins[1], payins[0]])
      let damaged = try SQLiteStatement(
        store,
        """
        SELECT id FROM events WHERE payin = '\(payins[0])' AND announcement_sequence IS NOT NULL
        """
      ).rows { $0.text(0) }
      #expect(
        try await listed(client, "/v1/events") == events.filter { !damaged.contains($0) })
      #expect(
        try await listed(client, "/v1/store_payments") == [counters[3], counters[2], counters[0]])
      #expect(try await client.get("/v1/store_payments/\(counters[1])").status == 500)
      #expect(try await client.get("/v1/payins/\(payins[0])/events").status == 200)
      // What was read before stays in force.
      let isNoticed = try await eventually {
        gateway.output.contains("\"kind\":\"webhook_endpoint\"")
      }
      #expect(isNoticed == true)
      #expect(try await client.get("/v1/webhook_endpoints").json["data"]?.array?.count == 4)
      // A gateway that starts has nothing of it but the row.
      _ = await installation.stop(gateway)
      let second = try await installation.serve()
      #expect(try await client.get("/v1/webhook_endpoints").json["data"]?.array?.count == 3)
      #expect(try await client.get("/v1/webhook_endpoints/\(endpoints[3])").status == 500)
      // Its jobs may have come upon the other damaged rows, too, so health need not name this one.
      let isSaid = try await eventually {
        let check = try await client.get("/health").json["checks"]?["store:damage"]?.array?.first
        return check?["status"] == "warn"
          && lines(second.output, "a stored row is damaged").contains {
            $0["kind"] == "webhook_endpoint" && $0["id"]?.string?.contains(endpoints[3]) == true
          }
      }
      #expect(isSaid)
    }
  }

  @Test("a message whose event is damaged is given up, and those behind it are sent")
  func message() async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation(
        webhooks: [
          [
            "id": "w1", "url": JSON("\(url)/hooks"), "secret": "${HOOK_SECRET}",
            "events": ["payin.*"],
          ]
        ], isWhole: false)
      try await installation.run { installation, gateway, client in
        receiver.answers(Response(.internalServerError))
        let client = installation.client
        let made = try await client.post(
          "/v1/payins", ServeTests.payin("told", method: "store"), idempotencyKey: "told")
        let id = try #require(made.json["id"]?.string)
        _ = await receiver.next()
        let store = try other(installation)
        try store.execute(
          """
          UPDATE events SET announcement_body = replace(announcement_body, '15000', '15001')
            WHERE payin = '\(id)'
          """)
        _ = try await client.post("/v1/payins/\(id)/cancel")
        receiver.answers(Response(.noContent))
        _ = receiver.taken()
        let told = try await eventualValue {
          try store.execute("UPDATE jobs SET due_ms = 0 WHERE kind = 'deliver_event'")
          return receiver.taken().first { $0.json["type"] == "payin.cancelled" }
        }
        #expect(told?.json["data"]?["id"]?.string == id)
        let ended = await installation.stop(gateway)
        #expect(lines(ended.output, "a webhook was given up").count == 1)
      }
    }
  }
}
