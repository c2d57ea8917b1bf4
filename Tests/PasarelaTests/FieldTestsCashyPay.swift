import HTTPServing
import JSONText
import TestSupport
import Testing

extension FieldTests {
  @Suite("CashyPay") struct CashyPay {
    @Test("cashypay_system_error_after_work: one order, adopted, and no second provider is asked")
    func systemError() async throws {
      let bench = try FieldBench.current
      let name = "cashypay_system_error_after_work"
      let script = bench.wire.script(name) { call in
        let response = await call.forward()
        if call.isCreate { return .json(.ok, ["code": 500, "msg": "System_error", "data": .null]) }
        return call.turn == 1 ? Response(.badGateway, body: Response.page.body) : response
      }
      let made = try await bench.buy(name, via: "cashypay-main+openpay-main")
      let placed = Placed(
        bench: bench, made: made.json, id: made.json["id"]?.string ?? "", order: "")
      let seen = try await placed.becomes("pending")
      #expect(seen["account"] == "cashypay-main" && script.creates.count == 1)
      #expect(try await bench.orders(script.sent["mchOrderNo"]).count == 1)
    }

    @Test("cashypay_ip_not_listed: the next candidate takes it, and the reason is on the timeline")
    func address() async throws {
      let bench = try FieldBench.current
      _ = bench.wire.script("cashypay_ip_not_listed") { call in
        guard call.request.path.hasSuffix("/payIn") else { return await call.forward() }
        return .json(.ok, ["code": 500, "msg": "Request_ip_notWhiteList", "data": .null])
      }
      let placed = try await bench.pending(
        "cashypay_ip_not_listed", via: "cashypay-main+openpay-main")
      #expect(placed.made["account"] == "openpay-main")
      let timeline = try await bench.timeline(placed.id)
      #expect(timeline.contains { $0.text.contains("Request_ip_notWhiteList") }, "\(timeline)")
    }

    @Test(
      "a refusal in words that nobody knows holds up nobody",
      arguments: [
        ("cashypay_unknown_refusal", "cashypay-main+openpay-main", "pending"),
        ("in_doubt_past_expiry", "cashypay-main", "failed"),
      ])
    func unknownWords(_ name: String, _ via: String, _ status: String) async throws {
      let bench = try FieldBench.current
      _ = bench.wire.script(name) { call in
        guard call.request.path.utf8.starts(with: "/api/".utf8) else { return await call.forward() }
        let word = call.isCreate ? "PayType_channel_closed" : "Order_not_exist"
        return .json(.ok, ["code": 500, "msg": .string(word), "data": .null])
      }
      let made = try await bench.buy(name, via: via, changing: ["expires_in": 60])
      #expect(made.json["status"]?.string == status)
      let id = try #require(made.json["id"]?.string)
      #expect(try await bench.sync(id)["status"]?.string == status)
      let timeline = try await bench.timeline(id)
      #expect(timeline.contains { $0.text.contains("PayType_channel_closed") })
    }

    /// With its check digit.
    private static func clabe(_ digits: String) -> String {
      let sum = zip(digits.utf8, [3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7]).reduce(0) {
        $0 + (Int($1.0) - 48) * $1.1 % 10
      }
      return "\(digits)\((10 - sum % 10) % 10)"
    }

    @Test("clabe_good, clabe_as_number: a CLABE is shown digit for digit where its check holds")
    func clabes() async throws {
      let bench = try FieldBench.current
      let endsInZero = (0..<100).map { Self.clabe(String(64_618_052_010_000_000 + $0)) }
        .first { $0.utf8.last == UInt8(ascii: "0") }
      let all = [
        Self.clabe("01266000000000123"), Self.clabe("72896900001234567"),
        Self.clabe("00118000000765432"), try #require(endsInZero),
      ]
      for (index, clabe) in all.enumerated() {
        for isNumber in [false, true] where !isNumber || clabe.utf8.first != UInt8(ascii: "0") {
          let name = "clabe_good-\(index)-\(isNumber)"
          _ = bench.wire.script(name) { call in
            await call.forward().with(
              "/data/payCode", isNumber ? .digits(clabe) : .string(clabe))
          }
          let placed = try await bench.pending(name, via: "cashypay-strict")
          #expect(placed.made["instructions"]?["clabe"]?.string == clabe)
        }
      }
      let last = all[3].utf8.last.map { $0 == 48 ? "1" : "0" } ?? ""
      _ = bench.wire.script("clabe_bad") { call in
        await call.forward().with("/data/payCode", .string(all[3].dropLast() + last))
      }
      #expect(try await bench.buy("clabe_bad", via: "cashypay-strict").json["status"] == "failed")
    }

    @Test("cashypay_fail_then_success: failed, then succeeded with one receipt")
    func failThenSuccess() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("cashypay_fail_then_success", via: "cashypay-main")
      for (step, status) in [("fail", "failed"), ("pay", "succeeded")] {
        try await placed.move(step)
        let told = try await bench.cashypay(try await placed.told().bytes)
        #expect(told.status == 200 && told.body == Array("SUCCESS".utf8))
        _ = try await placed.becomes(status)
      }
      #expect(try await placed.sync()["receipts"]?.array?.count == 1)
    }

