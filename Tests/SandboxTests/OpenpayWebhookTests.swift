import HTTPCalling
import HTTPServing
import JSONText
import Sandbox
import TestSupport
import Testing

@Suite("Openpay: webhooks", .timeLimit(.minutes(1)))
struct OpenpayWebhookTests {
  private static func webhook(_ url: String, _ events: JSON = ["charge.succeeded"]) -> JSONObject {
    ["url": .string(url), "user": "juanito", "password": "passjuanito", "event_types": events]
  }

  @Test("a webhook is called with its code before it is created, and is verified then")
  func verification() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      let created = try await bench.openpay(
        "POST", "/webhooks", .object(Self.webhook("\(url)/hooks")))
      #expect(created.status == 201)
      #expect(
        Set(created.json.object?.keys ?? []) == ["id", "url", "user", "event_types", "status"])
      #expect(created.json["status"]?.string == "verified")
      let call = try #require(receiver.taken().first)
      #expect(call.path == "/hooks")
      #expect(call.headers["Authorization"] == Bench.basic("juanito", "passjuanito").value)
      #expect(
        Set(call.json.object?.keys ?? []) == ["type", "event_date", "verification_code", "id"])
      #expect(call.json["type"]?.string == "verification")
      #expect(call.json["id"] == created.json["id"])
      let path = "/webhooks/\(try #require(created.json["id"]?.string))"
      #expect(try await bench.openpay("GET", path).json == created.json)
      #expect(try await bench.openpay("GET", "/webhooks").json.array == [created.json])
      let again = try await bench.openpay(
        "POST", "/webhooks", .object(Self.webhook("\(url)/hooks")))
      #expect((again.status, again.json["error_code"]?.int64) == (409, 6001))
      #expect(try await bench.openpay("DELETE", path).status == 204)
      #expect(try await bench.openpay("GET", path).status == 404)
    }
  }

  @Test("a webhook that cannot be reached or answers with an error is not created")
  func unverified() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      receiver.answers(Response(.internalServerError))
      let failing = try await bench.openpay("POST", "/webhooks", .object(Self.webhook(url)))
      #expect(failing.json["error_code"]?.int64 == 6003)
      let closed = try await bench.openpay(
        "POST", "/webhooks", .object(Self.webhook("http://127.0.0.1:1/hooks")))
      #expect(closed.json["error_code"]?.int64 == 6002)
      #expect(try await bench.openpay("GET", "/webhooks").json.array == [])
    }
  }

  static let refusals: [(String, JSON?, Int64)] = [
    ("url", nil, 1001), ("url", "ftp://x", 1001), ("url", "http://shop.example/hooks", 1003),
    ("url", "https://shop.example:444/hooks", 1003), ("url", "https://10.0.0.1/hooks", 1003),
    ("event_types", nil, 1001), ("event_types", [], 1001), ("event_types", ["charge.x"], 1001),
    ("event_types", [1], 1001), ("user", "a:b", 1001), ("colour", "red", 1001),
  ]

  @Test("a bad webhook is refused with Openpay's code", arguments: refusals)
  func refused(_ field: String, _ value: JSON?, _ code: Int64) async throws {
    try await Bench.run { bench in
      let body = Self.webhook("http://127.0.0.1:1").with(field, value)
      let answer = try await bench.openpay("POST", "/webhooks", body)
      #expect(answer.json["error_code"]?.int64 == code)
    }
  }

  @Test("with manual verification a webhook is called only once its code was given back")
  func manual() async throws {
    try await Bench.runWithReceiver { bench, receiver, url in
      try await bench.set(["openpay_verification": "manual"])
      let events: JSON = ["charge.created"]
      let created = try await bench.openpay("POST", "/webhooks", .object(Self.webhook(url, events)))
      #expect(created.json["status"]?.string == "unverified")
      _ = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store", "a")))
      try await bench.settle()
      let calls = receiver.taken()
      #expect(calls.map { $0.json["type"]?.string } == ["verification"])
      let code = try #require(calls.first?.json["verification_code"]?.string)
      let path = "/webhooks/\(try #require(created.json["id"]?.string))"
      let wrong = try await bench.openpay("POST", "\(path)/verify/x\(code)", [:])
      #expect(wrong.json["error_code"]?.int64 == 1003)
      #expect(try await bench.openpay("POST", "\(path)/verify/\(code)", [:]).status == 204)
      _ = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store", "b")))
      try await bench.settle()
      #expect(receiver.taken().map { $0.json["type"]?.string } == ["charge.created"])
    }
  }

  @Test("a charge's events carry the charge and the webhook's password")
  func events() async throws {
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      let body = JSON.object(Orders.openpay("store"))
      let charge = try await bench.openpay("POST", "/charges", body).json
      try await bench.pay("pay-0001-1")
      try await bench.settle()
      let calls = receiver.taken()
      #expect(Set(calls.map { $0.json["type"]?.string }) == ["charge.created", "charge.succeeded"])
      #expect(calls.allSatisfy { $0.path == "/callbacks/openpay-main" })
      let basic = Bench.basic(
        SandboxCredentials.openpayCallbackUser, SandboxCredentials.openpayCallbackPassword)
      #expect(calls.allSatisfy { $0.headers["Authorization"] == basic.value })
      let paid = try #require(calls.first { $0.json["type"]?.string == "charge.succeeded" }?.json)
      #expect(Set(paid.object?.keys ?? []) == ["type", "event_date", "transaction"])
      let id = try #require(charge["id"]?.string)
      #expect(paid["transaction"] == (try await bench.openpay("GET", "/charges/\(id)")).json)
      #expect(paid["transaction"]?["status"]?.string == "completed")
      #expect(paid["transaction"]?["authorization"]?.string?.wholeMatch(of: /\d{6}/) != nil)
      #expect(
        Set(paid["transaction"]?["fee"]?.object?.keys ?? []) == ["amount", "tax", "currency"])
    }
  }

  @Test("each way a charge can end has its event")
  func ends() async throws {
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      for (word, event) in [
        ("expire", "transaction.expired"), ("fail", "charge.failed"),
        ("cancel", "charge.cancelled"),
      ] {
        let body = JSON.object(Orders.openpay("store", word))
        _ = try await bench.openpay("POST", "/charges", body)
        try await bench.settle()
        _ = receiver.taken()
        #expect(try await bench.control("POST", "/orders/\(word)/\(word)").status == 200)
        try await bench.settle()
        let calls = receiver.taken()
        #expect(calls.map { $0.json["type"]?.string } == [event])
        #expect(
          calls.first?.json["transaction"]?["status"]?.string
            == (word == "fail" ? "failed" : "cancelled"))
      }
    }
  }

  @Test("an event is sent again at its minutes until it is answered with success")
  func retries() async throws {
    try await Receiver.run { receiver, url in
      try await Bench.run {
        $0.callbacks = "\(url)/callbacks/mine"
      } _: { bench in
        receiver.answers(Response(.serviceUnavailable))
        _ = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store")))
        try await bench.settle()
        #expect(receiver.taken().map(\.path) == ["/callbacks/mine"])
        for (wait, more) in [(59, 0), (1, 1), (299, 0), (1, 1)] {
          try await bench.pass(seconds: Int64(wait))
          #expect(receiver.taken().count == more)
        }
        receiver.answers(Response(.noContent))
        try await bench.pass(seconds: 15 * 60)
        #expect(receiver.taken().count == 1)
        try await bench.pass(seconds: 24 * 3_600)
        #expect(receiver.taken().isEmpty)
      }
    }
  }

  @Test("without a control call, events are sent by themselves")
  func byItself() async throws {
    try await Bench.runWithReceiver(registered: true) { bench, receiver, url in
      _ = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store")))
      #expect(await receiver.next()?.json["type"]?.string == "charge.created")
    }
  }

  @Test(
    "the URL of --callbacks is used as it is only where it names an account",
    arguments: [
      ("", "/callbacks/openpay-main"), ("/", "/callbacks/openpay-main"),
      ("/gw", "/gw/callbacks/openpay-main"), ("/callbacks", "/callbacks/openpay-main"),
      ("/callbacks/", "/callbacks/openpay-main"), ("/callbacks/other", "/callbacks/other"),
      ("/gw/callbacks/other/", "/gw/callbacks/other"),
    ])
  func callbacks(_ given: String, _ called: String) async throws {
    try await Receiver.run { receiver, url in
      try await Bench.run {
        $0.callbacks = url + given
      } _: { bench in
        _ = try await bench.openpay("POST", "/charges", .object(Orders.openpay("store")))
        try await bench.settle()
        #expect(receiver.taken().map(\.path) == [called])
      }
    }
  }
}
