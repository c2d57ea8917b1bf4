import HTTPCalling
import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

@Suite("Paynet", .timeLimit(.minutes(1)))
struct PaynetTests {
  private static let paymentKeys: Set = [
    "requestId", "operationDate", "chainTransactionId", "authorization", "responseCode",
    "descriptionCode", "customerInstructions",
  ]

  /// Makes a store charge of Openpay and gives its id and reference.
  private func charge(_ bench: Bench) async throws -> (id: String, reference: String) {
    let body = JSON.object(Orders.openpay("store"))
    let charge = try await bench.openpay("POST", "/charges", body).json
    return (
      try #require(charge["id"]?.string),
      try #require(charge["payment_method"]?["reference"]?.string)
    )
  }

  private func code(
    _ bench: Bench, to path: String = "payment", _ body: JSON
  ) async throws -> Int64? {
    let answer = try await bench.paynet(path, body)
    #expect(answer.status == 200, "\(answer.text)")
    return answer.json["responseCode"]?.int64
  }

  @Test("cash for a reference completes its charge, and the merchant hears of it")
  func payment() async throws {
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      let (id, reference) = try await charge(bench)
      let answer = try await bench.paynet("payment", .object(Orders.paynet(reference)))
      #expect(Set(answer.json.object?.keys ?? []) == Self.paymentKeys)
      #expect(answer.json["responseCode"]?.int64 == 0)
      #expect(answer.json["descriptionCode"]?.string == "Success")
      #expect(answer.json["chainTransactionId"]?.int64 == 170_911_001)
      #expect(answer.json["authorization"]?.string?.wholeMatch(of: /\d{6}/) != nil)
      #expect(answer.json["operationDate"]?.int64 == Bench.noon)
      let paid = try await bench.openpay("GET", "/charges/\(id)")
      #expect(paid.json["status"]?.string == "completed")
      try await bench.settle()
      let events = receiver.taken().map { $0.json["type"]?.string }
      #expect(events.contains("charge.succeeded"))
    }
  }

  @Test("what cannot be paid is declined with its own code and without an authorization")
  func declined() async throws {
    try await Bench.run { bench in
      let (_, reference) = try await charge(bench)
      let order = Orders.paynet(reference)
      let cases: [(JSON, Int64)] = [
        (order.with("amount", .number(.decimal(15_199, places: 2))), 88),
        (order.with("amount", 0), 88), (order.with("amount", "152"), 88),
        (order.with("amount", .number(.decimal(152_001, places: 3))), 88),
        (order.with("reference", "1010999999999999"), 93),
        (order.with("reference", "1010-99"), 30), (order.with("reference", ""), 30),
        (order.with("reference", .string(String(repeating: "1", count: 41))), 30),
        (order.with("reference", nil), 30), (order.with("idStore", nil), 12),
        (order.with("idPos", "x"), 12), (order.with("idEmployee", 123_456_789_012), 12),
        (order.with("chainTransactionId", .string(String(repeating: "1", count: 46))), 12),
        (order.with("operationDate", 15_090_531_357), 12), (order.with("paymentType", 5), 12),
        (order.with("sku", "a"), 12),
      ]
      for (number, (body, expected)) in cases.enumerated() {
        var fields = body.object ?? [:]
        if fields["chainTransactionId"]?.int64 != nil {
          fields["chainTransactionId"] = JSON(number + 1)
        }
        let answer = try await bench.paynet("payment", .object(fields))
        #expect(answer.status == 200)
        #expect(answer.json["responseCode"]?.int64 == expected, "\(body.text)")
        #expect(
          Set(answer.json.object?.keys ?? [])
            == Self.paymentKeys.subtracting(["authorization", "customerInstructions"]))
      }
      let accents = try await bench.paynet("payment", order.with("paymentType", 9))
      #expect(accents.json["descriptionCode"]?.string == "Transacción inválida.")
      #expect(try await code(bench, order.with("colour", "ignored")) == 0)
    }
  }

  @Test("a charge that is paid, cancelled or expired takes no cash")
  func closed() async throws {
    try await Bench.run { bench in
      let (id, reference) = try await charge(bench)
      #expect(try await code(bench, .object(Orders.paynet(reference))) == 0)
      let second = Orders.paynet(reference).with("chainTransactionId", 2)
      #expect(try await code(bench, second) == 12)
      let other = try await bench.openpay(
        "POST", "/charges", .object(Orders.openpay("store", "late")))
      let late = try #require(other.json["payment_method"]?["reference"]?.string)
      try await bench.pass(seconds: 40 * 3_600)
      let answer = try await bench.openpay("GET", "/charges?order_id=late")
      #expect(answer.json.array?.first?["status"]?.string == "cancelled")
      #expect(try await code(bench, Orders.paynet(late).with("chainTransactionId", 3)) == 12)
      #expect(try await bench.pay("late").status == 422)
      #expect(try await bench.pay(id).status == 422)
    }
  }

  @Test("a payment that is repeated with the same data is answered the same, once paid")
  func idempotency() async throws {
    try await Bench.run { bench in
      let (id, reference) = try await charge(bench)
      let body = JSON.object(Orders.paynet(reference))
      let first = try await bench.paynet("payment", body)
      let second = try await bench.paynet("payment", body)
      #expect(second.bytes == first.bytes)
      let books = try await bench.control("GET", "/orders/\(id)")
      #expect(books.json["payments"]?.array?.count == 1)
      #expect(try await code(bench, Orders.paynet(reference).with("idPos", 2)) == 12)
    }
  }

  @Test("numbers longer than 64 bits are kept as they are, written as number or as text")
  func longNumbers() async throws {
    try await Bench.run { bench in
      let (_, reference) = try await charge(bench)
      let digits = "123456789012345678901234567890123456789012345"
      let number = try #require(JSONNumber(text: digits))
      let body = Orders.paynet(reference).with("chainTransactionId", .number(number))
      let answer = try await bench.paynet("payment", body)
      #expect(answer.json["responseCode"]?.int64 == 0)
      #expect(answer.json["chainTransactionId"]?.number?.text == digits)
      let text = Orders.paynet(reference).with("chainTransactionId", .string(digits))
      let again = try await bench.paynet("payment", text)
      #expect(again.json["authorization"] == answer.json["authorization"])
    }
  }

  @Test("a reversal opens the charge again, for another payment, and may be repeated")
  func reversal() async throws {
    try await Bench.run { bench in
      let (id, reference) = try await charge(bench)
      let body = JSON.object(Orders.paynet(reference))
      let paid = try await bench.paynet("payment", body)
      let first = try await bench.paynet("reverse", body)
      #expect(first.json["responseCode"]?.int64 == 0)
      #expect(first.json["authorization"] == paid.json["authorization"])
      #expect(
        Set(first.json.object?.keys ?? []) == Self.paymentKeys.subtracting(["customerInstructions"])
      )
      #expect(try await bench.paynet("reverse", body).bytes == first.bytes)
      let open = try await bench.openpay("GET", "/charges/\(id)")
      #expect(open.json["status"]?.string == "in_progress")
      #expect(open.json["authorization"]?.isNull == true)
      #expect(try await code(bench, body) == 12, "the reversed payment stays reversed")
      #expect(try await code(bench, Orders.paynet(reference).with("chainTransactionId", 2)) == 0)
      let payments = try await bench.control("GET", "/orders/\(id)").json["payments"]?.array
      #expect(payments?.map { $0["reversed"]?.bool } == [true, false])
      #expect(try await bench.openpay("GET", "").json["balance"]?.number?.text == "152.00")
    }
  }

  @Test("a reversal needs the payment's own data")
  func reversalRefused() async throws {
    try await Bench.run { bench in
      let (_, reference) = try await charge(bench)
      let order = Orders.paynet(reference)
      #expect(try await code(bench, to: "reverse", .object(order)) == 12)
      let paid = try await bench.paynet("payment", .object(order))
      #expect(try await code(bench, to: "reverse", order.with("idStore", 9)) == 12)
      #expect(try await code(bench, to: "reverse", order.with("amount", 100)) == 12)
      #expect(try await code(bench, to: "reverse", order.with("authorization", "0")) == 12)
      #expect(try await code(bench, to: "reverse", order.with("reference", "a-b")) == 30)
      let authorization = paid.json["authorization"]
      #expect(try await code(bench, to: "reverse", order.with("authorization", authorization)) == 0)
    }
  }

  @Test("a charge that expired while it was paid is closed by the reversal")
  func reversalAfterExpiry() async throws {
    try await Bench.run { bench in
      let (id, reference) = try await charge(bench)
      let body = JSON.object(Orders.paynet(reference))
      _ = try await bench.paynet("payment", body)
      try await bench.pass(seconds: 40 * 3_600)
      #expect(try await code(bench, to: "reverse", body) == 0)
      let charge = try await bench.openpay("GET", "/charges/\(id)")
      #expect(charge.json["status"]?.string == "cancelled")
    }
  }

  @Test("only the chain's key without a password opens the chain")
  func authentication() async throws {
    try await Bench.run { bench in
      let body = JSON.object(Orders.paynet("OPENPAY00FUCDZDQ9")).bytes
      let chain = "/v1/\(SandboxCredentials.paynetChain)/payment"
      let key = Bench.paynetHeaders[0]
      let attempts: [(String, [HTTPHeader])] = [
        (chain, []), (chain, [Bench.basic("other")]), ("/v1/other/payment", [key]),
        (chain, [Bench.basic(SandboxCredentials.openpayPrivateKey)]),
      ]
      for (path, headers) in attempts {
        let answer = try await bench.call("POST", path, headers + [Bench.jsonType], body)
        #expect((answer.status, answer.json["error_code"]?.int64) == (401, 1002))
      }
      let broken = try await bench.call("POST", chain, Bench.paynetHeaders, Array("{".utf8))
      #expect((broken.status, broken.json["error_code"]?.int64) == (400, 1001))
      try await bench.fault(["kind": "error_500", "operation": "create"])
      let read = try await bench.call("GET", chain, Bench.paynetHeaders)
      #expect((read.status, read.header("Allow")) == (405, "POST"))
      for (path, headers) in attempts {
        #expect(try await bench.call("GET", path, headers).status == 401)
      }
    }
  }
}
