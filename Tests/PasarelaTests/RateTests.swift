import HTTPCalling
import JSONText
import TestSupport
import Testing

/// How often somebody may call.
@Suite("rates")
struct RateTests {
  private static func from(_ address: String) -> [HTTPHeader] {
    [HTTPHeader("X-Forwarded-For", address)]
  }

  @Test("false keys are refused after ten from an address; nobody with a right one is")
  func failures() async throws {
    let installation = try await Installation(listen: ["trusted_proxies": ["127.0.0.1"]])
    try await installation.run { installation, gateway, client in
      let guess = """
        GET /v1/payins HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer pk_guess\r\n\
        X-Forwarded-For: 192.0.2.1\r\n\r\n
        """
      let answers = try await withClient(installation.port) { client in
        try client.send(String(repeating: guess, count: 30))
        return try (0..<30).map { _ in try client.readAnswer() }
      }
      // Requests of one connection are handled at the same time, so that any ten may be the first.
      #expect(answers.count { $0.status == 401 } >= 10)
      #expect(Set(answers.map(\.status)) == [401, 429])
      let refused = try #require(answers.first { $0.status == 429 })
      #expect(refused.text.contains("\"code\":\"rate_limited\""))
      #expect(refused.headers["retry-after"] == "1")
      #expect(refused.headers["ratelimit-policy"] == "\"failed_authentication\";q=10;w=10")
      #expect(refused.headers["ratelimit"]?.hasPrefix("\"failed_authentication\";r=0;t=") == true)
      var stranger = installation.client
      stranger.key = "pk_guess"
      let other = try await stranger.call("GET", "/v1/payins", [], Self.from("192.0.2.2"))
      #expect(other.status == 401)
      let right = try await installation.client.call(
        "GET", "/v1/payins", [], Self.from("192.0.2.1"))
      #expect(right.status == 200 && right.header("RateLimit") == nil)
      // A line for the address, with how often.
      let line = try await eventualValue {
        gateway.output.split(separator: "\n").first { $0.contains("refused for their rate") }
      }
      #expect(line?.contains("192.0.2.1") == true)
      #expect(line?.contains("\"limit\":\"failed_authentication\"") == true)
      #expect(line?.contains("\"count\":") == true)
      #expect(try await installation.client.get("/metrics").status == 200)
    }
  }

  @Test("forged callbacks count as false keys do, and a right one is taken all the same")
  func callbacks() async throws {
    let installation = try await Installation(listen: ["trusted_proxies": ["127.0.0.1"]])
    try await installation.run { installation, gateway, client in
      let forged = """
        POST /callbacks/openpay-main HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.3\r\n\
        Authorization: Basic eDp5\r\nContent-Length: 2\r\n\r\n{}
        """
      let statuses = try await withClient(installation.port) { client in
        try client.send(String(repeating: forged, count: 30))
        return try (0..<30).map { _ in try client.readAnswer().status }
      }
      #expect(statuses.count { $0 == 401 } >= 10 && Set(statuses) == [401, 429])
      let client = installation.client
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("rate-callback", method: "store"), idempotencyKey: "c")
      let order = try #require(made.json["provider_order_id"]?.string)
      _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
      let paid = try await client.get("/v1/payins/\(made.json["id"]?.string ?? "")?wait=30")
      #expect(paid.json["status"] == "succeeded")
      let ended = await installation.stop(gateway)
      // As many lines as the address had attempts, and not one for each that came.
      let lines = ended.output.split(separator: "\n").filter {
        $0.contains("a callback was refused")
      }
      #expect((10..<30).contains(lines.count))
    }
  }

  @Test("a key and an address are held to the rates of the configuration, and told what is left")
  func configured() async throws {
    let installation = try await Installation(
      listen: ["trusted_proxies": ["127.0.0.1"]], serving: ["key_rate": 3, "address_rate": 1000])
    try await installation.run { installation, gateway, client in
      let first = try await client.get("/v1/payins")
      #expect(first.status == 200)
      #expect(first.header("RateLimit-Policy") == "\"key\";q=3;w=1, \"address\";q=1000;w=1")
      #expect(first.header("RateLimit")?.contains("\"key\";r=2;t=1") == true)
      let call = """
        GET /v1/payins HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(Installation.key)\r\n\r\n
        """
      let statuses = try await withClient(installation.port) { client in
        try client.send(String(repeating: call, count: 30))
        return try (0..<30).map { _ in try client.readAnswer().status }
      }
      #expect(Set(statuses) == [200, 429])
      var other = client
      other.key = Installation.otherMerchantKey
      #expect(try await other.get("/v1/payins").status == 200)
    }
  }

  @Test("an address is refused whatever it asks for, health excepted")
  func address() async throws {
    let installation = try await Installation(serving: ["address_rate": 2])
    try await installation.run { installation, gateway, client in
      let call = "GET /pay/x HTTP/1.1\r\nHost: a\r\n\r\n"
      let statuses = try await withClient(installation.port) { client in
        try client.send(String(repeating: call, count: 30))
        return try (0..<30).map { _ in try client.readAnswer().status }
      }
      #expect(Set(statuses) == [404, 429])
      for _ in 0..<5 { #expect(try await client.get("/health/live").status == 200) }
    }
  }

  @Test("waits of one key have a bound, and whoever hangs up frees a place")
  func waits() async throws {
    let installation = try await Installation(serving: ["key_waits": 2])
    try await installation.run { installation, gateway, client in
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("waits", method: "store"), idempotencyKey: "w")
      let id = try #require(made.json["id"]?.string)
      let port = installation.port
      let request = """
        GET /v1/payins/\(id)?wait=30 HTTP/1.1\r\nHost: a\r\n\
        Authorization: Bearer \(Installation.key)\r\n\r\n
        """
      var waiting = try (0..<3).map { _ in try RawClient(port: port) }
      for raw in waiting { try raw.send(request) }
      // Whichever comes last finds both places taken.
      let place = try await eventualValue { waiting.firstIndex { $0.hasBytes } }
      let full = try waiting[try #require(place)].readAnswer()
      #expect(full.status == 429 && full.headers["retry-after"] == "1")
      #expect(try await client.get("/v1/payins/\(id)?wait=1").status == 429)
      #expect(try await client.get("/v1/payins/\(id)").status == 200)
      // Their places are free as soon as they hang up.
      waiting = []
      let after = try await eventualValue {
        let answer = try await client.get("/v1/payins/\(id)?wait=1")
        return answer.status == 200 ? answer : nil
      }
      #expect(after?.json["status"] == "pending")
    }
  }
}
