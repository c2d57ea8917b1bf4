import HTTPCalling
import JSONText
import Synchronization
import TestSupport
import Testing

extension FieldTests {
  @Suite("Openpay: what it reports") struct OpenpayCallbacks {
    @Test("callback_with_bom: a byte order mark in front costs nothing")
    func byteOrderMark() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("callback_with_bom", via: "openpay-main", "store")
      try await placed.move("pay")
      let told = try await bench.openpay([0xEF, 0xBB, 0xBF] + (try await placed.told().bytes))
      #expect(told.status == 200)
      _ = try await placed.becomes("succeeded")
    }

    @Test(
      "money that goes back stays recorded, and an operator sees it",
      arguments: [
        ("openpay_chargeback", "spei", "charged_back", "chargeback.created"),
        ("openpay_refunded_after_paid", "store", "refunded", "charge.refunded"),
      ])
    func back(_ name: String, _ method: String, _ end: String, _ event: String) async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending(name, via: "openpay-main", method)
      try await placed.move("pay")
      #expect(try await placed.sync()["status"] == "succeeded")
      try await placed.move("take-back", ["as": .string(end)])
      let charge = try #require(try await placed.told()["transaction"])
      #expect(try await bench.openpay(event, charge).status == 200)
      let listed = try await eventualValue { () -> [JSON]? in
        let listed = try await bench.discrepancies(placed.id)
        return listed.isEmpty ? nil : listed
      }
      #expect(listed?.contains { $0["kind"] == "taken_back" } == true, "\(listed ?? [])")
      let seen = try await placed.seen()
      #expect(seen["status"] == "succeeded" && seen["receipts"]?.array?.count == 1)
    }

    @Test("openpay_callback_before_answer: one receipt, one charge")
    func beforeAnswer() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("openpay_callback_before_answer") { call in
        let response = await call.forward()
        guard call.isCreate, let order = response.json["id"]?.string else { return response }
        let placed = Placed(bench: bench, made: .null, id: "", order: order)
        try? await placed.move("pay")
        let told = try? await bench.openpay(placed.told().bytes)
        #expect(told?.status == 200)
        return response
      }
      let made = try await bench.buy("openpay_callback_before_answer", via: "openpay-main")
      let placed = Placed(
        bench: bench, made: made.json, id: made.json["id"]?.string ?? "", order: "")
      let seen = try await placed.becomes("succeeded")
      #expect(seen["receipts"]?.array?.count == 1 && seen["amount_received"] == 15_000)
      #expect(try await bench.orders(script.sent["order_id"]).count == 1)
    }

    @Test("openpay_doubled_and_disordered: one receipt, and succeeded stays")
    func disordered() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending(
        "openpay_doubled_and_disordered", via: "openpay-main", "store")
      try await placed.move("pay")
      let paid = try await placed.told()
      let statuses = try await FieldBench.atOnce(10) {
        try await bench.openpay(paid.bytes).status
      }
      #expect(statuses == Array(repeating: 200, count: 10))
      _ = try await placed.becomes("succeeded")
      for (event, status) in [
        ("charge.created", "in_progress"), ("charge.failed", "failed"),
        ("transaction.expired", "cancelled"), ("charge.cancelled", "cancelled"),
      ] {
        let charge = try #require(paid["transaction"]).with("/status", .string(status))
        #expect(try await bench.openpay(event, charge).status == 200)
      }
      let seen = try await placed.sync()
      #expect(seen["status"] == "succeeded" && seen["receipts"]?.array?.count == 1)
      #expect(try await bench.discrepancies(placed.id) == [])
    }

    @Test("openpay_verification: the code stands in the log, and nothing is booked")
    func verification() async throws {
      let bench = try FieldBench.current
      let body: JSON = [
        "type": "verification", "event_date": "2026-11-20T14:00:00-06:00",
        "verification_code": "UY1qqrxw", "id": "wvcodigo",
      ]
      #expect(try await bench.openpay(body.bytes).status == 200)
      #expect(try await bench.deliver(to: "openpay-main", body.bytes, []).status == 401)
      #expect(try await bench.openpay(Array("{}".utf8)).status == 200)
      #expect(try await bench.openpay([]).status == 200)
      let isLogged = try await eventually {
        bench.gateway.output.contains("UY1qqrxw")
      }
      #expect(isLogged == true)
    }

    @Test("openpay_foreign_events: each is taken, and changes nothing")
    func foreign() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("openpay_foreign_events", via: "openpay-main")
      let charge: JSON = [
        "id": "trforeign", "amount": 10, "status": "completed", "order_id": .null,
        "currency": "MXN", "method": "bank_account",
      ]
      let transactions =
        [
          nil, .null, "text", charge, charge.with("/order_id", 4_711_000),
          charge.with("/order_id", nil),
        ] as [JSON?]
      for event in [
        "spei.received", "payout.created", "chargeback.created", "order.completed", "made.up.event",
      ] {
        for transaction in transactions {
          var body: JSONObject = [
            "type": .string(event), "event_date": "2026-11-20T14:00:00-06:00",
          ]
          body["transaction"] = transaction
          let told = try await bench.openpay(JSON.object(body).bytes)
          #expect(told.status == 200, "\(event) \(transaction?.text ?? "")")
        }
      }
      let seen = try await placed.seen()
      #expect(seen["status"] == "pending" && seen["receipts"] == [])
    }

    @Test("callback_get: another method is told which one is allowed; a slash loses no body")
    func otherMethods() async throws {
      let bench = try FieldBench.current
      var provider = bench.client
      provider.key = nil
      for method in ["GET", "HEAD"] {
        let answer = try await provider.call(method, "/callbacks/openpay-main")
        #expect(
          answer.status == 405 && answer.header("Allow") == "OPTIONS, POST",
          "\(method) \(answer.header("Allow") ?? "")")
      }
      let slash = try await provider.call("POST", "/callbacks/openpay-main/", Array("{}".utf8))
      #expect(slash.status == 404)
    }
  }
}
