import Crypto
import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Storage
import Testing

@testable import Gateway

/// Two processes over one store: each has its own idea of the endpoints.
@Suite("webhooks: endpoints that several processes change")
struct WebhookEndpointTests {
  private let store = MemoryDatabase()
  private let one: WebhookBench
  private let other: WebhookBench

  init() {
    one = WebhookBench([], store: store)
    other = WebhookBench([], store: store)
  }

  @Test("what is answered at one is in force at the other at once")
  func inForce() async throws {
    let made = try await one.made("https://shop.example/old")
    #expect(try await other.service.endpoint(made.id, of: "shop") == made)
    // The event is told, by whoever takes it up, where the endpoint listens now.
    let payin = try await other.payin("order-1")
    _ = try await one.service.update(
      made.id, of: "shop", update { $0.url = "https://shop.example/new" })
    try await other.deliver()
    #expect(other.caller.taken().map(\.url) == ["https://shop.example/new"])
    #expect(try await other.states(payin, at: made.id) == ["delivered"])
    _ = try await one.service.update(made.id, of: "shop", update { $0.isEnabled = false })
    _ = try await other.payin("order-2")
    #expect(try await other.deliver() == 0)
    try await one.service.remove(made.id, of: "shop")
    await #expect(throws: WebhookService.Refusal.self) {
      _ = try await other.service.endpoint(made.id, of: "shop")
    }
  }

  @Test("changes of different things at once are all kept, whoever is asked")
  func bothKept() async throws {
    let made = try await one.made()
    _ = try await other.service.update(
      made.id, of: "shop", update { $0.events = ["payin.pending"] })
    let moved = try await one.service.update(
      made.id, of: "shop", update { $0.url = "https://shop.example/new" })
    #expect(moved.events == ["payin.pending"])
    #expect(try await other.service.endpoint(made.id, of: "shop") == moved)
  }

  @Test("a 410 at one leaves what was changed at the other meanwhile")
  func gone() async throws {
    let made = try await one.made()
    let rotating = update { $0.rotatesSecret = true }
    one.caller.answers { [other] _ in
      _ = try? await other.service.update(made.id, of: "shop", rotating)
      return .status(410)
    }
    _ = try await one.payin("order-1")
    try await one.deliver()
    let now = try await other.service.endpoint(made.id, of: "shop")
    #expect(now.disabled == "gone" && now.secret != made.secret && now.previous.count == 1)
  }

  @Test("every secret of a day signs, the newest first, up to fifty; a kept one is read back")
  func secrets() async throws {
    let made = try await one.made()
    var secrets = [made.secret]
    let rotating = update { $0.rotatesSecret = true }
    for number in 1..<WebhookService.mostSecrets {
      let bench = number % 2 == 0 ? one : other
      secrets.insert(try await bench.service.update(made.id, of: "shop", rotating).secret, at: 0)
    }
    let refusal = await #expect(throws: WebhookService.Refusal.self) {
      _ = try await one.service.update(made.id, of: "shop", rotating)
    }
    let seconds: Int64? = if case .tooManySecrets(let seconds) = refusal { seconds } else { nil }
    #expect((1...86_401).contains(seconds ?? 0))
    _ = try await other.payin("order-1")
    try await other.deliver()
    let sent = try #require(other.caller.taken().first)
    let expected = secrets.map {
      $0.signature(
        id: sent.header("webhook-id") ?? "", timestamp: other.clock.now().seconds, body: sent.body)
    }
    #expect(sent.header("webhook-signature") == expected.joined(separator: " "))
    one.clock.advance(seconds: 86_400)
    #expect(try await one.service.update(made.id, of: "shop", rotating).previous.count == 1)
  }

  @Test("the one secret that an earlier release kept beside the newest still signs")
  func earlierShape() throws {
    var stored = WebhookBench.endpoint("w1").stored
    let old = WebhookSecret.make(WebhookBench([]).committer.environment.entropy)
    var object = try #require(stored.object)
    object["previous"] = nil
    object["previous_secret"] = JSON(old.text.reveal())
    object["previous_until"] = JSON(Int64(1000))
    stored = .object(object)
    let read = try #require(WebhookEndpoint(stored: stored))
    #expect(
      read.previous == [WebhookEndpoint.Retired(secret: old, until: Instant(milliseconds: 1000))])
  }

  @Test(
    "a URL to which no message could ever go is refused",
    arguments: [
      "", "https://", "https:///x", "https://:443/", "https://a:99999/", "https://a:0/",
      "https://a:/", "https://a:-1/", "https://a:80x/", "https://user@a/", "https://a b/",
      "https://[::1/", "https://[x]/", "https://[2606:4700::1]x/", "https://a..b/", "https://-a/",
      "https://a-/", "https://\u{e9}.example/", "ftp://a/", "http://shop.example/",
      "https://10.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://[::1]/",
      "https://[fd00::1]:443/", "https://169.254.169.254/", "https://localhost/",
      "https://a/" + String(repeating: "x", count: 2000),
      "https://" + String(repeating: "a", count: 64) + ".example/",
    ])
  func deadURLs(url: String) { #expect(WebhookURL.fault(url, .publicOnly) != nil) }

  @Test(
    "one that may work is taken",
    arguments: [
      "https://shop.example", "https://shop.example/hooks?a=b#c", "https://shop.example:8443/x",
      "https://SHOP.example./", "https://93.184.216.34/", "https://[2606:4700::1111]:443/",
      "https://a_b.shop.example/",
    ])
  func liveURLs(url: String) {
    #expect(WebhookURL.fault(url, .publicOnly) == nil)
    #expect(WebhookURL.fault(url, .any) == nil)
  }

  @Test("where private addresses are allowed, so is plain http; a dead port is not")
  func allowed() {
    #expect(WebhookURL.fault("http://127.0.0.1:1/x", .any) == nil)
    #expect(WebhookURL.fault("http://127.0.0.1:99999/x", .any) != nil)
  }
}
