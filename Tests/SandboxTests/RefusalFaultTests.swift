import HTTPCalling
import JSONText
import Sandbox
import TestSupport
import Testing

@Suite("Faults: refusals, silence and revoked keys", .timeLimit(.minutes(1)))
struct RefusalFaultTests {
  private static let paynet = JSON.object(Orders.paynet("OPENPAY00FUCDZDQ9"))

  private func create(_ bench: Bench, _ provider: String) async throws -> Bench.Answer {
    provider == "paynet"
      ? try await bench.paynet("payment", Self.paynet) : try await bench.create(provider)
  }

  private func expectWell(_ bench: Bench, _ provider: String) async throws {
    let answer = try await bench.query(provider)
    #expect(Example.all[provider]?.status(answer.json) != nil, "\(answer.text)")
  }

  // MARK: Refusals

  @Test("CashyPay refuses in the words that it was given, and knows no such order")
  func cashypayWords() async throws {
    try await Bench.run { bench in
      try await bench.fault([
        "provider": "cashypay", "kind": "refused", "word": "PayType_channel_closed", "count": 1,
      ])
      let refused = try await create(bench, "cashypay")
      #expect(refused.status == 200)
      #expect(refused.text == #"{"msg":"PayType_channel_closed","code":500,"data":null}"#)
      let query = try await bench.query("cashypay")
      #expect(query.json == ["code": 500, "msg": "Order_not_exist", "data": nil])
      try await bench.fault([
        "provider": "cashypay", "kind": "refused", "word": "Closed", "status": 403, "count": 1,
      ])
      #expect(try await create(bench, "cashypay").json["code"]?.int64 == 403)
      #expect(try await create(bench, "cashypay").json["code"]?.int64 == 200)
    }
  }

  @Test("SmilePayz refuses with the code that it was given, and knows no such order")
  func smilepayzWords() async throws {
    try await Bench.run { bench in
      try await bench.fault([
        "provider": "smilepayz", "kind": "refused", "word": "62", "message": "Channel closed",
        "count": 1,
      ])
      let refused = try await create(bench, "smilepayz")
      #expect(refused.status == 200)
      #expect(refused.json == ["code": "62", "message": "Channel closed"])
      #expect(refused.header("X-TIMESTAMP") == "2026-01-02T12:00:00-06:00")
      let query = try await bench.query("smilepayz")
      #expect(query.json == ["code": "04", "message": "Transaction not found"])
      #expect(try await create(bench, "smilepayz").json["code"]?.string == "00")
    }
  }

  static let openpayCodes: [(JSONObject, Int)] = [
    (["word": "1003"], 422), (["word": "2004"], 400), (["word": "3001"], 402),
    (["word": "4001"], 412), (["word": "1001", "message": "La orden ya fue procesada"], 400),
    (["word": "9999", "status": 418], 418),
  ]

