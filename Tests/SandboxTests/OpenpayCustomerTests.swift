import JSONText
import TestSupport
import Testing

@Suite("Openpay: customers", .timeLimit(.minutes(1)))
struct OpenpayCustomerTests {
  private static let withoutAccount: Set = [
    "id", "name", "last_name", "email", "phone_number", "address", "creation_date",
    "external_id", "store", "clabe",
  ]
  private static let address: JSON = [
    "city": "Queretaro", "state": "Queretaro", "line1": "Calle 10", "postal_code": "76000",
    "line2": "col. san pablo", "line3": "entre la calle 1 y la 2", "country_code": "MX",
  ]

  @Test("a customer is created, read, listed, updated and deleted")
  func life() async throws {
    try await Bench.run { bench in
      let created = try await bench.openpay(
        "POST", "/customers",
        ["name": "customer name", "email": "customer_email@me.com", "requires_account": false])
      #expect(created.status == 201)
      #expect(Set(created.json.object?.keys ?? []) == Self.withoutAccount)
      #expect(created.json["clabe"]?.string?.wholeMatch(of: /6461801094\d{8}/) != nil)
      let reference = created.json["store"]?["reference"]?.string
      #expect(reference?.wholeMatch(of: /OPENPAY02[A-Z0-9]{8}/) != nil)
      let path = "/customers/\(try #require(created.json["id"]?.string))"
      #expect(try await bench.openpay("GET", path).json == created.json)

      let changed = try await bench.openpay(
        "PUT", path,
        [
          "name": "other name", "email": "customer_email@me.com", "address": Self.address,
          "phone_number": "44209087654",
        ])
      #expect(changed.status == 200)
      #expect(changed.json["name"]?.string == "other name")
      #expect(changed.json["address"] == Self.address)
      #expect(changed.json["clabe"] == created.json["clabe"])
      #expect(try await bench.openpay("GET", "/customers").json.array == [changed.json])

      let deleted = try await bench.openpay("DELETE", path)
      #expect((deleted.status, deleted.bytes) == (204, []))
      let gone = try await bench.openpay("GET", path)
      #expect((gone.status, gone.json["error_code"]?.int64) == (404, 1005))
      #expect(try await bench.openpay("GET", "/customers").json.array == [])
    }
  }

  @Test("a customer with an account shows status and balance")
  func account() async throws {
    try await Bench.run { bench in
      let customer = try await bench.openpay("POST", "/customers", Orders.customer).json
      #expect(Set(customer.object?.keys ?? []) == Self.withoutAccount.union(["status", "balance"]))
      #expect(customer["status"]?.string == "active")
    }
  }

  static let refusals: [(JSON, Int, Int64)] = [
    (["email": "a@b.mx"], 400, 1001), (["name": "Ana"], 400, 1001),
    (["name": "Ana", "email": "no"], 400, 1001),
    (["name": .string(String(repeating: "x", count: 101)), "email": "a@b.mx"], 400, 1001),
    (["name": "Ana", "email": "a@b.mx", "phone_number": 55], 400, 1001),
    (["name": "Ana", "email": "a@b.mx", "address": ["line1": "x"]], 400, 1001),
    (["name": "Ana", "email": "a@b.mx", "requires_account": "no"], 400, 1001),
    (["name": "Ana", "email": "a@b.mx", "id": "mine"], 400, 1001),
    (["name": "Ana", "email": "a@b.mx", "external_id": "e1"], 409, 2003),
  ]

  @Test("a bad customer is refused with Openpay's code", arguments: refusals)
  func refused(_ body: JSON, _ status: Int, _ code: Int64) async throws {
    try await Bench.run { bench in
      let first = try await bench.openpay(
        "POST", "/customers", ["name": "Eva", "email": "e@b.mx", "external_id": "e1"])
      #expect(first.status == 201)
      let answer = try await bench.openpay("POST", "/customers", body)
      #expect((answer.status, answer.json["error_code"]?.int64) == (status, code))
    }
  }

  @Test("customers are listed newest first, by page and by day")
  func list() async throws {
    try await Bench.run { bench in
      for name in ["A", "B", "C"] {
        _ = try await bench.openpay(
          "POST", "/customers", ["name": .string(name), "email": "a@b.mx"])
        try await bench.pass(seconds: 86_400)
      }
      func names(_ query: String) async throws -> [String] {
        let answer = try await bench.openpay("GET", "/customers\(query)")
        return answer.json.array?.compactMap { $0["name"]?.string } ?? []
      }
      #expect(try await names("") == ["C", "B", "A"])
      #expect(try await names("?limit=1&offset=1") == ["B"])
      #expect(try await names("?creation[gte]=2026-01-03") == ["C", "B"])
    }
  }
}
