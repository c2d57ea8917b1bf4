import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

@Suite("Controls", .timeLimit(.minutes(1)))
struct ControlTests {
  /// One order at each provider that has orders; the numbers that they go by.
  private func fill(_ bench: Bench) async throws -> [String] {
    _ = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store")))
    _ = try await bench.create("cashypay", "http://127.0.0.1:1")
    _ = try await bench.smilepayz("/v2.0/transaction/pay-in", .object(Orders.smilepayz()))
    return ["pay-0001-1", "DEMO0000000001", "S20001A0B1C2D3E4F5061728"]
  }

  @Test("the guide names every control")
  func guide() async throws {
    try await Bench.run { bench in
      for path in ["", "/"] {
        let guide = try await bench.control("GET", path)
        #expect(guide.status == 200)
        #expect((guide.json["controls"]?.object?.count ?? 0) >= 14)
        #expect(guide.json["choices"]?["paynet"]?.array?.isEmpty == false)
      }
      #expect(try await bench.control("GET", "/nothing").status == 404)
      #expect(try await bench.call("GET", "/").status == 404)
    }
  }

  @Test("the guide names every fault")
  func guideOfFaults() async throws {
    try await Bench.run { bench in
      let guide = try await bench.control("GET", "/").json["faults"]?.object
      let named = Set(guide?.keys.joined(separator: ", ").split(separator: ", ") ?? [])
      let refusal = try await bench.control("POST", "/faults", ["kind": "fire"])
      let known = refusal.json["detail"]?.string?.split(separator: "one of ").last
      let kinds = Set(known?.split(separator: ", ") ?? [])
      #expect(kinds.count > 20)
      #expect(kinds.subtracting(named) == [])
    }
  }

  @Test("the accounts are a gateway's configuration for this very sandbox")
  func accounts() async throws {
    try await Bench.run { bench in
      let answer = try await bench.control("GET", "/accounts")
      let accounts = answer.json["provider_accounts"]?.array ?? []
      #expect(accounts.map { $0["id"]?.string } == SandboxAccount.all.map(\.id))
      #expect(accounts.map { $0["provider"]?.string } == SandboxAccount.all.map(\.provider))
      #expect(Set(accounts.map { $0["id"]?.string }).count == accounts.count)
      #expect(accounts.first?["id"] == "openpay-main")
      #expect(accounts.allSatisfy { $0["base_url"]?.string == bench.base })
    }
  }

  @Test("orders are listed newest first, narrowed, and found by every name")
  func orders() async throws {
    try await Bench.run { bench in
      let numbers = try await fill(bench)
      let all = try await bench.control("GET", "/orders").json["orders"]?.array ?? []
      #expect(all.map { $0["number"]?.string } == numbers.reversed())
      for order in all {
        let instrument = order["instrument"]
        let names = [
          order["id"]?.string, order["number"]?.string, instrument?["clabe"]?.string,
          instrument?["reference"]?.string,
        ]
        for name in names.compactMap({ $0 }) {
          #expect(try await bench.control("GET", "/orders/\(name)").json == order)
        }
      }
      try await bench.pay(numbers[0])
      func found(_ query: String) async throws -> [String?]? {
        try await bench.control("GET", "/orders?\(query)").json["orders"]?.array?
          .map { $0["number"]?.string }
      }
      #expect(try await found("status=paid") == [numbers[0]])
      #expect(try await found("provider=cashypay") == [numbers[1]])
      #expect(try await found("number=\(numbers[2])") == [numbers[2]])
      #expect(try await found("limit=1") == [numbers[2]])
      for query in ["status=done", "provider=stripe", "limit=0"] {
        #expect(try await bench.control("GET", "/orders?\(query)").status == 400)
      }
    }
  }

  @Test("the books hold every payment of every order, oldest first")
  func books() async throws {
    try await Bench.run { bench in
      let numbers = try await fill(bench)
      try await bench.pay(numbers[1], ["amount": 5_000, "tracking_key": "KEY1"])
      try await bench.pay(numbers[1])
      try await bench.pay(numbers[2], ["late": true])
      let books = try await bench.control("GET", "/books").json["orders"]?.array ?? []
      #expect(books.map { $0["number"]?.string } == numbers)
      #expect(books.map { $0["status"]?.string } == ["open", "paid", "paid"])
      #expect(books.map { $0["amount"]?.int64 } == [15_200, 15_200, 20_000])
      #expect(books[0]["payments"]?.array == [])
      let payments = books[1]["payments"]?.array ?? []
      #expect(payments.map { $0["amount"]?.int64 } == [5_000, 15_200])
      #expect(payments[0]["tracking_key"]?.string == "KEY1")
      #expect(payments[1]["shown_as"] == books[1]["id"])
      #expect(payments[1]["at"]?.string == "2026-01-02T12:00:00-06:00")
      #expect(Set(payments.map { $0["id"]?.string }).count == 2)
    }
  }

