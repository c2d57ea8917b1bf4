import Foundation
import JSONText
import TestSupport
import Testing

/// Cash at the counter, through the real executable and the simulated Paynet.
@Suite("store payments")
struct CounterPaymentTests {
  private static let path = "/v1/store_payments"

  static func payment(_ transaction: String, reference: String = "OPENPAY00FUCDZDQ9") -> JSON {
    [
      "account": "paynet-main", "reference": JSON(reference), "amount": 15_000,
      "chain_transaction_id": JSON(transaction), "operation_date": "2026-11-21T12:00:00-06:00",
      "group": 555, "chain": "1", "store": 1292, "pos": 1, "employee": "002",
      "sku": "34123412341234", "payment_type": 1,
    ]
  }

  @Test("the merchant's pay-in is paid at the counter, and taken back")
  func counter() async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation(
        webhooks: [
          [
            "id": "w1", "url": JSON("\(url)/hooks"), "secret": "${HOOK_SECRET}",
            "events": ["store_payment.*"],
          ]
        ])
      let gateway = try await installation.serve()
      let client = installation.client
      let payin = try await client.post(
        "/v1/payins", ServeTests.payin("counter", method: "store"), idempotencyKey: "p")
      let reference = try #require(payin.json["instructions"]?["reference"]?.string)
      let body = Self.payment("170911001", reference: reference)
      let paid = try await client.post(Self.path, body, idempotencyKey: "s")
      #expect(paid.status == 201)
      #expect(paid.json["status"] == "authorized")
      #expect(paid.json["response_code"] == 0)
      #expect(paid.json["authorization"]?.string?.isEmpty == false)
      #expect(paid.json["customer_instructions"]?.string?.contains("CLIENTE") == true)
      #expect(paid.json["employee"] == "002")
      let id = try #require(paid.json["id"]?.string)
      let again = try await client.post(Self.path, body, idempotencyKey: "s")
      #expect(again.body == paid.body)
      #expect(again.header("Idempotent-Replayed") == "true")
      let seen = try await client.get("/v1/payins/\(payin.json["id"]?.string ?? "")?wait=30").json
      #expect(seen["status"] == "succeeded")

