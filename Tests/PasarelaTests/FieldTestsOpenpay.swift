import HTTPServing
import JSONText
import Payins
import Synchronization
import TestSupport
import Testing

extension FieldTests {
  @Suite("Openpay: creating and asking") struct Openpay {
    /// An error object in the provider's form.
    static func error(_ code: Int64, _ words: String, _ status: HTTPStatus) -> Response {
      .json(
        status,
        [
          "category": "request", "error_code": JSON(code), "description": .string(words),
          "http_code": JSON(status.code), "request_id": "6d0f2c5e", "fraud_rules": .null,
        ])
    }

    @Test(
      "an order that exists is adopted where it is refused for existing, and nobody else is asked",
      arguments: [
        ("openpay_duplicate_in_spanish", 1001, HTTPStatus.badRequest),
        ("openpay_1006_adopted", 1006, .conflict),
      ])
    func duplicate(_ name: String, _ code: Int64, _ status: HTTPStatus) async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script(name) { call in
        let response = await call.forward()
        guard call.isCreate else { return response }
        return Self.error(code, "La orden ya fue procesada con anterioridad", status)
      }
      let made = try await bench.buy(name, via: "openpay-main+cashypay-main")
      #expect(made.status == 201 || made.status == 202, "\(made.json)")
      let placed = Placed(
        bench: bench, made: made.json, id: made.json["id"]?.string ?? "", order: "")
      let seen = try await placed.becomes("pending")
      #expect(seen["account"] == "openpay-main")
      #expect(seen["instructions"]?["clabe"]?.string?.utf8.count == 18)
      #expect(script.creates.count == 1)
      #expect(try await bench.orders(script.sent["order_id"]).count == 1)
    }