  @Test("money that Openpay's charge cannot show is in the books all the same")
  func unshown() async throws {
    try await Bench.run { bench in
      let body = JSON.object(Orders.openpay("bank_account"))
      let charge = try await bench.openpay("POST", "/charges", body).json
      let id = try #require(charge["id"]?.string)
      try await bench.pay(id, ["amount": 100])
      let open = try await bench.openpay("GET", "/charges/\(id)")
      #expect(open.json["status"]?.string == "in_progress")
      try await bench.pay(id, ["times": 2, "late": true])
      let paid = try await bench.openpay("GET", "/charges/\(id)")
      #expect(paid.json["status"]?.string == "completed")
      let order = try await bench.control("GET", "/orders/\(id)")
      #expect(order.json["payments"]?.array?.map { $0["shown_as"]?.string } == [nil, id, nil])
    }
  }

  @Test("a till refuses wrong amounts, repeats and what is late")
  func till() async throws {
    try await Bench.run { bench in
      let number = try await fill(bench)[0]
      let wrong = try await bench.pay(number, ["amount": 15_100])
      #expect((wrong.status, wrong.json["code"]?.string) == (422, "payment_refused"))
      #expect(try await bench.pay(number, ["late": true]).status == 422)
      let twice = try await bench.pay(number, ["times": 2])
      #expect(twice.json["payments"]?.array?.count == 1)
      #expect(twice.json["refused"]?.string?.contains("paid") == true)
      #expect(twice.json["order"]?["provider_status"]?.string == "completed")
    }
  }

  @Test("what cannot be done to an order is refused")
  func refused() async throws {
    try await Bench.run { bench in
      let number = try await fill(bench)[0]
      #expect(try await bench.pay("nothing").status == 404)
      for body: JSON in [["amount": 0], ["times": 0], ["late": 1], ["colour": "red"], [1]] {
        #expect(try await bench.pay(number, body).status == 400)
      }
      #expect(try await bench.control("POST", "/orders/\(number)/expire").status == 200)
      for word in ["expire", "fail", "cancel"] {
        let answer = try await bench.control("POST", "/orders/\(number)/\(word)")
        #expect((answer.status, answer.json["code"]?.string) == (409, "not_open"))
      }
      #expect(try await bench.control("GET", "/orders/\(number)/pay").status == 405)
    }
  }

  @Test("a number of two providers is ambiguous until the provider is named")
  func ambiguous() async throws {
    try await Bench.run { bench in
      _ = try await bench.cashypay(
        "/api/payIn", .object(Orders.cashypay("http://127.0.0.1:1", "SAME0001")))
      _ = try await bench.smilepayz(
        "/v2.0/transaction/pay-in", .object(Orders.smilepayz(nil, "SAME0001")))
      let answer = try await bench.pay("SAME0001")
      #expect((answer.status, answer.json["code"]?.string) == (409, "ambiguous"))
      let named = try await bench.control("POST", "/orders/SAME0001/pay?provider=smilepayz", [:])
      #expect(named.json["order"]?["provider"]?.string == "smilepayz")
    }
  }

  @Test("the clock runs ahead by what it is told, and orders expire by it")
  func clock() async throws {
    try await Bench.run { bench in
      _ = try await fill(bench)
      let before = try await bench.control("GET", "/clock").json
      #expect(before["now"]?.string == "2026-01-02T12:00:00-06:00")
      #expect(before["next_due_at"]?.string == "2026-01-02T13:00:00-06:00")
      let after = try await bench.control("POST", "/clock", ["advance_seconds": 86_400]).json
      #expect(after["milliseconds"]?.int64 == Bench.noon + 86_400_000)
      #expect(after["ahead_seconds"]?.int64 == 86_400)
      let orders = try await bench.control("GET", "/orders").json["orders"]?.array
      #expect(orders?.map { $0["status"]?.string } == ["expired", "expired", "open"])
      for body: JSON in [["advance_seconds": -1], ["advance_seconds": "1"], [:]] {
        #expect(try await bench.control("POST", "/clock", body).status == 400)
      }
    }
  }

