import Crypto
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

  /// - Parameter isOver: whether it came to an end after the answer that made it.
  private func page(
    _ client: Client, _ payin: JSON, isOver: Bool = false
  ) async throws -> String {
    var payer = client
    payer.key = nil
    let answer = try await payer.get(Self.path(payin))
    #expect(answer.status == 200)
    #expect(answer.header("Content-Type") == "text/html; charset=utf-8")
    #expect(answer.header("Cache-Control") == "no-store")
    #expect(answer.header("Referrer-Policy") == "no-referrer")
    #expect(answer.header("X-Content-Type-Options") == "nosniff")
    let policy = answer.header("Content-Security-Policy") ?? ""
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
      #expect(policy.contains(part))
    }
    #expect(!policy.contains("script-src") && !policy.contains("unsafe"))
    let html = String(decoding: answer.body, as: UTF8.self)
    let styles = html.matches(of: #/<style>([^<]*)</style>/#).map { Array($0.1.utf8) }
    let hashes = styles.map { "'sha256-\(Base64.encode(Digest.sha256($0)))'" }
    #expect(hashes.count == 1 && policy.contains("style-src \(hashes.joined());"))
    #expect(!html.contains(" style="))
    // Whether it should be loaded anew is said where nobody else writes.
    #expect(!html.contains("http-equiv"))
    let isAwaited = payin["status"]?.string == "pending"
    #expect(answer.header("Refresh") == (isOver || !isAwaited ? nil : "15"))
    return html
  }

  @Test("shows a transfer's every part, and what the merchant wrote as text only")
  func transfer() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    var body = ServeTests.payin("page", method: "spei").object ?? [:]
    body["description"] = "\"><img src=x onerror='alert(1)'>&amp;"
    body["return_url"] = "https://shop.example/done?a=1&b='2'"
    let made = try await client.post("/v1/payins", .object(body), idempotencyKey: "page").json
    let html = try await page(client, made)
    #expect(html.contains(made["instructions"]?["clabe"]?.string ?? "?"))
    #expect(html.contains("$150.00 MXN"))
    #expect(html.contains("Paga antes del"))
    #expect(html.contains("&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;"))
    #expect(html.contains("href=\"https://shop.example/done?a=1&amp;b=&#39;2&#39;\""))
    #expect(!html.contains("<img") && !html.contains("ana@example.mx"))
    let barcode = try await client.get(Self.path(made) + "/barcode.svg")
    #expect(barcode.status == 404)
    let id = made["id"]?.string ?? ""
    _ = try await client.post("/v1/payins/\(id)/cancel")
    let cancelled = try await page(client, made, isOver: true)
    #expect(cancelled.contains("cancelado"))
    #expect(!cancelled.contains(made["instructions"]?["clabe"]?.string ?? "?"))
    _ = await installation.stop(gateway)
    await installation.end()
  }

  @Test("a tag hidden from characters by what joins with its brackets is text all the same")
  func joined() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    var body = ServeTests.payin("joined", method: "spei").object ?? [:]
    let tag = "<meta http-equiv=refresh content=0;url=//evil.example>"
    body["description"] = .string("\u{600}\(tag)\u{600}<\u{301}b>\u{301}")
    let made = try await client.post("/v1/payins", .object(body), idempotencyKey: "joined")
    #expect(made.status == 201)
    let answer = try await client.get(Self.path(made.json))
    #expect(!answer.body.contains("<meta http-equiv".utf8))
    #expect(!answer.body.contains("<\u{301}".utf8) && !answer.body.contains(">\u{301}".utf8))
    #expect(answer.body.contains("\u{600}&lt;meta http-equiv=refresh".utf8))
    _ = await installation.stop(gateway)
    await installation.end()
  }

  @Test("an expired pay-in shows no instructions any more, one that was paid says so")
  func expired() async throws {
    let installation = try await Installation()
    try installation.place.write(
      "{ rules: [], otherwise: { priority: [\"smilepayz-main/spei\"] } }",
      to: "routing-rules/default.json5")
    let gateway = try await installation.serve()
    let client = installation.client
    let sandbox = installation.sandboxClient
    for (reference, move, status, words) in [
      ("e", "expire", "expired", "venció"), ("p", "pay", "succeeded", "Pago recibido"),
    ] {
      let made = try await client.post(
        "/v1/payins", ServeTests.payin(reference, method: "spei"), idempotencyKey: reference
      ).json
      let clabe = try #require(made["instructions"]?["clabe"]?.string)
      let id = made["id"]?.string ?? ""
      let order = made["provider_order_id"]?.string ?? ""
      #expect(try await sandbox.post("/_sandbox/orders/\(order)/\(move)").status == 200)
      let after = try await client.post("/v1/payins/\(id)/sync").json
      #expect(after["status"]?.string == status)
      let html = try await page(client, made, isOver: true)
      #expect(html.contains(words))
      #expect(!html.contains(clabe))
    }
    _ = await installation.stop(gateway)
    await installation.end()
  }

  @Test("a store reference has a bar code that is an image and nothing else")
  func barcode() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let made = try await client.post(
      "/v1/payins", ServeTests.payin("bars", method: "store"), idempotencyKey: "bars"
    ).json
    let html = try await page(client, made)
    #expect(html.contains("src=\"\(Self.path(made))/barcode.svg\""))
    let answer = try await client.get(Self.path(made) + "/barcode.svg")
    #expect(answer.header("Content-Type") == "image/svg+xml")
    #expect(answer.header("X-Content-Type-Options") == "nosniff")
    let svg = String(decoding: answer.body, as: UTF8.self)
    #expect(
      svg.wholeMatch(of: /<svg [^<>]*><rect [^<>]*\/><path d="[Mhvz0-9 -]+"\/><\/svg>/) != nil)
    for path in ["/pay/x", "/pay/\(String(repeating: "0", count: 32))/barcode.svg"] {
      #expect(try await client.get(path).status == 404)
    }
    _ = await installation.stop(gateway)
    await installation.end()
  }
}
