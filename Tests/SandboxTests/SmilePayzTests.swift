import Crypto
import HTTPCalling
import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

@Suite("SmilePayz", .timeLimit(.minutes(1)))
struct SmilePayzTests {
  private static let payIn = "/v2.0/transaction/pay-in"
  private static let inquiry = "/v2.0/inquiry-status"

  private func create(_ bench: Bench, callback url: String?) async throws -> String {
    let answer = try await bench.smilepayz(Self.payIn, .object(Orders.smilepayz(url)))
    return try #require(answer.json["tradeNo"]?.string, "\(answer.text)")
  }

  private func query(_ bench: Bench, _ tradeNo: String) async throws -> JSON {
    try await bench.smilepayz(Self.inquiry, ["tradeType": 1, "tradeNo": .string(tradeNo)]).json
  }

  @Test("an order is answered as the page shows it")
  func create() async throws {
    try await Bench.run { bench in
      let answer = try await bench.smilepayz(Self.payIn, .object(Orders.smilepayz()))
      #expect(answer.status == 200)
      #expect(answer.header("X-TIMESTAMP") == "2026-01-02T12:00:00-06:00")
      let json = answer.json
      #expect(
        Set(json.object?.keys ?? []) == [
          "channel", "code", "merchant", "message", "money", "orderNo", "status", "tradeNo",
          "transactionTime",
        ])
      #expect(json["code"]?.string == "00")
      #expect(json["status"]?.string == "PROCESSING")
      #expect(json["money"] == ["amount": 20_000, "currency": "MXN"])
      #expect(json["tradeNo"]?.string?.wholeMatch(of: /\d{24}/) != nil)
      #expect(
        Set(json["channel"]?.object?.keys ?? []) == [
          "additionalInfo", "paymentMethod", "paymentUrl", "receiverBankName", "vaNumber",
        ])
      #expect(json["channel"]?["vaNumber"]?.string?.wholeMatch(of: /684180167\d{9}/) != nil)
      #expect(
        Set(json["merchant"]?.object?.keys ?? []) == ["accountNo", "merchantId", "merchantName"])
    }
  }

  static let refusals: [(String, JSON?)] = [
    ("orderNo", nil), ("orderNo", "S2000"), ("orderNo", "S20001-00001"),
    ("orderNo", .string(String(repeating: "x", count: 33))), ("orderNo", 200_010_001),
    ("purpose", nil), ("purpose", .string(String(repeating: "x", count: 65))),
    ("merchant", nil), ("merchant", ["merchantId": "20002"]), ("merchant", [:]),
    ("merchant", ["merchantId": "sandbox-20001", "colour": "red"]),
    ("money", nil), ("money", ["currency": "USD", "amount": 20_000]),
    ("money", ["currency": "MXN"]), ("money", ["currency": "MXN", "amount": 99]),
    ("money", ["currency": "MXN", "amount": 1_000_000_000]),
    ("money", ["currency": "MXN", "amount": "20000"]),
    ("money", ["currency": "MXN", "amount": .number(.decimal(2_000_050, places: 2))]),
    ("paymentMethod", nil), ("paymentMethod", "OXXO"),
    ("expiryPeriod", 0), ("expiryPeriod", 86_401), ("expiryPeriod", "3600"),
    ("callbackUrl", "gw.example.mx"), ("redirectUrl", "ftp://gw.example.mx"),
    ("callbackUrl", .string("https://gw.example.mx/\(String(repeating: "x", count: 235))")),
    ("area", 10), ("colour", "red"),
  ]

  @Test("an order with a bad field is refused with a code that is not 00", arguments: refusals)
  func refused(_ field: String, _ value: JSON?) async throws {
    try await Bench.run { bench in
      let answer = try await bench.smilepayz(Self.payIn, Orders.smilepayz().with(field, value))
      #expect(answer.status == 200)
      #expect(answer.json["code"]?.string == "01")
      #expect(Set(answer.json.object?.keys ?? []) == ["code", "message"])
    }
  }

  @Test("the limits themselves are accepted")
  func limits() async throws {
    try await Bench.run { bench in
      let bodies = [
        Orders.smilepayz(nil, "abc123").with("money", ["currency": "MXN", "amount": 100]),
        Orders.smilepayz(nil, String(repeating: "x", count: 32))
          .with("money", ["currency": "MXN", "amount": 999_999_999]),
        Orders.smilepayz(nil, "expiry1").with("expiryPeriod", 86_400),
        Orders.smilepayz(nil, "expiry2").with("expiryPeriod", nil),
        Orders.smilepayz(nil, "area14").with("area", 14),
        Orders.smilepayz(nil, "payer1").with("payer", ["name": "Ana"]),
        Orders.smilepayz(nil, "purpose").with(
          "purpose", .string(String(repeating: "ñ", count: 64))),
      ]
      for body in bodies {
        let answer = try await bench.smilepayz(Self.payIn, body)
        #expect(answer.json["code"]?.string == "00", "\(answer.text)")
      }
    }
  }

  @Test("partner, time and signature must be right")
  func authentication() async throws {
    try await Bench.run { bench in
      let body = JSON.object(Orders.smilepayz()).bytes
      let now = "2026-01-02T12:00:00-06:00"
      func code(_ headers: [HTTPHeader], _ sent: [UInt8]) async throws -> String? {
        let answer = try await bench.call("POST", Self.payIn, headers, sent)
        #expect(answer.status == 200)
        return answer.json["code"]?.string
      }
      let right = try Bench.smilepayzHeaders(body, at: now)
      #expect(try await code(right, body + [0x20]) == "00", "white space is not signed")
      let changed = Orders.smilepayz().with("purpose", "Pedido 2").bytes
      #expect(try await code(right, changed) == "02")
      #expect(try await code(Array(right.dropLast()), body) == "02")
      #expect(try await code(right.filter { $0.name != "X-PARTNER-ID" }, body) == "02")
      let partner = try Bench.smilepayzHeaders(body, at: now, partner: "sandbox-20002")
      #expect(try await code(partner, body) == "02")
      for (time, expected) in [
        ("2026-01-02T11:55:00-06:00", "03"), ("2026-01-02T18:05:00Z", "03"),
        ("2026-01-02T11:54:59-06:00", "05"), ("2026-01-02T12:05:01-06:00", "05"),
        ("2026-01-02T12:00:00", "05"), ("2026-01-02T12:00:00.5-06:00", "05"), ("now", "05"),
      ] {
        #expect(try await code(Bench.smilepayzHeaders(body, at: time), body) == expected, "\(time)")
      }
      #expect(try await code(Array(right.dropFirst()), body) == "01")
      let broken = Array("[]".utf8)
      #expect(try await code(Bench.smilepayzHeaders(broken, at: now), broken) == "01")
    }
  }

  @Test("a body with white space and escapes is signed without the white space")
  func minified() async throws {
    try await Bench.run { bench in
      let compact = Orders.smilepayz().with("purpose", "a \"b\" \\ c")
      let spaced = Array(compact.pretty.utf8)
      #expect(spaced.count > compact.bytes.count)
      let headers = try Bench.smilepayzHeaders(compact.bytes, at: "2026-01-02T12:00:00-06:00")
      let answer = try await bench.call("POST", Self.payIn, headers, spaced)
      #expect(answer.json["code"]?.string == "00", "\(answer.text)")
    }
  }

  @Test("an orderNo is taken once")
  func duplicate() async throws {
    try await Bench.run { bench in
      _ = try await create(bench, callback: nil)
      let again = try await bench.smilepayz(Self.payIn, .object(Orders.smilepayz()))
      #expect(again.json["code"]?.string == "03")
    }
  }

  @Test("an order is found by either number, without orderNo and CLABE in the answer")
  func query() async throws {
    try await Bench.run { bench in
      let tradeNo = try await create(bench, callback: nil)
      let found = try await query(bench, tradeNo)
      #expect(
        Set(found.object?.keys ?? []) == [
          "code", "message", "tradeNo", "tradeType", "paymentMethod", "money", "status",
          "remark", "subOrderList",
        ])
      #expect(found["status"]?.string == "PROCESSING")
      let number = JSON.string("S20001A0B1C2D3E4F5061728")
      let both: JSON = ["tradeType": 1, "orderNo": number, "tradeNo": .string(tradeNo)]
      #expect(try await bench.smilepayz(Self.inquiry, both).json == found)
      let bodies: [(JSON, String)] = [
        (["tradeType": 2, "orderNo": number], "04"),
        (["tradeType": 1, "orderNo": "S200019"], "04"),
        (["tradeType": 1, "orderNo": "S200019", "tradeNo": .string(tradeNo)], "04"),
        (["tradeType": 1], "01"), (["tradeType": "1", "orderNo": number], "01"),
        (["orderNo": number], "01"), (["tradeType": 1, "orderNo": number, "x": 1], "01"),
      ]
      for (body, code) in bodies {
        #expect(try await bench.smilepayz(Self.inquiry, body).json["code"]?.string == code)
      }
    }
  }

  @Test("a payment is told by a callback signed over tradeNo and time")
  func callback() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let tradeNo = try await create(bench, callback: "\(url)/hooks/smilepayz")
      try await bench.pay(tradeNo)
      try await bench.settle()
      let call = try #require(receiver.taken().first)
      #expect(call.path == "/hooks/smilepayz")
      let time = try #require(call.headers["X-TIMESTAMP"])
      let signature = try #require(call.headers["X-SIGNATURE"].flatMap(Base64.decode))
      let key = try RSAPublicKey(text: SandboxCredentials.smilepayzPlatformPublicKey)
      #expect(key.verify(signature: signature, message: Array("\(tradeNo)|\(time)".utf8)))
      #expect(call.headers["X-PARTNER-ID"] == nil)
      #expect(
        Set(call.json.object?.keys ?? []) == [
          "merchantId", "merchantName", "money", "orderNo", "payer", "paymentMethod",
          "status", "tradeNo", "transactionTime",
        ])
      #expect(call.json["status"]?.string == "SUCCESS")
      #expect(call.json["money"] == ["amount": 20_000, "currency": "MXN"])
      #expect(try await query(bench, tradeNo)["status"]?.string == "SUCCESS")
    }
  }

  @Test("a callback that is not answered SUCCESS comes again with the same signature")
  func retries() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      receiver.answers(.text(.ok, "SUCCESS\n"))
      try await bench.pay(try await create(bench, callback: url))
      try await bench.settle()
      let first = try #require(receiver.taken().first)
      try await bench.pass(seconds: 60)
      let second = try #require(receiver.taken().first)
      #expect(second.headers["X-SIGNATURE"] == first.headers["X-SIGNATURE"])
      #expect(second.body == first.body)
      receiver.answers(.text(.ok, "SUCCESS"))
      try await bench.pass(seconds: 300)
      #expect(receiver.taken().count == 1)
      try await bench.pass(seconds: 86_400)
      #expect(receiver.taken().isEmpty)
    }
  }

  @Test("wrong and repeated payments stand in the subOrderList, without a callback")
  func subOrders() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let tradeNo = try await create(bench, callback: url)
      try await bench.pay(tradeNo, ["amount": 15_000])
      let partly = try await query(bench, tradeNo)
      #expect(partly["status"]?.string == "PROCESSING")
      #expect(partly["subOrderList"]?.array?.first?["money"]?["amount"]?.int64 == 15_000)
      try await bench.pay(tradeNo, ["times": 2])
      try await bench.settle()
      #expect(receiver.taken().map { $0.json["status"]?.string } == ["SUCCESS"])
      let paid = try await query(bench, tradeNo)
      #expect(paid["status"]?.string == "SUCCESS")
      #expect(paid["money"]?["amount"]?.int64 == 20_000)
      #expect(paid["subOrderList"]?.array?.count == 2)
    }
  }

  @Test("an order expires silently at its time, and late money still pays it")
  func expiry() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let tradeNo = try await create(bench, callback: url)
      try await bench.pass(seconds: 3_599)
      #expect(try await query(bench, tradeNo)["status"]?.string == "PROCESSING")
      try await bench.pass(seconds: 1)
      #expect(try await query(bench, tradeNo)["status"]?.string == "EXPIRED")
      #expect(receiver.taken().isEmpty)
      try await bench.pay(tradeNo)
      try await bench.settle()
      #expect(receiver.taken().map { $0.json["status"]?.string } == ["SUCCESS"])
    }
  }

  @Test(
    "failure and cancellation are told", arguments: [("fail", "FAILED"), ("cancel", "CANCELLED")])
  func ends(_ control: String, _ status: String) async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let tradeNo = try await create(bench, callback: url)
      _ = try await bench.control("POST", "/orders/\(tradeNo)/\(control)")
      try await bench.settle()
      #expect(receiver.taken().map { $0.json["status"]?.string } == [status])
    }
  }

  @Test("in an account that counts pesos, 200 is two hundred pesos")
  func major() async throws {
    try await Bench.run { bench in
      try await bench.set(["smilepayz_amount_unit": "major"])
      let body = Orders.smilepayz().with("money", ["currency": "MXN", "amount": 200])
      let tradeNo = try #require(
        try await bench.smilepayz(Self.payIn, body).json["tradeNo"]?.string)
      let order = try await bench.control("GET", "/orders/\(tradeNo)")
      #expect(order.json["amount"]?.int64 == 20_000)
      try await bench.pay(tradeNo, ["amount": 20_000])
      let found = try await query(bench, tradeNo)
      #expect(found["status"]?.string == "SUCCESS")
      #expect(found["money"]?["amount"]?.int64 == 200)
    }
  }

  @Test("the balance is what was paid, as text")
  func balance() async throws {
    try await Bench.run { bench in
      try await bench.pay(try await create(bench, callback: nil))
      let path = "/v2.0/inquiry-balance"
      let answer = try await bench.smilepayz(
        path, ["accountNo": "21220030", "balanceTypes": ["BALANCE"]])
      let info = answer.json["accountInfos"]?.array?.first
      #expect(info?["balanceType"]?.string == "BALANCE")
      #expect(info?["availableBalance"] == ["currency": "MXN", "value": "20000"])
      let bad = try await bench.smilepayz(path, ["accountNo": "1", "balanceTypes": []])
      #expect(bad.json["code"]?.string == "01")
    }
  }
}