      let reversed = try await client.post("\(Self.path)/\(id)/reversal")
      #expect(reversed.json["status"] == "reversed")
      #expect(try await client.post("\(Self.path)/\(id)/reversal").json == reversed.json)
      #expect(try await client.get("\(Self.path)/\(id)").json == reversed.json)
      var told: [String] = []
      _ = try await eventually {
        told += receiver.taken().compactMap { $0.json["type"]?.string }
        return told.count == 2
      }
      #expect(told == ["store_payment.authorized", "store_payment.reversed"])
      try await expectEvents(of: id, beside: payin.json["id"]?.string ?? "", client)
      _ = await installation.stop(gateway)
      try await installation.end()
    }
  }

  /// A store payment has a timeline with its deliveries, and events of its own.
  private func expectEvents(of id: String, beside payin: String, _ client: Client) async throws {
    let timeline = try await client.get("\(Self.path)/\(id)/events").json["data"]?.array ?? []
    #expect(
      timeline.filter { $0["object"] == "event" }.map { $0["type"]?.string } == [
        "store_payment.created", "store_payment.authorized", "store_payment.reversal_asked",
        "store_payment.reversed",
      ])
    // A delivery is kept after its receiver has heard of it.
    let areKept = try await eventually {
      let entries = try await client.get("\(Self.path)/\(id)/events").json["data"]?.array ?? []
      return entries.filter { $0["type"] == "webhook.delivered" }.count == 2
    }
    #expect(areKept)
    #expect(timeline.filter { $0["announced"] == true }.count == 2)
    let page = try await client.get("\(Self.path)/\(id)/events?limit=2&cursor=1").json
    #expect(page["next_cursor"] == "3")

    let about: JSON = ["type": "store_payment", "id": JSON(id)]
    let events = try await client.get("/v1/events?object=\(id)").json["data"]?.array ?? []
    #expect(
      events.map { $0["type"]?.string } == ["store_payment.reversed", "store_payment.authorized"])
    for event in events {
      #expect(event["object"] == about && event["payin"] == .null)
      #expect(event["data"]?["id"]?.string == id && event["deliveries"]?.array?.count == 1)
    }
    let own = try await client.get("/v1/events?object=\(payin)&limit=1").json["data"]?.array?.first
    #expect(own?["object"] == ["type": "payin", "id": JSON(payin)])
    #expect(own?["payin"]?.string == payin)
    #expect(try await client.get("/v1/events?payin=\(payin)&object=\(payin)").status == 200)
    for wrong in ["object=\(id)&payin=\(payin)", "object=nothing", "object=event_1", "payin=\(id)"]
    {
      #expect(try await client.get("/v1/events?\(wrong)").status == 400, "\(wrong)")
    }
    let nowhere = "storepay_" + String(repeating: "0", count: 26)
    #expect(try await client.get("\(Self.path)/\(nowhere)/events").status == 404)
  }

  @Test("what Paynet declines is declined, and cannot be taken back")
  func declined() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    for (index, (reference, amount, code)) in [
      ("UNKNOWN1", 15_000, 93), ("UNKNOWN2", 15_000, 93),
    ].enumerated() {
      var body = Self.payment("\(index + 1)", reference: reference).object ?? [:]
      body["amount"] = JSON(amount)
      let answer = try await client.post(Self.path, .object(body), idempotencyKey: "\(index)")
      #expect(answer.json["status"] == "declined")
      #expect(answer.json["response_code"]?.int64 == Int64(code))
      #expect(answer.json["authorization"]?.isNull == true)
      let id = answer.json["id"]?.string ?? ""
      let reversal = try await client.post("\(Self.path)/\(id)/reversal")
      #expect(reversal.status == 422)
      #expect(reversal.code == "not_reversible")
    }
    let list = try await client.get("\(Self.path)?status=declined&limit=1").json
    #expect(list["data"]?.array?.count == 1)
    #expect(list["next_cursor"]?.string != nil)
    let same = try await client.post(Self.path, Self.payment("1"), idempotencyKey: "other")
    #expect(same.status == 409)
    #expect(same.code == "duplicate_chain_transaction")
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  static let faults: [(String, Bool)] = [
    ("reset_after", true), ("reset_before", false), ("error_500_after", true),
    ("garbage_after", true), ("system_error", false),
  ]

  @Test("a call that breaks is in doubt and reversed for certain", arguments: faults)
  func doubt(_ kind: String, _ works: Bool) async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let sandbox = installation.sandboxClient
    _ = try await sandbox.post(
      "/_sandbox/faults",
      ["provider": "paynet", "operation": "create", "kind": JSON(kind), "count": 1])
    // The first reversals fail as well.
    _ = try await sandbox.post(
      "/_sandbox/faults",
      ["provider": "paynet", "operation": "reverse", "kind": "error_500", "count": 2])
    let answer = try await client.post(Self.path, Self.payment("7"), idempotencyKey: kind)
    #expect(answer.status == 201)
    #expect(answer.json["status"] == "in_doubt")
    let id = answer.json["id"]?.string ?? ""
    let tried = try await eventualValue {
      let payment = try await client.get("\(Self.path)/\(id)").json
      return payment["reversal"]?["tries"]?.int64 == 3 ? Optional(payment) : .none
    }
    // What was authorized is taken back; that there is nothing to take back takes a minute to
    // believe.
    #expect(tried?["status"]?.string == (works ? "reversed" : "reversing"))
    #expect(tried?["reversal"]?["response_code"]?.int64 == (works ? 0 : nil))
    let again = try await client.post(Self.path, Self.payment("7"), idempotencyKey: kind)
    #expect(again.body == answer.body)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("a gateway that is killed while it asks reverses when it comes back")
  func killed() async throws {
    let installation = try await Installation()
    let first = try await installation.serve()
    let client = installation.client
    _ = try await installation.sandboxClient.post(
      "/_sandbox/faults",
      ["provider": "paynet", "operation": "create", "kind": "timeout_after", "count": 1])
    let asking = Task { try? await client.post(Self.path, Self.payment("9"), idempotencyKey: "k") }
    let id = try await eventualValue {
      try await client.get(Self.path).json["data"]?.array?.first?["id"]?.string
    }
    first.signal(SIGKILL)
    _ = await first.ended()
    _ = await asking.value
    let second = try await installation.serve()
    let reversed = try await eventualValue {
      let payment = try await client.get("\(Self.path)/\(id ?? "")").json
      return payment["status"] == "reversed" ? Optional(payment) : .none
    }
    #expect(reversed?["failure"]?["code"] == "interrupted")
    let again = try await client.post(Self.path, Self.payment("9"), idempotencyKey: "k")
    #expect(again.json["status"] == "in_doubt")
    #expect(again.header("Idempotent-Replayed") == "true")
    _ = await installation.stop(second)
    try await installation.end()
  }

  static let refusals: [(String, JSON, String)] = [
    ("account", "openpay-main", "/account"), ("account", "nobody", "/account"),
    ("reference", "a b", "/reference"), ("amount", 0, "/amount"), ("amount", "1", "/amount"),
    ("chain_transaction_id", JSON(String(repeating: "1", count: 46)), "/chain_transaction_id"),
    ("group", "12345678901234", "/group"), ("pos", "x", "/pos"), ("employee", nil, "/employee"),
    ("operation_date", "yesterday", "/operation_date"), ("payment_type", 5, "/payment_type"),
    ("sku", "", "/sku"), ("tip", 1, "/tip"),
  ]

  @Test("what is malformed is refused by its name and leaves nothing")
  func refused() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    for (key, value, pointer) in Self.refusals {
      var body = Self.payment("1").object ?? [:]
      body[key] = value.isNull ? nil : value
      let answer = try await client.post(Self.path, .object(body), idempotencyKey: "r")
      #expect(answer.status == 400, "\(key)")
      #expect(answer.pointers == [pointer], "\(key)")
    }
    #expect(try await client.get(Self.path).json["data"] == [])
    #expect(try await client.get("\(Self.path)/storepay_x").status == 404)
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
