import Crypto
import Foundation
import HTTPCalling
import JSONText
import Testing

/// What the payer sees at `hosted_url`.
@Suite("the payer's page")
struct PayerPageTests {
  private static func path(_ payin: JSON) -> String {
    "/"
      + (payin["hosted_url"]?.string ?? "").split(separator: "/").dropFirst(2)
      .joined(separator: "/")
  }

  private func page(
    _ client: Client, _ payin: JSON, _ state: String, query: String = "",
    headers: [HTTPHeader] = []
  ) async throws -> String {
    var payer = client
    payer.key = nil
    let answer = try await payer.call("GET", Self.path(payin) + query, [], headers)
    #expect(answer.status == 200)
    #expect(answer.header("Content-Type") == "text/html; charset=utf-8")
    #expect(answer.header("Cache-Control") == "no-store")
    #expect(answer.header("Referrer-Policy") == "no-referrer")
    #expect(answer.header("X-Content-Type-Options") == "nosniff")
    let policy = answer.header("Content-Security-Policy") ?? ""
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
      #expect(policy.contains(part))
    }
    #expect(!policy.contains("unsafe"))
    let html = String(decoding: answer.body, as: UTF8.self)
    func hashes(_ element: String) -> String {
      html.components(separatedBy: "<\(element)>").dropFirst()
        .map { Array(($0.components(separatedBy: "</\(element)>").first ?? "").utf8) }
        .map { "'sha256-\(Base64.encode(Digest.sha256($0)))'" }.joined(separator: " ")
    }
    #expect(policy.contains("style-src \(hashes("style"));"))
    #expect(policy.contains("script-src \(hashes("script"));"))
    #expect(!html.contains(" style=") && !html.contains("http-equiv"))
    #expect(html.contains("<main data-state=\"\(state)\""))
    return html
  }

  /// The value that the page lets be copied under a name, in each of its lists.
  private static func values(of name: String, in html: String) -> [String] {
    html.components(separatedBy: "<dt>\(name)</dt>").dropFirst().map { rest in
      let field = rest.components(separatedBy: "</dd>").first ?? ""
      let copied = field.components(separatedBy: "data-copy=\"").dropFirst().first
      return copied?.components(separatedBy: "\"").first ?? ""
    }
  }

  @Test("shows a transfer's every part, and what the merchant wrote as text only")
  func transfer() async throws {
    let installation = try await Installation()
    try await installation.run { installation, gateway, client in
      var body = ServeTests.payin("page", method: "spei").object ?? [:]
      body["amount"] = 1_234_500
      body["description"] = "\"><img src=x onerror='alert(1)'>&amp;"
      body["return_url"] = "https://shop.example/done?a=1&b='2'"
      let made = try await client.post("/v1/payins", .object(body), idempotencyKey: "page").json
      let clabe = made["instructions"]?["clabe"]?.string ?? "?"
      let html = try await page(client, made, "waiting")
      #expect(Self.values(of: "CLABE", in: html) == [clabe])
      #expect(Self.values(of: "Importe", in: html) == ["12345.00"])
      #expect(html.contains("$12,345.00 MXN"))
      #expect(html.contains("Paga antes del"))
      #expect(html.contains("quedan 23 horas"))
      #expect(html.contains("&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;"))
      #expect(html.contains("href=\"https://shop.example/done?a=1&amp;b=&#39;2&#39;\""))
      #expect(!html.contains("<img") && !html.contains("ana@example.mx"))
      #expect(try await client.get(Self.path(made) + "/barcode.svg").status == 404)
      #expect(try await client.get(Self.path(made) + "/logo").status == 404)
      let english = [HTTPHeader("Accept-Language", "en-GB;q=0.9, es;q=0.8")]
      #expect(try await page(client, made, "waiting", headers: english).contains("lang=\"en\""))
      let byLink = try await page(client, made, "waiting", query: "?lang=es", headers: english)
      #expect(byLink.contains("<html lang=\"es\">"))
      let id = made["id"]?.string ?? ""
      _ = try await client.post("/v1/payins/\(id)/cancel")
      let cancelled = try await page(client, made, "cancelled")
      #expect(cancelled.contains("Ya no lo pagues") && !cancelled.contains(clabe))
    }
  }

  @Test("a tag hidden from characters by what joins with its brackets is text all the same")
  func joined() async throws {
    let installation = try await Installation()
    try await installation.run { installation, gateway, client in
      var body = ServeTests.payin("joined", method: "spei").object ?? [:]
      let tag = "<meta http-equiv=refresh content=0;url=//evil.example>"
      body["description"] = .string("\u{600}\(tag)\u{600}<\u{301}b>\u{301}")
      let made = try await client.post("/v1/payins", .object(body), idempotencyKey: "joined")
      #expect(made.status == 201)
      let answer = try await client.get(Self.path(made.json))
      #expect(!answer.body.contains("<meta http-equiv".utf8))
      #expect(!answer.body.contains("<\u{301}".utf8) && !answer.body.contains(">\u{301}".utf8))
      #expect(answer.body.contains("\u{600}&lt;meta http-equiv=refresh".utf8))
    }
  }

  @Test("a BBVA customer pays the agreement with the long number as reference, where there is one")
  func banks() async throws {
    let installation = try await Installation()
    try installation.place.write(
      """
      { rules: [ { name: "openpay", when: "payin.amount == 15100",
                   route: { priority: ["openpay-main/spei"] } } ],
        otherwise: { priority: ["cashypay-main/spei"] } }
      """, to: "routing-rules/default.json5")
    try await installation.run { installation, gateway, client in
      for (name, settings, isOpenpay) in [
        ("centralised", ["cashypay_mode": "centralised"] as JSON, false),
        ("current", ["openpay_shape": "current"], true), ("seed", ["openpay_shape": "seed"], true),
      ] {
        #expect(
          try await installation.sandboxClient.post("/_sandbox/settings", settings).status == 200)
        var body = ServeTests.payin(name, method: "spei").object ?? [:]
        body["amount"] = isOpenpay ? 15_100 : 15_000
        let made = try await client.post("/v1/payins", .object(body), idempotencyKey: name).json
        let html = try await page(client, made, "waiting")
        let concept = made["instructions"]?["concept"]?.string ?? "?"
        #expect(Self.values(of: "Concepto de pago", in: html) == [concept])
        let hasAgreement = name != "seed"
        #expect(concept.utf8.count == (hasAgreement ? 20 : 7))
        #expect(html.contains("Desde BBVA") == hasAgreement)
        let expected = hasAgreement ? ["1411217"] : []
        #expect(Self.values(of: "Convenio CIE", in: html) == expected)
        #expect(Self.values(of: "Referencia", in: html) == (hasAgreement ? [concept] : []))
        #expect(Self.values(of: "Referencia numérica", in: html) == expected)
        #expect(html.contains(hasAgreement ? "BBVA México" : "STP"))
      }
    }
  }

  @Test("an expired pay-in shows no instructions any more, one that was paid a receipt")
  func ended() async throws {
    let installation = try await Installation()
    try installation.place.write(
      "{ rules: [], otherwise: { priority: [\"smilepayz-main/spei\"] } }",
      to: "routing-rules/default.json5")
    try await installation.run { installation, gateway, client in
      for (move, state, words) in [
        ("expire", "expired", "venció"), ("pay", "paid", "Comprobante de pago"),
        ("fail", "ended", "Ya no lo pagues"),
      ] {
        let made = try await client.post(
          "/v1/payins", ServeTests.payin(move, method: "spei"), idempotencyKey: move
        ).json
        let clabe = try #require(made["instructions"]?["clabe"]?.string)
        let order = made["provider_order_id"]?.string ?? ""
        let moved = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/\(move)")
        #expect(moved.status == 200)
        _ = try await client.post("/v1/payins/\(made["id"]?.string ?? "")/sync")
        let html = try await page(client, made, state)
        #expect(html.contains(words) && !html.contains(clabe))
      }
    }
  }

  @Test("what is missing after a part has come is shown large, and asked for")
  func partly() async throws {
    let installation = try await Installation()
    try await installation.run { installation, gateway, client in
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("part", method: "spei"), idempotencyKey: "part"
      ).json
      let order = made["provider_order_id"]?.string ?? ""
      _ = try await installation.sandboxClient.post(
        "/_sandbox/orders/\(order)/pay", ["amount": 2000])
      _ = try await client.post("/v1/payins/\(made["id"]?.string ?? "")/sync")
      let html = try await page(client, made, "partly_paid")
      #expect(html.contains("Faltan <b>$130.00 <small>MXN</small></b>"))
      #expect(Self.values(of: "Importe", in: html) == ["130.00"])
      // The rest can come no more once the provider has ended the order.
      _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/fail")
      _ = try await client.post("/v1/payins/\(made["id"]?.string ?? "")/sync")
      let ended = try await page(client, made, "ended")
      #expect(ended.contains("Recibimos $20.00 MXN de $150.00 MXN"))
      #expect(Self.values(of: "CLABE", in: ended).isEmpty)
    }
  }

  @Test("its state is told when it changes")
  func following() async throws {
    let installation = try await Installation()
    try await installation.run { installation, gateway, client in
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("live", method: "spei"), idempotencyKey: "live"
      ).json
      let path = Self.path(made) + "/state"
      let first = try await client.get(path).json
      #expect(first["state"]?.string == "waiting")
      let mark = "waiting.\(first["version"]?.int64 ?? -1)"
      let changed = Task { [client] in try await client.get("\(path)?wait=30&seen=\(mark)").json }
      let order = made["provider_order_id"]?.string ?? ""
      _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
      let told = try await changed.value
      #expect(told["state"]?.string == "paid")
      #expect(told["version"] != first["version"])
      #expect(try await client.get(path + "?wait=31").status == 400)
      #expect(try await client.get(path + "?since=1").status == 400)
    }
  }

  @Test("a store reference has a bar code that is an image and nothing else")
  func barcode() async throws {
    let installation = try await Installation()
    try await installation.run { installation, gateway, client in
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("bars", method: "store"), idempotencyKey: "bars"
      ).json
      let html = try await page(client, made, "waiting")
      #expect(html.contains("class=\"bars narrow\"") && html.contains("pago de servicio Paynet"))
      let reference = made["instructions"]?["reference"]?.string ?? "?"
      #expect(Self.values(of: "Referencia", in: html) == [reference])
      let answer = try await client.get(Self.path(made) + "/barcode.svg")
      #expect(answer.header("Content-Type") == "image/svg+xml")
      #expect(answer.header("X-Content-Type-Options") == "nosniff")
      let svg = String(decoding: answer.body, as: UTF8.self)
      #expect(
        svg.wholeMatch(of: /<svg [^<>]*><rect [^<>]*\/><path d="[Mhvz0-9 -]+"\/><\/svg>/) != nil)
      for path in ["barcode.svg", "state", "logo"] {
        let unknown = try await client.get("/pay/\(String(repeating: "0", count: 32))/\(path)")
        #expect(unknown.status == 404 && unknown.code == "not_found")
      }
      for token in ["x", String(repeating: "0", count: 32), String(repeating: "0", count: 999)] {
        let unknown = try await client.get("/pay/\(token)")
        #expect(unknown.status == 404)
        #expect(String(decoding: unknown.body, as: UTF8.self).contains("No encontramos este pago"))
      }
    }
  }
}
