import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

/// What contradicts a merchant's books: money that goes back, orders that vanish, and money of
/// which no webhook tells.
@Suite("Contradictions", .timeLimit(.minutes(1)))
struct ContradictionTests {
  private func create(_ bench: Bench, _ provider: String, _ url: String) async throws -> Example {
    let answer = try await bench.create(provider, url)
    try #require(answer.status == 200, "\(answer.text)")
    return try #require(Example.all[provider])
  }

  static let backs: [(String, String, String, String)] = [
    ("openpay", "cancelled", "cancelled", "charge.cancelled"),
    ("openpay", "failed", "failed", "charge.failed"),
    ("openpay", "pending", "in_progress", "charge.created"),
    ("openpay", "refunded", "refunded", "charge.refunded"),
    ("openpay", "charged_back", "chargeback_accepted", "chargeback.accepted"),
    ("cashypay", "cancelled", "CANCEL", "CANCEL"), ("cashypay", "failed", "FAIL", "FAIL"),
    ("cashypay", "pending", "PAYING", "PAYING"), ("cashypay", "refunded", "REFUND", "REFUND"),
    ("smilepayz", "cancelled", "CANCELLED", "CANCELLED"),
    ("smilepayz", "failed", "FAILED", "FAILED"),
    ("smilepayz", "pending", "PROCESSING", "PROCESSING"),
    ("smilepayz", "refunded", "REFUNDED", "REFUNDED"),
  ]

  @Test("money of a paid order goes back, by query and by a callback", arguments: backs)
  func takenBack(
    _ provider: String, _ word: String, _ expected: String, _ told: String
  ) async throws {
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      let example = try await create(bench, provider, url)
      let path = "/orders/\(example.number)/take-back"
      let early = try await bench.control("POST", path, ["as": .string(word)])
      #expect((early.status, early.json["code"]?.string) == (409, "not_paid"))
      try await bench.pay(example.number)
      try await bench.settle()
      _ = receiver.taken()
      let order = try await bench.control("POST", path, ["as": .string(word)]).json
      #expect(order["payments"]?.array?.map { $0["reversed"]?.bool } == [true])
      #expect(order["provider_status"]?.string == expected)
      #expect(example.status(try await bench.query(provider).json) == expected)
      try await bench.settle()
      let calls = receiver.taken()
      #expect(calls.count == 1)
      let call = try #require(calls.first)
      #expect(Credential(call).isRight)
      let json = call.json
      let heard = json["type"] ?? json["orderStatus"] ?? json["status"]
      #expect(heard?.string == told)
      if provider == "openpay" {
        #expect(json["transaction"]?["status"]?.string == expected)
        #expect(try await bench.openpay("GET", "").json["balance"]?.number?.text == "0.00")
      }
    }
  }

  @Test("what money can become when it goes back is asked for")
  func senseless() async throws {
    try await Bench.run { bench in
      let example = try await create(bench, "openpay", "")
      try await bench.pay("pay-0001-1")
      for body: JSON in [[:], ["as": "paid"], ["as": "failed", "colour": "red"]] {
        let answer = try await bench.control("POST", "/orders/pay-0001-1/take-back", body)
        #expect(answer.status == 400)
      }
      #expect(example.status(try await bench.query("openpay").json) == "completed")
    }
  }

  @Test("an order vanishes from queries, and comes back", arguments: Example.providers)
  func vanished(_ provider: String) async throws {
    try await Bench.run { bench in
      let example = try await create(bench, provider, "http://127.0.0.1:1")
      let order = "/orders/\(example.number)"
      let before = try await bench.query(provider).json
      let hidden = try await bench.control("POST", "\(order)/vanish")
      #expect(hidden.json["hidden"]?.bool == true)
      let gone = try await bench.query(provider)
      #expect(gone.text == example.absent)
      if provider == "openpay" {
        let id = try #require(before.array?.first?["id"]?.string)
        let one = try await bench.openpay("GET", "/charges/\(id)")
        #expect((one.status, one.json["error_code"]?.int64) == (404, 1005))
        #expect(try await bench.openpay("GET", "/charges").json == [])
      }
      #expect(
        try await bench.pay(example.number).status == 200, "its CLABE takes money all the same")
      _ = try await bench.control("POST", "\(order)/reappear")
      #expect(example.status(try await bench.query(provider).json) != nil)
    }
  }

  @Test("without a count no webhook of an account arrives any more")
  func allLost() async throws {
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      try await bench.fault(["provider": "cashypay", "kind": "webhook_lost"])
      for provider in ["openpay", "cashypay"] {
        let example = try await create(bench, provider, url)
        try await bench.pay(example.number, ["times": 2])
      }
      try await bench.pass(seconds: 86_400)
      let calls = receiver.taken()
      #expect(
        calls.compactMap { $0.json["type"]?.string } == ["charge.created", "charge.succeeded"])
      #expect(calls.count == 2)
    }
  }

  @Test(
    "further payments of CashyPay whose webhooks are lost are found by the numbers behind the order's"
  )
  func patches() async throws {
    try await Bench.run { bench in
      try await bench.fault(["provider": "cashypay", "kind": "webhook_lost"])
      _ = try await create(bench, "cashypay", "http://127.0.0.1:1")
      try await bench.pay("DEMO0000000001", ["amount": 5_000])
      try await bench.pay("DEMO0000000001", ["times": 2])
      let order = try await bench.query("cashypay").json["data"]
      #expect(order?["orderStatus"]?.string == "SUCCESS")
      for (serial, amount) in [("00001", "50.0"), ("00002", "152.0")] {
        let found = try await bench.cashypay(
          "/api/payInQuery", ["mchOrderNo": .string("DEMO0000000001" + serial), "nonceStr": "n"])
        let data = found.json["data"]
        #expect(data?["mchOrderNo"]?.string == "DEMO0000000001" + serial)
        #expect(data?["orderType"]?.string == "PATCH")
        #expect(data?["orderStatus"]?.string == "SUCCESS")
        #expect(data?["amount"]?.number?.text == amount)
        #expect(data?["patchOrderNo"] == order?["orderNo"])
        #expect(data?["patchMchOrderNo"]?.string == "DEMO0000000001")
      }
      let absent = try await bench.cashypay(
        "/api/payInQuery", ["mchOrderNo": "DEMO000000000100003", "nonceStr": "n"])
      #expect(absent.json == ["code": 500, "msg": "Order_not_exist", "data": nil])
    }
  }
}