    @Test("openpay_declined_then_again: the next candidate takes it; no order_id is sent twice")
    func declinedThenAgain() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("openpay_declined_then_again") { call in
        let isOpenpay = call.request.path.hasSuffix("/charges")
        guard call.isCreate, isOpenpay else { return await call.forward() }
        return Self.error(1003, "The operation couldn't be processed", .unprocessableContent)
      }
      for number in 1...2 {
        let placed = try await bench.pending(
          "again-\(number)", via: "openpay-main+cashypay-main",
          changing: ["description": "openpay_declined_then_again"])
        #expect(placed.made["account"] == "cashypay-main")
      }
      let sent = script.creates.compactMap { $0.json["order_id"]?.string }
      #expect(sent.count == 2 && Set(sent).count == 2)
    }

    @Test(
      "openpay_accented_error: fails with the provider's code",
      arguments: ["utf8", "escaped", "latin1"])
    func accented(_ form: String) async throws {
      let bench = try FieldBench.current
      let name = "openpay_accented_error-\(form)"
      _ = bench.wire.script(name) { call in
        guard call.isCreate else { return await call.forward() }
        var response = Self.error(1001, "email no puede estar vacío", .badRequest)
        let í: [UInt8] = Array("í".utf8)
        guard let place = response.body.firstRange(of: í) else { return response }
        if form == "escaped" { response.body.replaceSubrange(place, with: Array("\\u00ed".utf8)) }
        if form == "latin1" { response.body.replaceSubrange(place, with: [0xED]) }
        return response
      }
      let made = try await bench.buy(name, via: "openpay-main", "store")
      #expect(made.status < 300)
      let placed = Placed(
        bench: bench, made: made.json, id: made.json["id"]?.string ?? "", order: "")
      let failure = try await placed.becomes("failed")["failure"]
      #expect(failure?["message"]?.string?.contains("1001") == true, "\(failure ?? .null)")
    }

    @Test("html_200: one charge, adopted once the provider can be read")
    func html() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("html_200") { call in
        let response = await call.forward()
        return call.isCreate || call.turn == 1 ? .page : response
      }
      let made = try await bench.buy("html_200", via: "openpay-main+cashypay-main")
      let placed = Placed(
        bench: bench, made: made.json, id: made.json["id"]?.string ?? "", order: "")
      let seen = try await placed.becomes("pending")
      #expect(seen["instructions"]?["clabe"]?.string != nil && seen["account"] == "openpay-main")
      #expect(script.creates.count == 1)
      #expect(try await bench.orders(script.sent["order_id"]).count == 1)
    }

    @Test("query_304: an answer without body says nothing, and the next one counts")
    func notModified() async throws {
      let bench = try FieldBench.current
      _ = bench.wire.script("query_304") { call in
        let response = await call.forward()
        return !call.isCreate && call.turn == 1 ? Response(.notModified) : response
      }
      let placed = try await bench.pending("query_304", via: "openpay-main", "store")
      try await placed.move("pay")
      #expect(try await placed.sync()["status"] == "pending")
      #expect(try await placed.sync()["status"] == "succeeded")
    }

    @Test(
      "unreadable_is_visible: an order that cannot be followed is listed, and waits for its provider"
    )
    func unreadable() async throws {
      let bench = try FieldBench.current
      _ = bench.wire.script("unreadable_is_visible") { call in
        let response = await call.forward()
        return call.isCreate ? response : .page
      }
      let placed = try await bench.pending("unreadable_is_visible", via: "openpay-main", "store")
      for _ in 0..<10 { _ = try await placed.sync() }
      let seen = try await placed.seen()
      #expect(seen["status"] == "pending" && seen["waiting_for"] == "provider")
      #expect(try await bench.discrepancies(placed.id).map { $0["kind"] } == ["unfollowed"])
    }

    @Test("openpay_silent: what nobody told of is found by asking")
    func silent() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("openpay_silent", via: "openpay-main", "store")
      try await placed.move("pay")
      let seen = try await placed.becomes("succeeded")
      #expect(seen["amount_received"] == 15_000, "\(seen)")
    }

    @Test("store_limits: the provider's code is named, and so is each account's reason")
    func storeLimits() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("store_limits") { _ in
        Self.error(1012, "The amount is over the limit", HTTPStatus(code: 412) ?? .badRequest)
      }
      let over = try await bench.buy(
        "store_limits", via: "openpay-main", "store", amount: 1_500_000)
      #expect(over.json["status"] == "failed")
      #expect(over.json.at(pointer: "/failure/message")?.string?.contains("1012") == true)
      #expect(script.creates.count == 1)
      let beyond = try await bench.buy(
        "store_limits-2", via: "openpay-main", "store", amount: 3_000_000)
      #expect(beyond.status == 422 && beyond.code == "no_eligible_provider")
      #expect(beyond.json["errors"]?.array?.isEmpty == false)
      #expect(script.creates.count == 1)
    }

    @Test("openpay_failed_and_completed: of two charges of one order the completed one counts")
    func failedAndCompleted() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("openpay_failed_and_completed") { call in
        let response = await call.forward()
        guard !call.isCreate else { return response }
        guard call.request.path.hasSuffix("/charges"), let real = response.json.array?.first else {
          return response.with("/status", "failed")
        }
        let failed = real.with("/status", "failed").with("/id", "trfailedbefore000000")
        return .json(.ok, [failed, real])
      }
      let placed = try await bench.pending("openpay_failed_and_completed", via: "openpay-main")
      try await placed.move("pay")
      let seen = try await placed.sync()
      #expect(seen["status"] == "succeeded" && seen["receipts"]?.array?.count == 1)
      #expect(script.queries.contains { $0.path.hasSuffix("/charges") })
    }

    @Test("openpay_other_amount: pays nothing, and an operator sees the difference")
    func otherAmount() async throws {
      let bench = try FieldBench.current
      _ = bench.wire.script("openpay_other_amount") { call in
        let response = await call.forward()
        guard !call.isCreate else { return response }
        return response.with("/amount", .digits("149.99"))
      }
      let placed = try await bench.pending("openpay_other_amount", via: "openpay-main", "store")
      try await placed.move("pay")
      let seen = try await placed.sync()
      #expect(seen["status"] == "pending" && seen["amount_received"] == 0)
      let listed = try await bench.discrepancies(placed.id)
      #expect(listed.map { $0["kind"] } == ["mismatch"])
    }

    @Test("openpay_list_of_others: nothing of others is credited")
    func listOfOthers() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("openpay_list_of_others") { call in
        let response = await call.forward()
        guard call.request.target.contains("order_id=") else { return response }
        let charge: JSON = [
          "amount": 150, "currency": "MXN", "method": "bank_account", "status": "completed",
          "operation_date": "2026-11-20T14:00:00-06:00",
        ]
        return .json(
          .ok,
          .array(
            (1...3).map { number in
              charge.with("/id", .string("trother\(number)"))
                .with("/order_id", .string("SOMEONEELSES\(number)"))
            }))
      }
      let placed = try await bench.pending("openpay_list_of_others", via: "openpay-main")
      // Then the pages of the list show charges of others only, too.
      try await placed.move("vanish")
      let seen = try await placed.sync()
      #expect(seen["status"] == "pending" && seen["receipts"] == [])
      #expect(script.queries.contains { $0.target.contains("order_id=") })
      #expect(try await bench.discrepancies(placed.id).count == 1)
    }

    @Test("openpay_paid_late: money for an expired voucher is late, and counts once")
    func paidLate() async throws {
      let bench = try FieldBench.current
      let isPaid = Mutex(false)
      _ = bench.wire.script("openpay_paid_late") { call in
        let response = await call.forward()
        if isPaid.withLock({ $0 }) { return response.with("/status", "completed") }
        // Its end came when it was due.
        return call.isCreate
          ? response : response.with("/due_date", response.json["operation_date"])
      }
      let placed = try await bench.pending("openpay_paid_late", via: "openpay-main", "store")
      try await placed.move("expire")
      let told = try await bench.openpay(try await placed.told().bytes)
      #expect(told.status == 200)
      _ = try await placed.becomes("expired")
      isPaid.withLock { $0 = true }
      let paid = try await placed.sync()
      #expect(paid["status"] == "succeeded" && paid["late"] == true)
      #expect(paid["receipts"]?.array?.count == 1)
    }

    @Test("cancelled_then_paid: the merchant's end does not lose the money")
    func cancelledThenPaid() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("cancelled_then_paid", via: "openpay-main", "store")
      let cancelled = try await bench.client.post("/v1/payins/\(placed.id)/cancel")
      #expect(cancelled.json["status"] == "cancelled")
      try await placed.move("pay")
      let paid = try await placed.sync()
      #expect(paid["status"] == "succeeded" && paid["late"] == true)
      #expect(paid["receipts"]?.array?.count == 1)
    }
  }
}
