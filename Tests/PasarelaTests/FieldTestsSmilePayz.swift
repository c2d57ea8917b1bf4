import HTTPServing
import JSONText
import Payins
import Synchronization
import TestSupport
import Testing

extension FieldTests {
  @Suite("SmilePayz and Paynet") struct Others {
    @Test("smilepayz_latin1_name: a byte in a field that nobody needs costs nothing")
    func latin1() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("smilepayz_latin1_name", via: "smilepayz-main")
      try await placed.move("pay")
      let text = try await placed.told().with("/payer/name", "Mu~oz").text
      let body = text.utf8.map { $0 == UInt8(ascii: "~") ? 0xF1 : $0 }
      let told = try await bench.smilepayz(placed.order, body)
      #expect(told.status == 200 && told.body == Array("SUCCESS".utf8))
      _ = try await placed.becomes("succeeded")
    }

    @Test("smilepayz_old_timestamp: a repeated or early notification is taken; the query decides")
    func oldTimestamp() async throws {
      let bench = try FieldBench.current
      let now = Instant(seconds: FieldBench.now)
      for (index, time) in [
        now.adding(seconds: -3 * 3600).text(offsetMinutes: 0),
        now.adding(seconds: 600).text(offsetMinutes: -360),
      ].enumerated() {
        let placed = try await bench.pending(
          "smilepayz_old_timestamp-\(index)", via: "smilepayz-main")
        try await placed.move("pay")
        let told = try await bench.smilepayz(
          placed.order, try await placed.told().bytes, at: time)
        #expect(told.status == 200 && told.body == Array("SUCCESS".utf8))
        _ = try await placed.becomes("succeeded")
      }
    }

    @Test("a notification of another day is refused, and the money is found by asking")
    func anotherDay() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("smilepayz_another_day", via: "smilepayz-main")
      try await placed.move("pay")
      let late = Instant(seconds: FieldBench.now).adding(seconds: -2 * 86_400)
      let told = try await bench.smilepayz(
        placed.order, try await placed.told().bytes, at: late.text(offsetMinutes: 0))
      #expect(told.status == 401)
      _ = try await placed.becomes("succeeded")
    }

    @Test("smilepayz_timestamp_now: the time is now, with an offset, whatever the host's zone")
    func timestamp() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("smilepayz_timestamp_now")
      let before = FieldBench.now
      _ = try await bench.pending("smilepayz_timestamp_now", via: "smilepayz-main")
      // Its signature over it holds: the simulated provider took it.
      let time = try #require(script.creates.first?.headers["X-TIMESTAMP"])
      let seconds = try #require(Instant(rfc3339: time)).seconds
      #expect((before...FieldBench.now).contains(seconds), "\(time)")
    }

    @Test("keys_plain_forms: a key is a key, however it is written", arguments: FieldKeys.forms)
    func keys(_ form: FieldKeys.Form) async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("keys-\(form.account)", via: form.account)
      try await placed.move("pay")
      let told = try await bench.smilepayz(
        placed.order, try await placed.told().bytes, account: form.account)
      #expect(told.status == 200 && told.body == Array("SUCCESS".utf8))
      _ = try await placed.becomes("succeeded")
    }

    @Test("smilepayz_codes_told: what the configuration says of a code moves on at once")
    func codes() async throws {
      let bench = try FieldBench.current
      for code in ["62", "63"] {
        let name = "smilepayz_codes_told-\(code)"
        _ = bench.wire.script(name) { call in
          guard call.request.path.hasSuffix("/pay-in") else { return await call.forward() }
          return .json(.ok, ["code": .string(code), "message": "no"])
        }
        let placed = try await bench.pending(name, via: "smilepayz-told+openpay-main")
        #expect(placed.made["account"] == "openpay-main")
      }
    }

    @Test("earlier_attempt_paid: money on the order that the payer was not shown is the pay-in's")
    func earlierAttempt() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("earlier_attempt_paid") { call in
        let response = await call.forward()
        return call.request.path.hasSuffix("/pay-in") ? .dropped(reset: false) : response
      }
      let placed = try await bench.pending(
        "earlier_attempt_paid", via: "smilepayz-main+openpay-main")
      #expect(placed.made["account"] == "openpay-main")
      let first = try #require(try await bench.orders(script.sent["orderNo"]).first)
      let order = Placed(
        bench: bench, made: placed.made, id: placed.id, order: first["id"]?.string ?? "")
      try await order.move("pay")
      let told = try await bench.smilepayz(order.order, try await order.told().bytes)
      #expect(told.status == 200)
      let seen = try await order.becomes("succeeded")
      #expect(seen["receipts"]?.array?.count == 1 && seen["amount_received"] == 15_000)
    }

    @Test(
      "paynet_zeros_and_html: zeros stay in front; a page is doubt, and reversed until it is gone")
    func paynet() async throws {
      let bench = try FieldBench.current
      let pages = Mutex(2)
      _ = bench.wire.script("880124") { call in
        await call.forward().with("/authorization", "000124")
      }
      let broken = bench.wire.script("880125") { call in
        let response = await call.forward()
        let isPage = pages.withLock { left in
          left -= 1
          return left >= 0
        }
        return isPage ? .page : response
      }
      let path = "/v1/store_payments"
      func pay(_ transaction: String) async throws -> JSON {
        try await bench.client.post(
          path, CounterPaymentTests.payment(transaction), idempotencyKey: transaction
        ).json
      }
      let paid = try await pay("880124")
      #expect(paid["status"] == "authorized" && paid["authorization"]?.string == "000124")
      let doubt = try await pay("880125")
      #expect(doubt["status"] == "in_doubt")
      let id = try #require(doubt["id"]?.string)
      let reversed = try await eventually {
        try await bench.client.get("\(path)/\(id)").json["status"] == "reversed"
      }
      #expect(reversed == true)
      let reversals = broken.queries.map(\.json)
      #expect(reversals.count >= 2)
      for member in ["reference", "amount", "operationDate", "chainTransactionId", "idStore"] {
        #expect(reversals.allSatisfy { $0[member] == broken.sent[member] }, "\(member)")
      }
    }
  }
}
