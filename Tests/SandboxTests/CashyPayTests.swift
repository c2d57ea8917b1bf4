import Crypto
import HTTPCalling
import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

@Suite("CashyPay", .timeLimit(.minutes(1)))
struct CashyPayTests {
  private static let createKeys: Set = [
    "merchantId", "mchOrderNo", "orderNo", "bankName", "reference", "concept", "payCode",
    "payUrl", "payDeskUrl", "amount", "orderFee",
  ]
  private static let queryKeys: Set = [
    "merchantId", "mchOrderNo", "orderNo", "channelOrderNo", "payType", "payCode", "payUrl",
    "payDeskUrl", "amount", "patchOrderNo", "patchMchOrderNo", "orderType", "fee", "orderStatus",
    "completionTime",
  ]
  private static let webhookKeys: Set = [
    "orderStatus", "amount", "fee", "mchOrderNo", "merchantId", "payDeskUrl", "orderNo", "payUrl",
    "patchOrderNo", "patchMchOrderNo", "orderType", "completionTime", "nonceStr",
  ]

  /// Sends the order of `Orders` and gives its `orderNo`.
  private func create(_ bench: Bench, notify url: String) async throws -> String {
    let answer = try await bench.cashypay("/api/payIn", .object(Orders.cashypay(url)))
    return try #require(answer.json["data"]?["orderNo"]?.string, "\(answer.text)")
  }

  private func query(_ bench: Bench, _ orderNo: String) async throws -> JSON {
    let body: JSON = ["orderNo": .string(orderNo), "nonceStr": "n"]
    return try await bench.cashypay("/api/payInQuery", body).json["data"] ?? .null
  }

  private func message(
    _ bench: Bench, by method: String = "POST", _ headers: [HTTPHeader], _ sent: [UInt8]
  ) async throws -> String? {
    let answer = try await bench.call(method, "/api/payIn", headers, sent)
    #expect(answer.status == 200)
    return answer.json["msg"]?.string
  }

  @Test("an order is made with a CLABE of its own")
  func create() async throws {
    try await Bench.run { bench in
      let answer = try await bench.cashypay("/api/payIn", .object(Orders.cashypay()))
      #expect(answer.status == 200)
      #expect(answer.json["code"]?.int64 == 200)
      #expect(answer.json["msg"]?.string == "SUCCESS")
      let data = answer.json["data"]
      #expect(Set(data?.object?.keys ?? []) == Self.createKeys)
      #expect(data?["orderNo"]?.string?.wholeMatch(of: /PAYIN\d{19}/) != nil)
      #expect(data?["payCode"]?.string?.wholeMatch(of: /684180104\d{9}/) != nil)
      #expect(data?["amount"]?.string == "152")
      #expect(data?["orderFee"]?.string == "1")
      #expect(data?["concept"]?.isNull == true)
    }
  }

  @Test("a store order has a code that tills take once, for its own amount")
  func store() async throws {
    try await Bench.run { bench in
      let order = Orders.cashypay().with("payType", 70)
      let data = try await bench.cashypay("/api/payIn", order).json["data"]
      let orderNo = try #require(data?["orderNo"]?.string)
      #expect(data?["payCode"]?.string?.wholeMatch(of: /\d{18}/) != nil)
      #expect(try await bench.pay(orderNo, ["amount": 100]).status == 422)
      #expect(try await bench.pay(orderNo).status == 200)
      #expect(try await bench.pay(orderNo).status == 422)
      let paid = try await query(bench, orderNo)
      #expect(paid["orderStatus"]?.string == "SUCCESS")
      #expect(paid["payType"]?.string == "70")
    }
  }

  @Test("in the centralised mode the bank takes only what fits, once")
  func centralised() async throws {
    try await Bench.run { bench in
      try await bench.set(["cashypay_mode": "centralised"])
      let answer = try await bench.cashypay("/api/payIn", .object(Orders.cashypay()))
      let data = answer.json["data"]
      #expect(data?["payCode"]?.string == "012914002014112176")
      #expect(data?["reference"]?.string == "1411217")
      let concept = try #require(data?["concept"]?.string)
      #expect(concept.wholeMatch(of: /\d{20}/) != nil)
      #expect(try await bench.pay("012914002014112176").status == 404)
      #expect(try await bench.pay(concept, ["amount": 15_100]).status == 422)
      #expect(try await bench.pay(concept).status == 200)
      #expect(try await bench.pay(concept).status == 422)
    }
  }

