import HTTPCalling
import JSONText
import Payins
import TestSupport
import Testing

@testable import Providers

/// Over seeded random orders within each provider's capabilities. The documented lengths are
/// data: `Golden/<provider>/limits.json`.
@Suite("requests")
struct RequestPropertyTests {
  static let rounds = Campaign.rounds(150)

  @Test(
    "the same order at the same time gives the same bytes",
    arguments: GoldenAccount.names)
  func stability(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    guard let one = account.provider() as? any Queryable,
      let other = account.provider() as? any Queryable
    else { return }
    var random = SeededRandom(seed: 1)
    // RSA signatures make a round dear.
    for _ in 0..<20 {
      let (order, now) = RandomOrder.make(for: one, with: &random)
      #expect(one.createRequest(order, at: now) == other.createRequest(order, at: now))
      #expect(one.queryRequest(order, at: now) == other.queryRequest(order, at: now))
      var next = order
      next.number = String(order.number.dropLast()) + (order.number.hasSuffix("0") ? "1" : "0")
      #expect(one.createRequest(next, at: now).body != one.createRequest(order, at: now).body)
    }
  }

  @Test(
    "no request exceeds a documented length or misses a field",
    arguments: GoldenAccount.names)
  func lengths(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    guard let provider = account.provider() as? any Queryable else { return }
    let limits = try account.file("limits")
    let texts = try #require(limits["texts"]?.object)
    let always = try #require(limits["always"]?.array).compactMap(\.string)
    // Where the capability demands the payer's data.
    let required = (limits["required"]?.array ?? []).compactMap(\.string)
    var random = SeededRandom(seed: 2)
    for _ in 0..<Self.rounds {
      let (order, now) = RandomOrder.make(for: provider, with: &random)
      let request = provider.createRequest(order, at: now)
      let body = try JSON(parsing: request.body)
      for (pointer, limit) in texts.members {
        guard let text = body.at(pointer: pointer)?.string else { continue }
        let most = try #require(limit.array?.last?.int64)
        let length = limit.array?.first == "utf16" ? text.utf16.count : text.utf8.count
        #expect((1...Int(most)).contains(length), "\(name) \(pointer): \(length) of \(most)")
        #expect(
          !text.unicodeScalars.contains("\u{FFFD}"), "\(name) \(pointer): a character was cut")
      }
      let needed =
        provider.capabilities[order.method]?.requiredPayerFields.isEmpty == false ? required : []
      for pointer in always + needed {
        #expect(body.at(pointer: pointer).map { !$0.isNull } == true, "\(name) misses \(pointer)")
      }
      for request in [request, provider.queryRequest(order, at: now)] { expectPlain(request, name) }
    }
  }

  @Test("every amount is written exactly", arguments: GoldenAccount.names)
  func amounts(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    guard let provider = account.provider() as? any CreatesPayins else { return }
    let limits = try account.file("limits")
    let pointer = try #require(limits.at(pointer: "/amount/pointer")?.string)
    let decimals = try #require(limits.at(pointer: "/amount/decimals")?.int64)
    var random = SeededRandom(seed: 3)
    for _ in 0..<Self.rounds {
      let (order, now) = RandomOrder.make(for: provider, with: &random)
      let body = try JSON(parsing: provider.createRequest(order, at: now).body)
      let number = try #require(body.at(pointer: pointer)?.number)
      #expect(
        number.scaled(by: Int(decimals)) == order.amount, "\(name): \(order.amount) \(number)")
      #expect(!number.text.lowercased().contains("e"))
    }
  }

  private func expectPlain(_ request: HTTPRequest, _ name: String) {
    #expect(request.url.utf8.allSatisfy { (0x21...0x7E).contains($0) })
    for header in request.headers {
      #expect(header.value.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(name) \(header.name)")
    }
  }
}

enum RandomOrder {
  /// Within the capability.
  static func make(
    for provider: any CreatesPayins, with random: inout SeededRandom
  ) -> (Order, Instant) {
    let methods = provider.capabilities.keys.sorted { $0.rawValue < $1.rawValue }
    let method = methods.randomElement(using: &random) ?? .spei
    guard let capability = provider.capabilities[method] else {
      preconditionFailure("a provider without capabilities")
    }
    let step = capability.granularity
    let low = (capability.amounts.lowerBound + step - 1) / step
    let high = capability.amounts.upperBound / step
    let most = Bool.random(using: &random) ? high : min(high, low + 100_000)
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    let body = (0..<26).map { _ in alphabet.randomElement(using: &random) ?? "0" }
    let prefix = capability.orderNumberPrefix
    let created = Instant(
      milliseconds: .random(in: 1_700_000_000_000...1_900_000_000_000, using: &random))
    let expiry = Int64.random(in: capability.expirySeconds, using: &random)
    let order = Order(
      number: prefix + String(body.suffix(32 - prefix.count)), method: method,
      amount: Int64.random(in: low...most, using: &random) * step, currency: .mxn,
      description: text(1...250, &random),
      payer: Payer(
        name: text(1...120, &random),
        email: word(1...(capability.payerFieldBytes[.email] ?? 120) - 11, &random) + "@example.mx",
        phone: "+52" + word(1...(capability.payerFieldBytes[.phone] ?? 43) - 3, &random)),
      createdAt: created, expiresAt: created.adding(seconds: expiry),
      callbackURL: "https://gw.example.mx/callbacks/"
        + word(1...(capability.callbackURLBytes ?? 332) - 32, &random),
      returnURL: Bool.random(using: &random)
        ? "https://shop.example/\(word(1...300, &random))" : nil)
    return (order, created.adding(milliseconds: .random(in: 0...expiry * 1500, using: &random)))
  }

  private static func word(_ length: ClosedRange<Int>, _ random: inout SeededRandom) -> String {
    String(repeating: "x", count: .random(in: length, using: &random))
  }

  /// Letters of many scripts, joined emoji, combining marks, controls, quotes.
  private static func text(_ length: ClosedRange<Int>, _ random: inout SeededRandom) -> String {
    let characters: [Character] = [
      "a", "Z", "ñ", "É", "n\u{303}", "ü", " ", " ", "\t", "\n", "\u{0}", "\"", "\\", "/", "€", "测",
      "🙂",
      "👩‍👩‍👧‍👦", "🇲🇽", "e\u{301}\u{302}\u{303}", "\u{1F}", "ß", "Ж", "'", "<", "\u{2028}", "\u{202E}",
    ]
    return String(
      (0..<Int.random(in: length, using: &random)).map { _ in
        characters.randomElement(using: &random) ?? "a"
      })
  }
}