  @Test("Openpay refuses with any code of its error object", arguments: openpayCodes)
  func openpayWords(_ words: JSONObject, _ status: Int) async throws {
    try await Bench.run { bench in
      var fault = words
      fault["provider"] = "openpay"
      fault["kind"] = "refused"
      fault["count"] = 1
      try await bench.fault(.object(fault))
      let refused = try await create(bench, "openpay")
      #expect(refused.status == status)
      #expect(refused.json["http_code"]?.int64 == Int64(status))
      #expect(refused.json["error_code"]?.int64.map(String.init) == words["word"]?.string)
      #expect(
        refused.json["description"]?.string
          == words["message"]?.string ?? "The request was refused")
      #expect(try await bench.query("openpay").text == "[]")
      #expect(try await bench.control("GET", "/orders/pay-0001-1").status == 404)
      #expect(try await create(bench, "openpay").status == 200)
    }
  }

  @Test("Paynet declines a payment and a reversal with the code that it was given")
  func paynetWords() async throws {
    try await Bench.run { bench in
      try await bench.fault([
        "provider": "paynet", "operation": "create", "kind": "refused", "word": "45", "count": 1,
      ])
      let declined = try await create(bench, "paynet")
      #expect(declined.status == 200)
      #expect(declined.json["responseCode"]?.int64 == 45)
      #expect(declined.json["authorization"] == nil)
      #expect(declined.json["chainTransactionId"]?.int64 == 170_911_001)
      #expect(try await create(bench, "paynet").json["responseCode"]?.int64 == 0)
      try await bench.fault([
        "provider": "paynet", "operation": "reverse", "kind": "refused", "word": "30", "count": 2,
      ])
      var codes: [Int64?] = []
      for _ in 1...3 {
        codes.append(try await bench.paynet("reverse", Self.paynet).json["responseCode"]?.int64)
      }
      #expect(codes == [30, 30, 0])
    }
  }

  // MARK: Time

  @Test(
    "queries cannot be read for a time, and creates can",
    arguments: Example.providers, [("garbage", 200), ("error_500", 500)])
  func unreadable(_ provider: String, _ fault: (kind: String, status: Int)) async throws {
    try await Bench.run { bench in
      try await bench.fault([
        "provider": .string(provider), "operation": "query", "kind": .string(fault.kind),
        "after_seconds": 60, "for_seconds": 3_600,
      ])
      try await bench.pass(seconds: 59)
      #expect(try await create(bench, provider).status == 200)
      try await expectWell(bench, provider)
      for seconds in [1, 3_599] as [Int64] {
        try await bench.pass(seconds: seconds)
        let answer = try await bench.query(provider)
        #expect(answer.status == fault.status)
        #expect(answer.text.hasPrefix("<html>") == (fault.kind == "garbage"))
      }
      try await bench.pass(seconds: 1)
      try await expectWell(bench, provider)
      #expect(try await bench.control("GET", "/faults").json["faults"]?.array == [])
    }
  }

  @Test(
    "queries are not answered for a time",
    arguments: [("reset_before", CallFailure.Label.reset), ("timeout_before", .timeout)])
  func silent(_ kind: String, _ label: CallFailure.Label) async throws {
    try await Bench.run { bench in
      _ = try await create(bench, "openpay")
      try await bench.fault(["operation": "query", "kind": .string(kind), "for_seconds": 60])
      let failure = await #expect(throws: Bench.Unanswered.self) {
        try await Bench.$limit.withValue(label == .timeout ? 3_000 : 20_000) {
          _ = try await bench.openpay("GET", "/charges")
        }
      }
      #expect(failure?.label == label)
      try await bench.pass(seconds: 60)
      try await expectWell(bench, "openpay")
    }
  }

  @Test("a fault shows when it begins and when it ends")
  func times() async throws {
    try await Bench.run { bench in
      try await bench.fault(["kind": "garbage", "after_seconds": 60, "for_seconds": 120])
      let fault = try await bench.control("GET", "/faults").json["faults"]?.array?.first
      #expect(fault?["from"]?.string == "2026-01-02T12:01:00-06:00")
      #expect(fault?["until"]?.string == "2026-01-02T12:03:00-06:00")
      #expect(fault?["left"]?.isNull == true)
    }
  }

  // MARK: Credentials

  /// Paynet says it as Openpay does.
  private func isRefused(_ answer: Bench.Answer, _ provider: String) -> Bool {
    let words = Example.all[provider == "paynet" ? "openpay" : provider]?.unauthorized
    return answer.text.contains(words ?? "")
  }

  @Test(
    "a key is revoked after a time, for every call, until that is cleared",
    arguments: SandboxAccount.all.map(\.provider))
  func revoked(_ provider: String) async throws {
    try await Bench.run { bench in
      try await bench.fault([
        "provider": .string(provider), "kind": "unauthorized", "after_seconds": 600,
      ])
      #expect(!isRefused(try await create(bench, provider), provider))
      try await bench.pass(seconds: 600)
      for _ in 1...2 { #expect(isRefused(try await create(bench, provider), provider)) }
      if provider == "paynet" {
        #expect(isRefused(try await bench.paynet("reverse", Self.paynet), provider))
      } else {
        #expect(isRefused(try await bench.query(provider), provider))
      }
      if provider == "openpay" {
        #expect(isRefused(try await bench.openpay("GET", ""), provider))
      }
      let other = provider == "openpay" ? "cashypay" : "openpay"
      #expect(try await create(bench, other).status == 200)
      let id = try await bench.control("GET", "/faults").json["faults"]?.array?.first?["id"]
      _ = try await bench.control("DELETE", "/faults/\(id?.int64 ?? 0)")
      #expect(!isRefused(try await create(bench, provider), provider))
    }
  }

  @Test("a provider can say in other words that it is about us")
  func words() async throws {
    try await Bench.run { bench in
      try await bench.fault([
        "provider": "cashypay", "kind": "unauthorized", "word": "Request_ip_notWhiteList",
      ])
      #expect(
        try await create(bench, "cashypay").json
          == ["code": 500, "msg": "Request_ip_notWhiteList", "data": nil])
      try await bench.fault(["provider": "openpay", "kind": "unauthorized", "word": "1010"])
      let answer = try await bench.openpay("GET", "/charges")
      #expect((answer.status, answer.json["error_code"]?.int64) == (403, 1010))
    }
  }
}
