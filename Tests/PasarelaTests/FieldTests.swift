import HTTPCalling
import HTTPServing
import JSONText
import Payins
import Testing

@testable import Sandbox

/// What people met with providers, each case under its own name, over one gateway.
@Suite("field cases", .oneFieldBench)
enum FieldTests {
  /// How a provider writes what it knows of an order.
  struct Spelling: Sendable, CustomTestStringConvertible {
    var name: String
    var via = "openpay-main"
    var method = "spei"
    var amount: Int64 = 15_000
    /// Members of its answers that are written over, by pointer.
    var created: [String: JSON] = [:]
    var asked: [String: JSON] = [:]
    var received: String?
    var testDescription: String { name }
  }

  static let spellings = [
    Spelling(
      name: "openpay_float_noise", amount: 15_210,
      created: ["/amount": .digits("152.09999999999999")],
      asked: ["/amount": .digits("152.10000000000002")]),
    Spelling(
      name: "openpay_exponent", amount: 1_000_000_000, created: ["/amount": .digits("1.0E7")],
      asked: ["/amount": .digits("1.0E7")]),
    Spelling(
      name: "openpay_amount_as_text", method: "store",
      created: ["/amount": "150.00", "/http_code": "200", "/conciliated": "false"],
      asked: ["/amount": "150.00", "/http_code": "200", "/authorization": 4711]),
    Spelling(
      name: "openpay_date_without_colon", method: "store",
      asked: ["/operation_date": "2026-11-20T14:00:00-0600"], received: "2026-11-20T20:00:00.000Z"),
  ]

  @Suite("spellings") struct Spellings {
    @Test("an order is followed and paid, however it is written", arguments: spellings)
    func followed(_ spelling: Spelling) async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script(spelling.name) { call in
        let written = call.isCreate ? spelling.created : spelling.asked
        return written.reduce(await call.forward()) { $0.with($1.key, $1.value) }
      }
      let placed = try await bench.pending(
        spelling.name, via: spelling.via, spelling.method, amount: spelling.amount)
      try await placed.move("pay")
      let paid = try await placed.sync()
      #expect(paid["status"] == "succeeded" && paid["amount_received"] == JSON(spelling.amount))
      #expect(paid["receipts"]?.array?.count == 1)
      if let received = spelling.received {
        #expect(paid["receipts"]?.array?.first?["received_at"]?.string == received)
      }
      #expect(try await bench.discrepancies(placed.id) == [])
      #expect(script.creates.count == 1)
    }

    @Test("gzip_answer: answers that are gzip though identity was asked are read")
    func gzip() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("gzip_answer") { call in
        var response = await call.forward()
        response.headers["Content-Encoding"] = "gzip"
        response.body = Gzip.member(of: response.body)
        return response
      }
      let placed = try await bench.pending("gzip_answer", via: "openpay-main")
      #expect(script.creates.first?.headers["Accept-Encoding"] == "identity")
      try await placed.move("pay")
      #expect(try await placed.sync()["status"] == "succeeded")
    }

    @Test("openpay_amount_text: amounts go out with two decimals and no tail")
    func amounts() async throws {
      let bench = try FieldBench.current
      for (centavos, text) in [
        (1, "0.01"), (10, "0.10"), (101, "1.01"), (99_999, "999.99"), (2_999_999, "29999.99"),
      ] as [(Int64, String)] {
        let name = "openpay_amount_text-\(text)"
        let script = bench.wire.script(name)
        _ = try await bench.pending(name, via: "openpay-main", "store", amount: centavos)
        #expect(script.sent["amount"]?.number?.text == text)
      }
    }

    @Test("sandbox_as_the_plugin_writes, sandbox_decimals_and_date: what is taken and what is not")
    func sandbox() async throws {
      let bench = try FieldBench.current
      func charge(_ number: JSON, _ changes: KeyValuePairs<String, JSON>) async throws
        -> Client.Answer
      {
        var body: JSON = [
          "method": "store", "amount": 150, "currency": "MXN", "description": "plugin",
          "order_id": number, "customer": ["name": "Ana", "email": "ana@example.mx"],
        ]
        for (key, value) in changes { body = body.with(key, value) }
        var sandbox = bench.installation.sandboxClient
        sandbox.key = nil
        let key = BasicAuthorization.value(user: SandboxCredentials.openpayPrivateKey, password: "")
        return try await sandbox.call(
          "POST", "/v1/\(SandboxCredentials.openpayMerchant)/charges", body.bytes,
          [.init("Content-Type", "application/json"), .init("Authorization", key)])
      }
      #expect(try await charge("plug-1", ["currency": "mxn"]).status == 200)
      #expect(try await charge(900_001, [:]).status == 200)
      #expect(try await charge("plug-2", ["amount": "150.00"]).status == 200)
      let fine = try await charge("plug-3", ["amount": .digits("10.123")])
      #expect(fine.status == 400 && fine.json["description"]?.string?.contains("amount") == true)
      let soon = Instant(seconds: FieldBench.now + 86_400).text(offsetMinutes: -360)
      let date = soon.replacing("-06:00", with: "-0600")
      #expect(try await charge("plug-4", ["due_date": .string(date)]).status == 200)
    }
  }
}