    @Test("cashypay_patch_repeated: three receipts, however often each is told")
    func patches() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("cashypay_patch_repeated", via: "cashypay-main")
      for (amount, times) in [(15_000, 1), (5_000, 8), (5_000, 1)] as [(JSON, Int)] {
        try await placed.move("pay", ["amount": amount])
        let told = try await placed.told().bytes
        let statuses = try await FieldBench.atOnce(times) {
          try await bench.cashypay(told).status
        }
        #expect(statuses.allSatisfy { $0 == 200 })
      }
      let receipts = try await placed.sync()["receipts"]?.array
      #expect(receipts?.map { $0["amount"] } == [15_000, 5_000, 5_000])
    }

    @Test("cashypay_amount_forms: each form of 152 pesos is 152 pesos")
    func amountForms() async throws {
      let bench = try FieldBench.current
      for (index, form) in ["152", "152.00", 152, JSON.digits("1.52E2")].enumerated() {
        let placed = try await bench.pending(
          "cashypay_amount_forms-\(index)", via: "cashypay-main", amount: 15_200)
        try await placed.move("pay")
        let body = try await placed.told().with("/amount", form)
          .with("/merchantId", 1_000_001).with("/orderType", nil)
        let told = try await bench.cashypay(body.bytes)
        #expect(told.status == 200 && told.body == Array("SUCCESS".utf8), "\(form)")
        let seen = try await placed.becomes("succeeded")
        #expect(seen["amount_received"] == 15_200 && seen["receipts"]?.array?.count == 1)
        #expect(try await bench.discrepancies(placed.id) == [])
      }
    }

    @Test("cashypay_bytes_as_signed: a signature covers the bytes as they came")
    func bytes() async throws {
      let bench = try FieldBench.current
      for (index, isPretty) in [false, true].enumerated() {
        let placed = try await bench.pending(
          "cashypay_bytes_as_signed-\(index)", via: "cashypay-main", amount: 15_200)
        try await placed.move("pay")
        let members = try #require(try await placed.told().object).members
        var turned = JSONObject(members.reversed().map { ($0.key, $0.value) })
        turned["note"] = "Muñoz / Peña"
        turned["amount"] = .digits("152.0")
        let text = isPretty ? JSON.object(turned).pretty : JSON.object(turned).text
        let written = text.replacing("/", with: "\\/").replacing("ñ", with: "\\u00f1")
        let told = try await bench.cashypay(Array(written.utf8))
        #expect(told.status == 200 && told.body == Array("SUCCESS".utf8))
        #expect(try await placed.becomes("succeeded")["amount_received"] == 15_200)
      }
    }

    private static let wrappings: [(name: String, head: String, version: String)] = [
      ("no type", "", "1.1"), ("text", "Content-Type: text/plain", "1.1"),
      ("form", "Content-Type: application/x-www-form-urlencoded", "1.1"),
      ("charset", "Content-Type: application/json; charset=utf-8", "1.1"),
      ("chunked", "Content-Type: application/json\r\nTransfer-Encoding: chunked", "1.1"),
      ("expect", "Content-Type: application/json\r\nExpect: 100-continue", "1.1"),
      ("1.0", "Content-Type: application/json", "1.0"),
      ("lower", "content-type: application/json", "1.1"),
      ("upper sign", "Content-Type: application/json", "1.1"),
    ]

    @Test("callback_wrappings: however it is wrapped, it is acknowledged and counts")
    func wrapped() async throws {
      let bench = try FieldBench.current
      for (index, (name, head, version)) in Self.wrappings.enumerated() {
        let placed = try await bench.pending("callback_wrappings-\(index)", via: "cashypay-main")
        try await placed.move("pay")
        let body = try await placed.told().text
        var sign = FieldBench.cashypaySign(Array(body.utf8))
        if name == "upper sign" { sign = sign.uppercased() }
        let length = body.utf8.count
        let (size, sent) =
          name == "chunked"
          ? ("", "\(String(length, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
          : ("Content-Length: \(length)\r\n", body)
        var lines = "Host: 127.0.0.1\r\nSign: \(sign)\r\n\(size)Connection: close\r\n"
        if name == "lower" { lines = lines.lowercased() }
        let request =
          "POST /callbacks/cashypay-main HTTP/\(version)\r\n\(lines)"
          + (head.isEmpty ? "" : "\(head)\r\n") + "\r\n\(sent)"
        let answer = try await withClient(bench.installation.port) { client in
          try client.send(request)
          return String(decoding: try client.readToEnd(), as: UTF8.self)
        }
        #expect(
          answer.contains(" 200 ") && answer.hasSuffix("\r\n\r\nSUCCESS"), "\(name): \(answer)")
        _ = try await placed.becomes("succeeded")
      }
    }
  }
}
