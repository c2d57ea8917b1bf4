import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

/// What contradicts a merchant's books: money that goes back, orders that vanish, and money of
/// which no webhook tells.
@Suite("Contradictions", .timeLimit(.minutes(1)))
struct ContradictionTests {
  private func number(_ provider: String) -> String {
    switch provider {
    case "openpay": "pay-0001-1"
    case "cashypay": "DEMO0000000001"
    default: "S20001A0B1C2D3E4F5061728"
    }
  }

  private func create(_ bench: Bench, _ provider: String, _ url: String) async throws {
    let answer =
      switch provider {
      case "openpay":
        try await bench.openpay("POST", "/charges", .object(Orders.openpay("bank_account")))
      case "cashypay": try await bench.cashypay("/api/payIn", .object(Orders.cashypay(url)))
      default:
        try await bench.smilepayz("/v2.0/transaction/pay-in", .object(Orders.smilepayz(url)))
      }
    try #require(answer.status == 200, "\(answer.text)")
  }

  private func query(_ bench: Bench, _ provider: String) async throws -> JSON {
    switch provider {
    case "openpay": try await bench.openpay("GET", "/charges?order_id=pay-0001-1").json
    case "cashypay":
      try await bench.cashypay(
        "/api/payInQuery", ["mchOrderNo": .string(number(provider)), "nonceStr": "n"]
      ).json
    default:
      try await bench.smilepayz(
        "/v2.0/inquiry-status", ["tradeType": 1, "orderNo": .string(number(provider))]
      ).json
    }
  }

  private func status(_ query: JSON, _ provider: String) -> String? {
    switch provider {
    case "openpay": query.array?.first?["status"]?.string
    case "cashypay": query["data"]?["orderStatus"]?.string
    default: query["status"]?.string
    }
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
    try await Receiver.run { receiver, url in
      try await Bench.run {
        $0.callbacks = url
      } _: { bench in
        try await create(bench, provider, url)
        let path = "/orders/\(number(provider))/take-back"
        let early = try await bench.control("POST", path, ["as": .string(word)])
        #expect((early.status, early.json["code"]?.string) == (409, "not_paid"))
        try await bench.pay(number(provider))
        try await bench.settle()
        _ = receiver.taken()
        let order = try await bench.control("POST", path, ["as": .string(word)]).json
        #expect(order["payments"]?.array?.map { $0["reversed"]?.bool } == [true])
        #expect(order["provider_status"]?.string == expected)
        #expect(status(try await query(bench, provider), provider) == expected)
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
  }

  @Test("what money can become when it goes back is asked for")
  func senseless() async throws {
    try await Bench.run { bench in
      try await create(bench, "openpay", "")
      try await bench.pay("pay-0001-1")
      for body: JSON in [[:], ["as": "paid"], ["as": "failed", "colour": "red"]] {
        let answer = try await bench.control("POST", "/orders/pay-0001-1/take-back", body)
        #expect(answer.status == 400)
      }
      #expect(status(try await query(bench, "openpay"), "openpay") == "completed")
    }
  }

  @Test(
    "an order vanishes from queries, and comes back",
    arguments: ["openpay", "cashypay", "smilepayz"])
  func vanished(_ provider: String) async throws {
    try await Bench.run { bench in
      try await create(bench, provider, "http://127.0.0.1:1")
      let order = "/orders/\(number(provider))"
      let before = try await query(bench, provider)
      let hidden = try await bench.control("POST", "\(order)/vanish")
      #expect(hidden.json["hidden"]?.bool == true)
      let gone = try await query(bench, provider)
      switch provider {
      case "openpay":
        #expect(gone == [])
        let id = try #require(before.array?.first?["id"]?.string)
        let one = try await bench.openpay("GET", "/charges/\(id)")
        #expect((one.status, one.json["error_code"]?.int64) == (404, 1005))
        #expect(try await bench.openpay("GET", "/charges").json == [])
      case "cashypay": #expect(gone == ["code": 500, "msg": "Order_not_exist", "data": nil])
      default: #expect(gone == ["code": "04", "message": "Transaction not found"])
      }
      #expect(
        try await bench.pay(number(provider)).status == 200, "its CLABE takes money all the same")
      _ = try await bench.control("POST", "\(order)/reappear")
      #expect(status(try await query(bench, provider), provider) != nil)
    }
  }

  @Test("without a count no webhook of an account arrives any more")
  func allLost() async throws {
    try await Receiver.run { receiver, url in
      try await Bench.run {
        $0.callbacks = url
      } _: { bench in
        try await bench.fault(["provider": "cashypay", "kind": "webhook_lost"])
        for provider in ["openpay", "cashypay"] {
          try await create(bench, provider, url)
          try await bench.pay(number(provider), ["times": 2])
        }
        try await bench.pass(seconds: 86_400)
        let calls = receiver.taken()
        #expect(
          calls.compactMap { $0.json["type"]?.string } == ["charge.created", "charge.succeeded"])
        #expect(calls.count == 2)
      }
    }
  }

  @Test(
    "further payments of CashyPay whose webhooks are lost are found by the numbers behind the order's"
  )
  func patches() async throws {
    try await Bench.run { bench in
      try await bench.fault(["provider": "cashypay", "kind": "webhook_lost"])
      try await create(bench, "cashypay", "http://127.0.0.1:1")
      try await bench.pay("DEMO0000000001", ["amount": 5_000])
      try await bench.pay("DEMO0000000001", ["times": 2])
      let order = try await query(bench, "cashypay")["data"]
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
