import Crypto
import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

/// Answers and webhooks that are right but for how they are written.
@Suite("Faults: odd spellings", .timeLimit(.minutes(1)))
struct SpellingTests {
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// What one order's create, query and webhook look like.
  private struct Told {
    let create: Bench.Answer
    let query: Bench.Answer
    let webhook: Request
  }

  /// Makes an order of 152.10 pesos (CashyPay: 152) while the fault lasts, pays it, and asks for it.
  private func messages(_ provider: String, _ faults: JSON...) async throws -> Told {
    var told: Told?
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      for fault in faults { try await bench.fault(fault) }
      let create = try await bench.create(provider, url)
      try await bench.settle()
      _ = receiver.taken()
      let order = try await bench.control("GET", "/orders").json["orders"]?.array?.first
      try await bench.pay(try #require(order?["id"]?.string))
      try await bench.settle()
      told = Told(
        create: create, query: try await bench.query(provider),
        webhook: try #require(receiver.taken().first))
    }
    return try #require(told)
  }

  // MARK: Bytes

  private func isLatin1(_ bytes: [UInt8]) -> Bool {
    let name = Array("\u{CD}\u{F1}igo Mu\u{F1}oz".unicodeScalars).map { UInt8($0.value) }
    let isText = String(validating: bytes, as: UTF8.self) != nil
    return !isText && bytes.indices.contains { bytes[$0...].starts(with: name) }
  }

  @Test(
    "in ISO 8859-1 the payer's ñ is one byte, and what is signed is what is sent",
    arguments: Example.providers)
  func latin1(_ provider: String) async throws {
    let messages = try await messages(provider, ["kind": "latin1", "provider": .string(provider)])
    #expect(isLatin1(messages.create.bytes))
    #expect(isLatin1(messages.query.bytes))
    #expect(isLatin1(messages.webhook.body))
    // SmilePayz signs a part that cannot be read here from a body that is no UTF-8.
    if provider != "smilepayz" { #expect(Credential(messages.webhook).isRight) }
  }

  @Test(
    "a byte order mark stands in front, and is signed with the rest", arguments: Example.providers)
  func byteOrderMark(_ provider: String) async throws {
    let messages = try await messages(provider, ["kind": "byte_order_mark"])
    for bytes in [messages.create.bytes, messages.query.bytes, messages.webhook.body] {
      #expect(bytes.starts(with: Self.mark))
      #expect(throws: Never.self) { try JSON(parsing: bytes.dropFirst(3)) }
    }
    if provider == "cashypay" { #expect(Credential(messages.webhook).isRight) }
  }

  @Test("an answer is gzip that other programs read, and a webhook never is")
  func gzip() async throws {
    try await Bench.run { bench in
      for number in 1...100 {
        _ = try await bench.openpay(
          "POST", "/charges", .object(Orders.openpay("store", "o-\(number)")))
      }
      let plain = try await bench.openpay("GET", "/charges?limit=100")
      #expect(plain.bytes.count > 65_535, "more than one block")
      try await bench.fault(["kind": "gzip", "count": 1])
      let key = SandboxCredentials.openpayPrivateKey
      let url = "\(bench.base)\(Bench.merchant)/charges?limit=100"
      let unpacked = try await OtherProgram.run(
        "sh", ["-c", "curl --silent --noproxy '*' --user \(key): '\(url)' | gzip -dc"])
      #expect(unpacked.status == 0)
      #expect(unpacked.output == plain.text)
      try await bench.fault(["kind": "gzip", "count": 1])
      let answer = try await bench.openpay("GET", "/charges")
      #expect(answer.header("Content-Encoding") == "gzip")
      #expect(try await bench.openpay("GET", "/charges").header("Content-Encoding") == nil)
    }
  }

  // MARK: Dates

  static let dateForms: [(JSONObject, String, String)] = [
    (["form": "no_colon"], "2026-01-02T12:00:00-0600", "2026-01-02T12:00:00-0600"),
    (["form": "lower_case"], "2026-01-02t18:00:00z", "2026-01-02t18:00:00z"),
    (
      ["form": "fraction", "digits": 9], "2026-01-02T12:00:00.123456789-06:00",
      "2026-01-02 12:00:00.123456789"
    ),
    (
      ["form": "fraction", "digits": 1], "2026-01-02T12:00:00.1-06:00", "2026-01-02 12:00:00.1"
    ), (["form": "date_only"], "2026-01-02", "2026-01-02"),
    (["form": "unreadable"], "el viernes por la tarde", "el viernes por la tarde"),
  ]

  @Test("dates are written oddly everywhere", arguments: dateForms)
  func dates(_ form: JSONObject, _ text: String, _ wallClock: String) async throws {
    var fault = form
    fault["kind"] = "odd_dates"
    let openpay = try await messages("openpay", .object(fault))
    #expect(openpay.create.json["creation_date"]?.string == text)
    #expect(openpay.query.json.array?.first?["operation_date"]?.string == text)
    #expect(openpay.webhook.json["event_date"]?.string == text)
    #expect(openpay.webhook.json["transaction"]?["operation_date"]?.string == text)
    let cashypay = try await messages("cashypay", .object(fault))
    #expect(cashypay.query.json["data"]?["completionTime"]?.string == wallClock)
    #expect(cashypay.webhook.json["completionTime"]?.string == wallClock)
    #expect(Credential(cashypay.webhook).isRight)
    let smilepayz = try await messages("smilepayz", .object(fault))
    #expect(smilepayz.create.json["transactionTime"]?.string == text)
    #expect(smilepayz.webhook.json["transactionTime"]?.string == text)
    #expect(Credential(smilepayz.webhook).isRight)
  }

  // MARK: Amounts

  private func amounts(_ messages: Told, _ provider: String) -> [String?] {
    let query = messages.query.json
    let found: [JSON?] =
      switch provider {
      case "openpay":
        [
          messages.create.json["amount"], query.array?.first?["amount"],
          messages.webhook.json["transaction"]?["amount"],
        ]
      case "cashypay":
        [
          messages.create.json["data"]?["amount"], query["data"]?["amount"],
          messages.webhook.json["amount"],
        ]
      default:
        [messages.create.json, query, messages.webhook.json].map { $0["money"]?["amount"] }
      }
    return found.map { $0?.number?.text ?? $0?.string }
  }

  static let noises: [(String, JSON, [String])] = [
    ("openpay", "below", Array(repeating: "152.09999999999999", count: 3)),
    ("openpay", "above", Array(repeating: "152.10000000000002", count: 3)),
    ("cashypay", "below", ["152", "151.99999999999999", "151.99999999999999"]),
    ("smilepayz", "above", Array(repeating: "15210.00000000000002", count: 3)),
  ]

  @Test("amounts carry what binary fractions leave of them", arguments: noises)
  func noise(_ provider: String, _ form: JSON, _ expected: [String]) async throws {
    let messages = try await messages(provider, ["kind": "float_noise", "form": form])
    #expect(amounts(messages, provider) == expected)
  }

  @Test("without a form the noise is below")
  func noiseBelow() async throws {
    let messages = try await messages("openpay", ["kind": "float_noise"])
    #expect(amounts(messages, "openpay") == Array(repeating: "152.09999999999999", count: 3))
  }

  static let others: [(String, JSON, [String])] = [
    ("openpay", "any", ["950.00", "950.00", "950.00"]),
    ("openpay", "webhook", ["152.10", "152.10", "950.00"]),
    ("openpay", "query", ["152.10", "950.00", "152.10"]),
    ("cashypay", "any", ["950", "950.0", "950.0"]),
    ("cashypay", "webhook", ["152", "152.0", "950.0"]),
    ("smilepayz", "webhook", ["15210", "15210", "95000"]),
    ("smilepayz", "query", ["15210", "95000", "15210"]),
  ]

  @Test("another amount is told by callback, by query, or by both", arguments: others)
  func otherAmount(_ provider: String, _ operation: JSON, _ expected: [String]) async throws {
    let messages = try await messages(
      provider, ["kind": "other_amount", "operation": operation, "amount": 95_000])
    #expect(amounts(messages, provider) == expected)
    #expect(Credential(messages.webhook).isRight)
    if provider == "openpay" {
      let fee = messages.query.json.array?.first?["fee"]?["amount"]?.number?.text
      #expect(fee == "8.00", "the fee stays what it is")
    }
  }

  @Test("several at once")
  func several() async throws {
    let messages = try await messages(
      "cashypay", ["kind": "latin1"], ["kind": "byte_order_mark"],
      ["kind": "other_amount", "amount": 4_000], ["kind": "float_noise"])
    let body = messages.webhook.body
    #expect(body.starts(with: Self.mark))
    #expect(isLatin1(body))
    #expect(String(decoding: body, as: UTF8.self).contains(#""amount":39.99999999999999"#))
    #expect(Credential(messages.webhook).isRight)
  }
}
