import HTTPCalling
import JSONText
import Sandbox
import TestSupport
import Testing

@Suite("Openpay: charges", .timeLimit(.minutes(1)))
struct OpenpayChargeTests {
  private static let seedKeys: Set = [
    "id", "amount", "authorization", "method", "operation_type", "transaction_type", "status",
    "currency", "creation_date", "operation_date", "due_date", "description", "error_message",
    "order_id", "customer_id", "payment_method",
  ]
  private static let currentKeys = seedKeys.subtracting(["customer_id"]).union([
    "conciliated", "customer",
  ])

  @Test("a store charge has the current shape and a 16-digit reference")
  func store() async throws {
    try await Bench.run { bench in
      let answer = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store")))
      let charge = answer.json
      #expect(answer.status == 200)
      #expect(Set(charge.object?.keys ?? []) == Self.currentKeys)
      #expect(charge["id"]?.string?.wholeMatch(of: /tr[a-z0-9]{18}/) != nil)
      #expect(charge["amount"]?.number?.text == "152.00")
      #expect(charge["status"]?.string == "in_progress")
      #expect(charge["method"]?.string == "store")
      #expect(charge["authorization"]?.isNull == true)
      #expect(charge["order_id"]?.string == "pay-0001-1")
      #expect(charge["creation_date"]?.string == "2026-01-02T12:00:00-06:00")
      #expect(charge["due_date"]?.string == "2026-01-03T20:00:00-06:00")
      #expect(charge["customer"]?["email"]?.string == "ana@example.mx")
      let method = charge["payment_method"]
      let reference = try #require(method?["reference"]?.string)
      #expect(reference.wholeMatch(of: /1010\d{12}/) != nil)
      #expect(
        method?["barcode_url"]?.string
          == "\(bench.base)/barcode/\(reference)?width=1&height=45&text=false")
    }
  }

  @Test("a bank charge has the shared CLABE, the agreement and a 20-digit reference of its own")
  func bank() async throws {
    try await Bench.run { bench in
      let body = JSON.object(Orders.openpay("bank_account"))
      let method = try await bench.openpay("POST", "/charges", body).json["payment_method"]
      #expect(
        Set(method?.object?.keys ?? [])
          == ["type", "agreement", "bank", "clabe", "name", "url_spei"])
      #expect(method?["type"]?.string == "bank_transfer")
      #expect(method?["agreement"]?.string == "1411217")
      #expect(method?["clabe"]?.string == "012914002014112176")
      #expect(method?["name"]?.string?.wholeMatch(of: /\d{20}/) != nil)
    }
  }

  @Test("in the older shape charges look as S001 prints them")
  func seedShape() async throws {
    try await Bench.run { bench in
      try await bench.set(["openpay_shape": "seed", "openpay_reference": "transaction"])
      let store = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store")))
      let id = try #require(store.json["id"]?.string)
      #expect(Set(store.json.object?.keys ?? []) == Self.seedKeys)
      #expect(store.json["customer_id"]?.isNull == true)
      let reference = store.json["payment_method"]?["reference"]?.string
      #expect(reference == "000020\(id.uppercased())0100009")
      let bank = try await bench.openpay(
        "POST", "/charges", Orders.openpay("bank_account", "b").with("due_date", nil))
      #expect(Set(bank.json.object?.keys ?? []) == Self.seedKeys.subtracting(["due_date"]))
      let method = bank.json["payment_method"]
      #expect(Set(method?.object?.keys ?? []) == ["type", "bank", "clabe", "name"])
      #expect(method?["clabe"]?.string?.wholeMatch(of: /6461801094\d{8}/) != nil)
      #expect(method?["name"]?.string?.wholeMatch(of: /\d{7}/) != nil)
      try await bench.set(["openpay_reference": "openpay"])
      let other = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store", "c")))
      let third = other.json["payment_method"]?["reference"]?.string
      #expect(third?.wholeMatch(of: /OPENPAY[A-Z0-9]{10}/) != nil)
    }
  }

  static let refusals: [(String, JSON?, Int, Int64)] = [
    ("method", nil, 400, 1001), ("method", "card", 422, 1003), ("method", 1, 400, 1001),
    ("amount", nil, 400, 1001), ("amount", "152.00 MXN", 400, 1001),
    ("amount", "152.005", 400, 1020),
    ("amount", 0, 422, 1003),
    ("amount", -1, 422, 1003), ("amount", .number(.decimal(152_005, places: 3)), 400, 1020),
    ("amount", 30_000, 412, 1012),
    ("description", nil, 400, 1001), ("description", "", 400, 1001),
    ("description", .string(String(repeating: "x", count: 251)), 400, 1001),
    ("order_id", .string(String(repeating: "x", count: 101)), 400, 1001),
    ("order_id", true, 400, 1001), ("currency", "USD", 422, 1003),
    ("due_date", "tomorrow", 400, 1001), ("due_date", "2026-02-30T00:00:00Z", 400, 1001),
    ("due_date", "2026-01-02T17:59:59Z", 422, 1003),
    ("due_date", "2026-02-01T18:00:01Z", 422, 1003),
    ("customer", nil, 400, 1001), ("customer", "Ana", 400, 1001),
    ("customer", ["name": "Ana"], 400, 1001),
    ("customer", ["name": "Ana", "email": "ana"], 400, 1001),
    ("customer", ["name": "Ana", "email": "ana@example.mx", "nick": "a"], 400, 1001),
    ("colour", "red", 400, 1001),
  ]

  @Test("a charge with a bad field is refused with Openpay's code", arguments: refusals)
  func refused(_ field: String, _ value: JSON?, _ status: Int, _ code: Int64) async throws {
    try await Bench.run { bench in
      let body = Orders.openpay("store").with(field, value)
      let answer = try await bench.openpay("POST", "/charges", body)
      #expect(answer.status == status, "\(answer.text)")
      #expect(answer.json["error_code"]?.int64 == code)
      #expect(answer.json["http_code"]?.int64 == Int64(status))
      #expect(answer.json["category"]?.string == "request")
      #expect(
        Set(answer.json.object?.keys ?? []) == [
          "category", "description", "http_code", "error_code", "request_id", "fraud_rules",
        ])
      let left = try await bench.openpay("GET", "/charges")
      #expect(left.json.array?.isEmpty == true)
    }
  }

  @Test("the limits themselves are accepted")
  func limits() async throws {
    try await Bench.run { bench in
      let bodies = [
        Orders.openpay("store", "a").with("amount", .number(.decimal(2_999_999, places: 2))),
        Orders.openpay("store", "b").with("due_date", "2026-02-01T18:00:00Z"),
        Orders.openpay("store", "c").with("due_date", "2026-01-02T12:00:01"),
        Orders.openpay("store", "d").with(
          "description", .string(String(repeating: "ñ", count: 250))),
        Orders.openpay("bank_account", "e").with("amount", 30_000),
        Orders.openpay("bank_account", "f").with("customer", nil),
        Orders.openpay("bank_account", "g").with("order_id", nil),
      ]
      for body in bodies {
        let answer = try await bench.openpay("POST", "/charges", body)
        #expect(answer.status == 200, "\(answer.text)")
      }
    }
  }

  @Test("what Openpay's own plugins send is taken")
  func plugins() async throws {
    try await Bench.run { bench in
      var order = Orders.openpay("store")
      order["currency"] = "mxn"
      order["order_id"] = 4_711
      order["amount"] = "150.00"
      let charge = try await bench.openpay("POST", "/charges", .object(order))
      #expect(charge.status == 200, "\(charge.text)")
      #expect(charge.json["currency"]?.string == "MXN")
      #expect(charge.json["order_id"]?.string == "4711")
      #expect(charge.json["amount"]?.number?.text == "150.00")
      let found = try await bench.openpay("GET", "/charges?order_id=4711").json.array
      #expect(found?.map { $0["id"] } == [charge.json["id"]])
    }
  }

  @Test("a list can be made to ignore its order_id, and no other filter")
  func filterIgnored() async throws {
    try await Bench.run { bench in
      for number in 1...3 {
        let body = Orders.openpay("store", "o-\(number)").with("amount", JSON(number * 10))
        _ = try await bench.openpay("POST", "/charges", body)
      }
      try await bench.fault(["kind": "filter_ignored", "count": 2])
      func numbers(_ query: String) async throws -> [String?]? {
        try await bench.openpay("GET", "/charges\(query)").json.array?.map {
          $0["order_id"]?.string
        }
      }
      #expect(try await numbers("?limit=1") == ["o-3"])
      #expect(try await numbers("?order_id=o-1") == ["o-3", "o-2", "o-1"])
      #expect(
        try await numbers("?order_id=o-1&amount[gte]=20&creation[gte]=2026-01-02&offset=1")
          == ["o-2"])
      #expect(try await numbers("?order_id=o-1") == ["o-1"])
    }
  }

  @Test("what is no JSON, and what is not said to be, is refused")
  func malformed() async throws {
    try await Bench.run { bench in
      let path = "\(Bench.merchant)/charges"
      let broken = try await bench.call("POST", path, Bench.openpayHeaders, Array("{".utf8))
      #expect((broken.status, broken.json["error_code"]?.int64) == (400, 1001))
      let untyped = try await bench.call(
        "POST", path, [Bench.openpayHeaders[0]], JSON.object(Orders.openpay("store")).bytes)
      #expect((untyped.status, untyped.json["error_code"]?.int64) == (400, 1001))
    }
  }

  @Test("only the private key without a password opens the merchant")
  func authentication() async throws {
    try await Bench.run { bench in
      let key = SandboxCredentials.openpayPrivateKey
      let attempts: [(String, [HTTPHeader])] = [
        (Bench.merchant, []), (Bench.merchant, [Bench.basic("sk_other")]),
        (Bench.merchant, [Bench.basic(key, "x")]), ("/v1/other", [Bench.basic(key)]),
        (Bench.merchant, [HTTPHeader("Authorization", "Bearer \(key)")]),
      ]
      for (path, headers) in attempts {
        let answer = try await bench.call("GET", path, headers)
        #expect(answer.status == 401)
        #expect(answer.json["error_code"]?.int64 == 1002)
      }
      let merchant = try await bench.openpay("GET", "")
      #expect(merchant.status == 200)
      #expect(
        Set(merchant.json.object?.keys ?? []) == [
          "name", "email", "phone", "status", "balance", "clabe", "id", "creation_date",
        ])
    }
  }

  @Test("an order_id is taken once, and free again after a failed charge")
  func duplicate() async throws {
    try await Bench.run { bench in
      let body = JSON.object(Orders.openpay("store"))
      let first = try await bench.openpay("POST", "/charges", body)
      let second = try await bench.openpay("POST", "/charges", body)
      #expect((second.status, second.json["error_code"]?.int64) == (409, 1006))
      #expect(second.json["description"]?.string == "The order_id has already been processed")
      let id = try #require(first.json["id"]?.string)
      _ = try await bench.control("POST", "/orders/\(id)/fail")
      #expect(try await bench.openpay("POST", "/charges", body).status == 200)
      let found = try await bench.openpay("GET", "/charges?order_id=pay-0001-1")
      #expect(found.json.array?.map { $0["status"]?.string } == ["in_progress", "failed"])
    }
  }

  @Test("a charge is read where it was made")
  func reading() async throws {
    try await Bench.run { bench in
      let customer = try await bench.openpay("POST", "/customers", Orders.customer)
      let owner = try #require(customer.json["id"]?.string)
      let own = try await bench.openpay(
        "POST", "/customers/\(owner)/charges",
        Orders.openpay("store", "own").with("customer", nil))
      #expect(own.json["customer_id"]?.string == owner)
      let id = try #require(own.json["id"]?.string)
      let under = try await bench.openpay("GET", "/customers/\(owner)/charges/\(id)")
      #expect(under.json == own.json)
      let above = try await bench.openpay("GET", "/charges/\(id)")
      #expect((above.status, above.json["error_code"]?.int64) == (404, 1005))
      let inline = try await bench.openpay(
        "POST", "/customers/\(owner)/charges", .object(Orders.openpay("store", "x")))
      #expect(inline.status == 400)
      let nobody = try await bench.openpay(
        "POST", "/customers/nobody/charges", Orders.openpay("store", "y").with("customer", nil))
      #expect((nobody.status, nobody.json["error_code"]?.int64) == (404, 1005))
    }
  }

  @Test("lists are newest first, ten at once, and narrowed by every filter")
  func lists() async throws {
    try await Bench.run { bench in
      for number in 1...12 {
        let body = Orders.openpay("store", "o-\(number)").with("amount", JSON(number * 10))
        _ = try await bench.openpay("POST", "/charges", body)
        if number == 6 { try await bench.pass(seconds: 12 * 3_600) }
      }
      try await bench.pay("o-3")
      func numbers(_ query: String) async throws -> [String] {
        let answer = try await bench.openpay("GET", "/charges\(query)")
        #expect(answer.status == 200, "\(answer.text)")
        return answer.json.array?.compactMap { $0["order_id"]?.string } ?? []
      }
      #expect(try await numbers("") == (3...12).reversed().map { "o-\($0)" })
      #expect(try await numbers("?limit=2") == ["o-12", "o-11"])
      #expect(try await numbers("?limit=2&offset=10") == ["o-2", "o-1"])
      #expect(try await numbers("?order_id=o-5") == ["o-5"])
      #expect(try await numbers("?status=COMPLETED") == ["o-3"])
      #expect(try await numbers("?amount=50.00") == ["o-5"])
      #expect(try await numbers("?amount[gte]=30&amount[lte]=40") == ["o-4", "o-3"])
      #expect(try await numbers("?creation[gte]=2026-01-03&limit=100").count == 6)
      #expect(try await numbers("?creation%5Blte%5D=2026-01-02").count == 6)
      #expect(try await numbers("?creation=2026-01-02&customer=ignored").count == 6)
      for query in ["limit=x", "creation=2026", "amount=a", "offset=-1"] {
        let answer = try await bench.openpay("GET", "/charges?\(query)")
        #expect((answer.status, answer.json["error_code"]?.int64) == (400, 1001))
      }
    }
  }

  @Test("refunds and captures are refused, cancelling only where it is switched on")
  func actions() async throws {
    try await Bench.run { bench in
      let answer = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store")))
      let charge = "/charges/\(try #require(answer.json["id"]?.string))"
      for action in ["refund", "capture", "cancel"] {
        let refused = try await bench.openpay("POST", "\(charge)/\(action)", [:])
        #expect((refused.status, refused.json["error_code"]?.int64) == (412, 1013))
      }
      try await bench.set(["openpay_cancel": true])
      let cancelled = try await bench.openpay("POST", "\(charge)/cancel", [:])
      #expect(cancelled.json["status"]?.string == "cancelled")
      #expect(try await bench.openpay("POST", "\(charge)/cancel", [:]).status == 412)
    }
  }

  @Test("the barcode is a picture of the reference")
  func barcode() async throws {
    try await Bench.run { bench in
      let picture = try await bench.call("GET", "/barcode/OPENPAY02DQ35YOY7?width=1&height=45")
      #expect(picture.header("Content-Type") == "image/svg+xml")
      // 17 characters, start, check and stop: 20 symbols of 11 modules, 2 more, and the quiet zone.
      #expect(picture.text.contains("width=\"\(20 * 11 + 2 + 20)\""))
      let other = try await bench.call("GET", "/barcode/OPENPAY02DQ35YOY8")
      #expect(other.bytes != picture.bytes)
      #expect(try await bench.call("GET", "/barcode/a%22b").status == 404)
    }
  }

  @Test("what Openpay has but the sandbox has not is not found", arguments: ["/cards", "/payouts"])
  func absent(_ path: String) async throws {
    try await Bench.run { bench in
      let answer = try await bench.openpay("GET", path)
      #expect((answer.status, answer.json["error_code"]?.int64) == (404, 1005))
    }
  }
}