  @Test("settings are shown, changed one by one, and refused as a whole")
  func settings() async throws {
    try await Bench.run { bench in
      try await bench.set(["cashypay_expired": "FAIL"])
      let before = try await bench.control("GET", "/settings").json
      #expect(before["cashypay_expired"]?.string == "FAIL")
      #expect(before["openpay_cancel"]?.bool == false)
      let bad: JSON = ["openpay_shape": "seed", "cashypay_mode": "other"]
      #expect(try await bench.control("POST", "/settings", bad).status == 400)
      #expect(try await bench.control("POST", "/settings", ["colour": "red"]).status == 400)
      #expect(try await bench.control("GET", "/settings").json == before)
      let after = try await bench.control("POST", "/settings", ["openpay_shape": "seed"]).json
      #expect(after["openpay_shape"]?.string == "seed")
      #expect(after["cashypay_expired"]?.string == "FAIL")
    }
  }

  @Test("requests are kept with their answers and without their secrets")
  func requests() async throws {
    try await Bench.run { bench in
      _ = try await fill(bench)
      _ = try await bench.openpay(
        "POST", "/webhooks",
        [
          "url": "http://127.0.0.1:1", "user": "u", "password": "hush-hush",
          "event_types": ["charge.created"],
        ])
      try await bench.fault(["kind": "error_500", "count": 1])
      _ = try await bench.openpay("GET", "/charges")
      let answer = try await bench.control("GET", "/requests")
      let requests = answer.json["requests"]?.array ?? []
      #expect(
        requests.map { $0["provider"]?.string }
          == ["openpay", "openpay", "smilepayz", "cashypay", "openpay"])
      #expect(
        requests.map { $0["operation"]?.string }
          == ["query", "other", "create", "create", "create"])
      #expect(requests.first?["fault"]?.string == "error_500")
      #expect(requests.first?["status"]?.int64 == 500)
      #expect(requests.last?["body"]?.string?.contains("Pedido 1") == true)
      #expect(requests.last?["answer"]?.string?.contains("in_progress") == true)
      #expect(requests.last?["headers"]?["Authorization"]?.string == "redacted")
      #expect(!answer.text.contains("hush-hush"))
      #expect(!answer.text.contains(SandboxCredentials.openpayPrivateKey))
    }
  }

  @Test("a reset forgets everything but the configuration")
  func reset() async throws {
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      let numbers = try await fill(bench)
      _ = try await bench.openpay("POST", "/customers", Orders.customer)
      try await bench.fault(["kind": "error_500", "operation": "reverse"])
      try await bench.set(["openpay_cancel": true])
      try await bench.pass(seconds: 60)
      _ = receiver.taken()
      #expect(try await bench.control("POST", "/reset").status == 204)
      for path in ["/orders", "/books"] {
        #expect(try await bench.control("GET", path).json["orders"]?.array == [])
      }
      #expect(try await bench.control("GET", "/faults").json["faults"]?.array == [])
      #expect(try await bench.control("GET", "/requests").json["requests"]?.array == [])
      #expect(try await bench.control("GET", "/webhooks").json["webhooks"]?.array == [])
      #expect(try await bench.control("GET", "/clock").json["ahead_seconds"]?.int64 == 0)
      let settings = try await bench.control("GET", "/settings")
      #expect(settings.json["openpay_cancel"]?.bool == false)
      #expect(try await bench.openpay("GET", "/customers").json.array == [])
      #expect(try await fill(bench) == numbers, "the numbers are free again")
      try await bench.settle()
      #expect(receiver.taken().map(\.path) == ["/callbacks/openpay-main"])
    }
  }

  @Test("with more orders than it keeps, the oldest closed ones are forgotten")
  func capacity() async throws {
    try await Bench.run {
      $0.orderCapacity = 10
    } _: { bench in
      for number in 1...11 {
        let body = Orders.openpay("store", "o-\(number)")
        _ = try await bench.openpay("POST", "/charges", .object(body))
        if number == 2 || number == 3 { try await bench.pay("o-\(number)") }
      }
      let orders = try await bench.control("GET", "/books").json["orders"]?.array
      #expect(
        orders?.compactMap { $0["number"]?.string }
          == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11].map { "o-\($0)" })
      #expect(try await bench.control("GET", "/orders/o-2").status == 404)
    }
  }

  @Test("a sandbox that cannot start says why in a sentence")
  func faults() async throws {
    var configuration = SandboxConfiguration(callbacks: "nowhere")
    await #expect(throws: SandboxFault.self) {
      _ = try await SandboxServer(configuration: configuration).start()
    }
    try await Bench.run { bench in
      configuration = SandboxConfiguration(port: bench.port)
      let second = SandboxServer(configuration: configuration)
      let fault = await #expect(throws: SandboxFault.self) { _ = try await second.start() }
      #expect(fault?.description.contains("\(bench.port)") == true)
    }
    let sandbox = SandboxServer(configuration: SandboxConfiguration())
    _ = try await sandbox.start()
    await #expect(throws: SandboxFault.self) { _ = try await sandbox.start() }
    await sandbox.stop()
    _ = try await sandbox.start()
    await sandbox.stop()
  }
}
