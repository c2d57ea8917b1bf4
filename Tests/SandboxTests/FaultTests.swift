import HTTPCalling
import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

@Suite("Faults", .timeLimit(.minutes(1)))
struct FaultTests {
  private func isBooked(_ bench: Bench, _ example: Example) async throws -> Bool {
    try await bench.control("GET", "/orders/\(example.number)").status == 200
  }

  static let cuts: [(String, CallFailure.Label, Bool)] = [
    ("timeout_before", .timeout, false), ("timeout_after", .timeout, true),
    ("reset_before", .reset, false), ("reset_after", .reset, true),
  ]

  @Test(
    "a create that is cut off before the work leaves nothing, after it an order",
    arguments: Example.providers, cuts)
  func cut(
    _ provider: String, _ fault: (kind: String, label: CallFailure.Label, works: Bool)
  ) async throws {
    let example = try #require(Example.all[provider])
    try await Bench.run { bench in
      try await bench.fault([
        "provider": .string(provider), "operation": "create", "kind": .string(fault.kind),
        "count": 1,
      ])
      let failure = await #expect(throws: Bench.Unanswered.self) {
        try await Bench.$limit.withValue(3_000) { _ = try await bench.create(provider) }
      }
      #expect(failure?.label == fault.label)
      #expect(try await isBooked(bench, example) == fault.works)
      let next = try await bench.create(provider)
      #expect(next.text.contains(example.duplicate) == fault.works, "\(next.text)")
    }
  }

  static let lies: [(String, Int, Bool)] = [
    ("error_500", 500, false), ("error_500_after", 500, true), ("garbage", 200, false),
    ("garbage_after", 200, true),
  ]

  @Test(
    "a create can be answered wrongly, with the work done or not", arguments: Example.providers,
    lies)
  func lie(_ provider: String, _ fault: (kind: String, status: Int, works: Bool)) async throws {
    let example = try #require(Example.all[provider])
    try await Bench.run { bench in
      try await bench.fault(["kind": .string(fault.kind), "count": 1])
      let answer = try await bench.create(provider)
      #expect(answer.status == fault.status)
      #expect((try? JSON(parsing: answer.bytes)) == nil || fault.status == 500)
      #expect(try await isBooked(bench, example) == fault.works)
    }
  }

  @Test("each provider says in its own way that it is in trouble")
  func systemError() async throws {
    try await Bench.run { bench in
      try await bench.fault(["kind": "system_error"])
      let openpay = try await bench.create("openpay")
      #expect((openpay.status, openpay.json["error_code"]?.int64) == (503, 1004))
      #expect(try await bench.create("cashypay").json["msg"]?.string == "System_busy")
      #expect(try await bench.create("smilepayz").json["code"]?.string == "99")
      let paynet = try await bench.paynet("payment", .object(Orders.paynet("OPENPAY00FUCDZDQ9")))
      #expect(paynet.status == 200)
      #expect(paynet.json["responseCode"]?.int64 == 96)
      #expect(paynet.json["chainTransactionId"]?.int64 == 170_911_001)
      let books = try await bench.control("GET", "/books")
      #expect(books.json["orders"]?.array == [])
    }
  }

  @Test(
    "a query may not find what is there, for as long as it should", arguments: Example.providers)
  func notFound(_ provider: String) async throws {
    try await Bench.run { bench in
      try await bench.fault(["provider": .string(provider), "kind": "not_found", "count": 2])
      #expect(try await bench.create(provider).status == 200)
      var bodies: [String] = []
      for _ in 1...3 { bodies.append(try await bench.query(provider).text) }
      #expect(bodies[0] == bodies[1])
      #expect(bodies[0] == Example.all[provider]?.absent)
      #expect(bodies[2] != bodies[0])
    }
  }

  @Test("a slow call is answered properly, and no sooner than it should")
  func slow() async throws {
    try await Bench.run { bench in
      try await bench.fault([
        "kind": "slow", "milliseconds": 300, "operation": "query", "count": 1,
      ])
      _ = try await bench.create("openpay")
      let start = ContinuousClock.now
      #expect(try await bench.query("openpay").status == 200)
      #expect(ContinuousClock.now - start >= .milliseconds(300))
    }
  }

  @Test("a fault happens as often as it should, to the operation and the provider it names")
  func narrow() async throws {
    try await Bench.run { bench in
      try await bench.fault([
        "provider": "openpay", "operation": "query", "kind": "error_500", "count": 2,
      ])
      #expect(try await bench.create("openpay").status == 200)
      #expect(try await bench.create("cashypay").status == 200)
      #expect(try await bench.query("cashypay").status == 200)
      var statuses: [Int] = []
      for _ in 1...3 { statuses.append(try await bench.query("openpay").status) }
      #expect(statuses == [500, 500, 200])
    }
  }

  @Test("a fault without a count stays until it is deleted")
  func deletion() async throws {
    try await Bench.run { bench in
      try await bench.fault(["kind": "error_500", "operation": "other"])
      for _ in 1...3 { #expect(try await bench.openpay("GET", "").status == 500) }
      let listed = try await bench.control("GET", "/faults")
      let id = try #require(listed.json["faults"]?.array?.first?["id"]?.int64)
      #expect(try await bench.control("DELETE", "/faults/\(id)").status == 204)
      #expect(try await bench.control("DELETE", "/faults/\(id)").status == 404)
      #expect(try await bench.openpay("GET", "").status == 200)
      try await bench.fault(["kind": "error_500"])
      try await bench.fault(["kind": "garbage"])
      #expect(try await bench.control("DELETE", "/faults").status == 204)
      #expect(try await bench.openpay("GET", "").status == 200)
    }
  }

  static let senseless: [JSON] = [
    [:], ["kind": "fire"], ["kind": "slow"], ["kind": "slow", "milliseconds": 0],
    ["kind": "error_500", "provider": "stripe"], ["kind": "error_500", "operation": "dance"],
    ["kind": "error_500", "count": 0], ["kind": "error_500", "colour": "red"],
    ["kind": "webhook_lost", "operation": "create"], ["kind": "error_500", "operation": "webhook"],
    ["kind": "not_found", "operation": "create"], ["kind": "webhook_delayed"],
    ["kind": "error_500", "seconds": 1], ["kind": "error_500", "for_seconds": 0],
    ["kind": "refused", "provider": "cashypay"], ["kind": "refused", "word": "Closed"],
    ["kind": "refused", "provider": "cashypay", "word": "Closed", "operation": "query"],
    ["kind": "refused", "provider": "openpay", "word": "Closed"],
    ["kind": "refused", "provider": "openpay", "word": "1003", "status": 200],
    ["kind": "refused", "provider": "smilepayz", "word": "62", "status": 400],
    ["kind": "gzip", "operation": "webhook"], ["kind": "filter_ignored", "provider": "paynet"],
    ["kind": "odd_dates"], ["kind": "odd_dates", "form": "roman"], ["kind": "other_amount"],
    ["kind": "odd_dates", "form": "fraction", "digits": 10],
    ["kind": "float_noise", "form": "beside"],
    ["kind": "unauthorized", "operation": "webhook"], ["kind": "unauthorized", "word": "1010"],
  ]

  @Test("a fault that makes no sense is refused", arguments: senseless)
  func nonsense(_ body: JSON) async throws {
    try await Bench.run { bench in
      let answer = try await bench.control("POST", "/faults", body)
      #expect(answer.status == 400)
      #expect(answer.json["code"]?.string == "invalid_request")
      #expect(try await bench.control("GET", "/faults").json["faults"]?.array == [])
    }
  }

  // MARK: Webhooks

  /// Pays one order of CashyPay whose webhook a fault concerns, and gives what came at once and
  /// what came within the next hour.
  private func deliveries(_ fault: JSON) async throws -> (now: [Request], later: [Request]) {
    var result: (now: [Request], later: [Request]) = ([], [])
    try await Bench.runWithReceiver { bench, receiver, url in
      try await bench.fault(fault)
      _ = try await bench.cashypay("/api/payIn", .object(Orders.cashypay(url)))
      try await bench.pay("DEMO0000000001")
      try await bench.settle()
      result.now = receiver.taken()
      try await bench.pass(seconds: 3_600)
      result.later = receiver.taken()
    }
    return result
  }

  @Test("a lost webhook never comes")
  func lost() async throws {
    let webhooks = try await deliveries(["kind": "webhook_lost", "count": 1])
    #expect(webhooks.now.isEmpty)
    #expect(webhooks.later.isEmpty)
  }

  @Test("a doubled webhook comes twice, the same")
  func doubled() async throws {
    let webhooks = try await deliveries(["kind": "webhook_doubled", "count": 1])
    #expect(webhooks.now.count == 2)
    #expect(webhooks.now.first?.body == webhooks.now.last?.body)
    #expect(webhooks.later.isEmpty)
  }

  @Test("a delayed webhook comes later")
  func delayed() async throws {
    let webhooks = try await deliveries(["kind": "webhook_delayed", "seconds": 90, "count": 1])
    #expect(webhooks.now.isEmpty)
    #expect(webhooks.later.count == 1)
  }

  @Test("a delayed webhook comes by itself, too")
  func delayedByItself() async throws {
    try await Receiver.run { receiver, url in
      try await Bench.run {
        $0.unixMilliseconds = SandboxConfiguration().unixMilliseconds
      } _: { bench in
        try await bench.fault(["kind": "webhook_delayed", "seconds": 1, "count": 1])
        _ = try await bench.cashypay("/api/payIn", .object(Orders.cashypay(url)))
        try await bench.pay("DEMO0000000001")
        #expect(receiver.taken().isEmpty)
        #expect(await receiver.next()?.json["orderStatus"]?.string == "SUCCESS")
      }
    }
  }

  @Test(
    "the first try of a webhook can be forged, the next one is right", arguments: Example.providers)
  func forged(_ provider: String) async throws {
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      receiver.answers(.text(.unauthorized, "no"))
      _ = try await bench.create(provider, url)
      try await bench.settle()
      _ = receiver.taken()
      try await bench.fault([
        "provider": .string(provider), "operation": "webhook", "kind": "bad_signature",
        "count": 1,
      ])
      try await bench.pay(try #require(Example.all[provider]).number)
      try await bench.settle()
      let first = try #require(receiver.taken().first)
      receiver.answers(.text(.ok, "SUCCESS"))
      try await bench.pass(seconds: 60)
      let second = try #require(receiver.taken().first { $0.body == first.body })
      #expect(Credential(second) != Credential(first))
      #expect(Credential(second).isRight)
      #expect(!Credential(first).isRight)
    }
  }
}