  static let refusals: [(String, JSON?, String)] = [
    ("currency", nil, "Params_currency_Required"), ("currency", "USD", "Params_currency_error"),
    ("payType", nil, "Params_payType_Required"), ("payType", 71, "Params_payType_error"),
    ("amount", nil, "Params_amount_Required"), ("amount", "152", "Params_amount_error"),
    ("amount", 39, "Params_amount_error"), ("amount", 15_001, "Params_amount_error"),
    ("amount", .number(.decimal(15_250, places: 2)), "Params_amount_error"),
    ("reusableStatus", nil, "Params_reusableStatus_Required"),
    ("reusableStatus", true, "Params_reusableStatus_error"),
    ("mchOrderNo", nil, "Params_mchOrderNo_Required"),
    ("mchOrderNo", .string(String(repeating: "x", count: 33)), "Params_mchOrderNo_error"),
    ("expireTime", nil, "Params_expireTime_Required"),
    ("expireTime", "3600", "Params_expireTime_error"),
    ("expireTime", 0, "Params_expireTime_error"),
    ("notifyUrl", nil, "Params_notifyUrl_Required"),
    ("notifyUrl", "ftp://gw.example.mx", "Params_notifyUrl_error"),
    ("notifyUrl", "http://192.168.1.5/hooks", "Params_notifyUrl_error"),
    (
      "notifyUrl", .string("https://gw.example.mx/\(String(repeating: "x", count: 229))"),
      "Params_notifyUrl_error"
    ),
    ("nonceStr", nil, "Params_nonceStr_Required"),
    ("remark", nil, "Params_remark_Required"), ("remark", "señal", "Params_remark_error"),
    ("realName", .string(String(repeating: "x", count: 33)), "Params_realName_error"),
    ("phone", nil, "Params_phone_Required"), ("email", nil, "Params_email_Required"),
    ("email", "ana", "Params_email_error"), ("goodsBody", 1, "Params_goodsBody_error"),
    ("colour", "red", "Params_colour_error"),
  ]

  @Test("an order with a bad field is refused by its name", arguments: refusals)
  func refused(_ field: String, _ value: JSON?, _ message: String) async throws {
    try await Bench.run { bench in
      let body = Orders.cashypay().with(field, value)
      let answer = try await bench.cashypay("/api/payIn", body)
      #expect(answer.status == 200)
      #expect(answer.json == ["msg": .string(message), "code": 500, "data": nil])
    }
  }

  @Test("the limits themselves are accepted")
  func limits() async throws {
    try await Bench.run { bench in
      let long = String(repeating: "x", count: 32)
      let bodies = [
        Orders.cashypay("http://127.0.0.1:9/x", "a").with("amount", 40),
        Orders.cashypay("http://gw.example.mx", "b").with("amount", 15_000),
        Orders.cashypay("https://gw.example.mx", "c").with("payType", "69"),
        Orders.cashypay("https://gw.example.mx", long).with("remark", .string(long)),
        Orders.cashypay("https://gw.example.mx/\(String(repeating: "x", count: 228))", "d")
          .with("goodsSubject", "apple"),
      ]
      for body in bodies {
        let answer = try await bench.cashypay("/api/payIn", body)
        #expect(answer.json["code"]?.int64 == 200, "\(answer.text)")
      }
    }
  }

  @Test("who does not sign with the key of a known merchant is refused")
  func authentication() async throws {
    try await Bench.run { bench in
      let body = JSON.object(Orders.cashypay()).bytes
      let right = Bench.cashypayHeaders(body)
      let merchant = { (id: String) in [right[0], HTTPHeader("MerchantId", id), right[2]] }
      let unnamed = try await message(bench, [right[0], right[2]], body)
      #expect(unnamed == "MerchantId_is_null")
      #expect(try await message(bench, merchant("abc"), body) == "MerchantId_not_Number")
      #expect(try await message(bench, merchant("1000002"), body) == "MerchantId_is_error")
      #expect(try await message(bench, [right[0], right[1]], body) == "Sign_verify_error")
      #expect(try await message(bench, right, body + [0x20]) == "Sign_verify_error")
      #expect(
        try await message(bench, [right[1], right[2]], body) == "RequestContentType_not_json")
      #expect(try await message(bench, right, []) == "RequestBody_is_null")
      #expect(try await message(bench, by: "GET", right, []) == "RequestMethod_not_post")
      let broken = Array("{".utf8)
      #expect(
        try await message(bench, Bench.cashypayHeaders(broken), broken) == "Params_jsonFormat_error"
      )
      let upper = [right[0], right[1], HTTPHeader("Sign", right[2].value.uppercased())]
      #expect(try await message(bench, upper, body) == "SUCCESS")
    }
  }

  @Test("a mchOrderNo is taken once")
  func duplicate() async throws {
    try await Bench.run { bench in
      let body = JSON.object(Orders.cashypay())
      _ = try await bench.cashypay("/api/payIn", body)
      let again = try await bench.cashypay("/api/payIn", body)
      #expect(again.json == ["msg": "mchOrderNo_is_exist", "code": 500, "data": nil])
    }
  }

  @Test("an order is found by either number, with every field of the page")
  func query() async throws {
    try await Bench.run { bench in
      let orderNo = try await create(bench, notify: "https://gw.example.mx/hooks")
      let data = try await query(bench, orderNo)
      #expect(Set(data.object?.keys ?? []) == Self.queryKeys)
      #expect(data["orderStatus"]?.string == "PAYING")
      #expect(data["amount"]?.number?.text == "152.0")
      #expect(data["payType"]?.string == "69")
      #expect(data["patchOrderNo"]?.string == orderNo)
      #expect(data["patchMchOrderNo"]?.string == "DEMO0000000001")
      #expect(data["fee"]?.isNull == true)
      let byNumber = try await bench.cashypay(
        "/api/payInQuery", ["mchOrderNo": "DEMO0000000001", "nonceStr": "n"])
      #expect(byNumber.json["data"] == data)
      let bodies: [(JSON, String)] = [
        (["orderNo": "PAYIN1", "nonceStr": "n"], "Order_not_exist"),
        (
          ["orderNo": .string(orderNo), "mchOrderNo": "OTHER", "nonceStr": "n"],
          "Order_not_exist"
        ),
        (["nonceStr": "n"], "Params_orderNo_Required"),
        (["orderNo": .string(orderNo)], "Params_nonceStr_Required"),
        (["orderNo": 1, "nonceStr": "n"], "Params_orderNo_error"),
        (["orderNo": .string(orderNo), "nonceStr": "n", "x": 1], "Params_x_error"),
      ]
      for (body, message) in bodies {
        let answer = try await bench.cashypay("/api/payInQuery", body)
        #expect(answer.json == ["msg": .string(message), "code": 500, "data": nil])
      }
    }
  }

  @Test("a payment is told by a webhook signed over its whole body")
  func webhook() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let orderNo = try await create(bench, notify: "\(url)/hooks/cashypay")
      try await bench.pay(orderNo, ["tracking_key": "SPEI0001"])
      try await bench.settle()
      let call = try #require(receiver.taken().first)
      #expect(call.path == "/hooks/cashypay")
      #expect(call.headers["MerchantId"] == SandboxCredentials.cashypayMerchant)
      let key = Array(SandboxCredentials.cashypayAPIKey.utf8)
      #expect(call.headers["Sign"] == Hex.encode(Digest.md5(call.body + key)))
      #expect(Set(call.json.object?.keys ?? []) == Self.webhookKeys)
      #expect(call.json["orderStatus"]?.string == "SUCCESS")
      #expect(call.json["orderType"]?.string == "API")
      #expect(call.json["amount"]?.number?.text == "152.0")
      #expect(call.json["completionTime"]?.string == "2026-01-02 12:00:00")
      let data = try await query(bench, orderNo)
      #expect(data["orderStatus"]?.string == "SUCCESS")
      #expect(data["channelOrderNo"]?.string == "SPEI0001")
      #expect(data["completionTime"]?.string == "2026-01-02 12:00:00")
      #expect(data["fee"]?.number?.text == "1.0")
    }
  }

  @Test("anything but SUCCESS is tried again after 1, 2, 4 … 512 minutes, ten times")
  func retries() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      receiver.answers(.text(.ok, "success"))
      let orderNo = try await create(bench, notify: url)
      try await bench.pay(orderNo)
      try await bench.settle()
      let first = try #require(receiver.taken().first)
      for minutes in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
        try await bench.pass(seconds: Int64(minutes) * 60 - 1)
        #expect(receiver.taken().isEmpty)
        try await bench.pass(seconds: 1)
        #expect(receiver.taken().map(\.body) == [first.body])
      }
      try await bench.pass(seconds: 7 * 86_400)
      #expect(receiver.taken().isEmpty)
      let log = try await bench.control("GET", "/webhooks").json["webhooks"]?.array?.first
      #expect(log?["state"]?.string == "exhausted")
      #expect(log?["tries"]?.array?.count == 11)
      #expect(log?["tries"]?.array?.first?["answer"]?.string == "success")
    }
  }

  @Test("one long jump of the clock makes every try on the way, at its own time")
  func jump() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      receiver.answers(Response(.badGateway))
      try await bench.pay(try await create(bench, notify: url))
      try await bench.pass(seconds: 7 * 60)
      let log = try await bench.control("GET", "/webhooks").json["webhooks"]?.array?.first
      #expect(
        log?["tries"]?.array?.compactMap { $0["at"]?.string?.dropFirst(11).prefix(5) } == [
          "12:00", "12:01", "12:03", "12:07",
        ])
    }
  }

  @Test("wrong and repeated payments make PATCH orders and leave the order as it is")
  func patches() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let orderNo = try await create(bench, notify: url)
      try await bench.pay(orderNo, ["amount": 10_050])
      try await bench.settle()
      let first = try #require(receiver.taken().first?.json)
      #expect(first["orderType"]?.string == "PATCH")
      #expect(first["amount"]?.number?.text == "100.5")
      #expect(first["mchOrderNo"]?.string == "DEMO000000000100001")
      #expect(first["patchOrderNo"]?.string == orderNo)
      #expect(first["patchMchOrderNo"]?.string == "DEMO0000000001")
      #expect(first["orderNo"]?.string != orderNo)
      #expect(try await query(bench, orderNo)["orderStatus"]?.string == "PAYING")

      try await bench.pay(orderNo, ["times": 2])
      try await bench.settle()
      let others = receiver.taken().map(\.json)
      #expect(Set(others.map { $0["orderType"]?.string }) == ["API", "PATCH"])
      let patch = try #require(others.first { $0["orderType"]?.string == "PATCH" })
      #expect(patch["mchOrderNo"]?.string == "DEMO000000000100002")
      #expect(try await query(bench, orderNo)["orderStatus"]?.string == "SUCCESS")

      let patchNo = try #require(patch["orderNo"]?.string)
      let data = try await query(bench, patchNo)
      #expect(data["orderType"]?.string == "PATCH")
      #expect(data["patchOrderNo"]?.string == orderNo)
      let books = try await bench.control("GET", "/books").json["orders"]?.array
      #expect(books?.count == 1)
      #expect(
        books?.first?["payments"]?.array?.map { $0["shown_as"]?.string } == [
          first["orderNo"]?.string, orderNo, patchNo,
        ])
      let taken = try await bench.cashypay(
        "/api/payIn", .object(Orders.cashypay(url, "DEMO000000000100001")))
      #expect(taken.json["msg"]?.string == "mchOrderNo_is_exist")
    }
  }

  @Test("after its time an order stays PAYING or turns FAIL, and late money still pays it")
  func late() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let orderNo = try await create(bench, notify: url)
      try await bench.pass(seconds: 3_600)
      #expect(receiver.taken().isEmpty)
      #expect(try await query(bench, orderNo)["orderStatus"]?.string == "PAYING")
      try await bench.set(["cashypay_expired": "FAIL"])
      #expect(try await query(bench, orderNo)["orderStatus"]?.string == "FAIL")
      try await bench.pay(orderNo)
      try await bench.settle()
      #expect(receiver.taken().map { $0.json["orderStatus"]?.string } == ["SUCCESS"])
    }
  }

  @Test("a CLABE dies after 180 days, and is renewed by use in its last 60")
  func clabe() async throws {
    try await Bench.run { bench in
      let unused = try await create(bench, notify: "https://gw.example.mx")
      let other = Orders.cashypay("https://gw.example.mx", "DEMO0000000002")
      let answer = try await bench.cashypay("/api/payIn", .object(other))
      let used = try #require(answer.json["data"]?["orderNo"]?.string)
      try await bench.pass(seconds: 179 * 86_400)
      #expect(try await bench.pay(used).status == 200)
      try await bench.pass(seconds: 2 * 86_400)
      #expect(try await bench.pay(unused).status == 422)
      #expect(try await bench.pay(used).status == 200)
    }
  }

  @Test("failure and cancellation are told", arguments: [("fail", "FAIL"), ("cancel", "CANCEL")])
  func ends(_ control: String, _ status: String) async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let orderNo = try await create(bench, notify: url)
      #expect(try await bench.control("POST", "/orders/\(orderNo)/\(control)").status == 200)
      try await bench.settle()
      #expect(receiver.taken().map { $0.json["orderStatus"]?.string } == [status])
      #expect(try await query(bench, orderNo)["orderStatus"]?.string == status)
    }
  }
}
