import Foundation
import Glibc
import Testing

/// What stands between an operator's mistake and a running gateway: one clear sentence with its
/// place, exit code 2, and nothing left behind.
@Suite("a faulty configuration")
struct ConfigurationFaultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var says: [String]

    init(_ name: String, _ text: String, _ says: String...) {
      testDescription = name
      self.text = text
      self.says = says
    }
  }

  static let account = """
    id: "openpay-main", provider: "openpay", base_url: "https://sandbox-api.openpay.mx",
    merchant_id: "m", private_key: "k", callback: { user: "u", password: "sixteen-or-more." }
    """

  static let cases: [Case] = [
    Case("malformed", "{\n  listen: {", "pasarela.json5:2:"),
    Case("not an object", "[]", "must be an object"),
    Case("an unknown key", "{\n  listens: {}\n}", "pasarela.json5:2:", "listens"),
    Case(
      "an unknown key inside", "{ limits: {\n request_second: 3 } }", "pasarela.json5:2:",
      "limits.request_second"),
    Case(
      "a wrong type", "{\n listen: { port: \"8080\" } }", "pasarela.json5:2:", "listen.port",
      "string"),
    Case("a fraction", "{ listen: { port: 80.5 } }", "listen.port"),
    Case("out of range", "{ listen: { port: 65536 } }", "listen.port", "0 to 65535"),
    Case(
      "a data key", "{ data_key: \"c2hvcnQ=\" }", "data_key", "Base64 of 32 bytes",
      "pasarela keys data"),
    Case(
      "a previous data key alone",
      "{ data_key_previous: \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\" }",
      "data_key_previous"),
    Case("no days", "{ retention: { payer_days: 0 } }", "retention.payer_days", "1 to 36500"),
    Case("few days", "{ retention: { events_days: 3 } }", "retention.events_days", "7 to 36500"),
    Case("a log level", "{ log: { level: \"loud\" } }", "log.level", "debug, info, warn or error"),
    Case("a store of another kind", "{ store: \"mysql:x\" }", "store", "sqlite:PATH"),
    Case("a public URL", "{ public_url: \"shop.example\" }", "public_url", "http"),
    Case(
      "a missing variable", "{\n store: \"${NOT_SET_ANYWHERE}\" }", "pasarela.json5:2:",
      "NOT_SET_ANYWHERE"),
    Case("a missing file", "{ store: \"${file:gone.pem}\" }", "gone.pem"),
    Case("an open substitution", "{ store: \"${HOME\" }", "${"),
    Case(
      "the same merchant twice", "{ merchants: [ { id: \"a\" },\n { id: \"a\" } ] }",
      "pasarela.json5:2:", "merchants[1].id"),
    Case(
      "the same account twice", "{ provider_accounts: [ {\(account)}, {\(account)} ] }",
      "provider_accounts[1].id", "openpay-main"),
    Case(
      "a client certificate that no listener asks for",
      "{ provider_accounts: [ { callback_certificate: \"a.example\",\n \(account) } ] }",
      "provider_accounts[0].callback_certificate", "client_authorities"),
    Case(
      "a client certificate of a provider that calls nobody back",
      """
      { provider_accounts: [ { id: "paynet-main", provider: "paynet", chain_id: "c", api_key: "k",
        base_url: "https://x.example", callback_certificate: "a.example" } ] }
      """, "callback_certificate", "calls nobody back"),
    Case(
      "a callback address that the provider cannot carry",
      """
      { public_url: "https://\(String(repeating: "a", count: 220)).example",
        provider_accounts: [ {
          id: "cashypay-main", provider: "cashypay", base_url: "https://x.example",
          merchant_id: "1", api_key: "k" } ] }
      """, "pasarela.json5:3:", "provider_accounts[0].id", "at most 250 bytes"),
    Case(
      "an unknown provider",
      "{ provider_accounts: [ { id: \"a\", provider: \"stripe\", base_url: \"https://x\" } ] }",
      "provider_accounts[0].provider", "openpay"),
    Case(
      "credentials left out",
      "{ provider_accounts: [ { id: \"a\", provider: \"openpay\", base_url: \"https://x\" } ] }",
      "provider_accounts[0].private_key"),
    Case(
      "a provider over plain http",
      "{ provider_accounts: [ {\(account.replacingOccurrences(of: "https:", with: "http:"))} ] }",
      "provider_accounts[0].base_url", "https"),
    Case(
      "an amount range upside down",
      "{ provider_accounts: [ {\(account), amount_min: 200, amount_max: 100} ] }",
      "provider_accounts[0].amount_max"),
    Case(
      "a key's hash",
      "{ merchants: [ { id: \"a\", api_keys: [ { id: \"k\", sha256: \"12\", scopes: [] } ] } ] }",
      "merchants[0].api_keys[0].sha256", "64"),
    Case(
      "a scope",
      """
      { merchants: [ { id: "a", api_keys: [ { id: "k", sha256: "\(String(repeating: "0", count: 64))",
        scopes: ["payins:delete"] } ] } ] }
      """, "pasarela.json5:2:", "merchants[0].api_keys[0].scopes[0]", "payins:read"),
    Case(
      "a colour", "{ merchants: [ { id: \"a\",\n display: { colour: \"red\" } } ] }",
      "pasarela.json5:2:", "merchants[0].display.colour", "six hexadecimal digits"),
    Case(
      "a logo that is not there",
      "{ merchants: [ { id: \"a\", display: { logo: \"gone.svg\" } } ] }",
      "merchants[0].display.logo", "gone.svg cannot be read"),
    Case(
      "a logo of another kind",
      "{ merchants: [ { id: \"a\", display: { logo: \"pasarela.json5\" } } ] }",
      "merchants[0].display.logo", "neither a PNG nor an SVG"),
    Case(
      "a name of blanks", "{ merchants: [ { id: \"a\", display: { name: \" \" } } ] }",
      "merchants[0].display.name", "1 to 120 bytes"),
    Case(
      "an unknown key of a display",
      "{ merchants: [ { id: \"a\", display: { color: \"#fff\" } } ] }",
      "merchants[0].display.color"),
    Case(
      "a webhook's secret",
      "{ merchants: [ { id: \"a\", webhooks: [ { id: \"w\", url: \"https://x\", secret: \"x\" } ] } ] }",
      "merchants[0].webhooks[0].secret", "whsec_"),
    Case(
      "a webhook over plain http",
      "{ merchants: [ { id: \"a\", webhooks: [ { id: \"w\", url: \"http://x\", secret: \"x\" } ] } ] }",
      "merchants[0].webhooks[0].url", "https"),
    Case(
      "a callback's password that can be guessed",
      "{ provider_accounts: [ {\(account.replacingOccurrences(of: "sixteen-or-more.", with: "fifteen-at-most"))} ] }",
      "provider_accounts[0].callback.password", "at least 16 characters"),
    Case(
      "a proxy that is no address", "{ listen: { trusted_proxies: [\n \"10.0.0.0/40\" ] } }",
      "pasarela.json5:2:", "listen.trusted_proxies[0]", "10.0.0.0/8"),
    Case(
      "an operators' listener without a port", "{ listen: { operator: { host: \"::1\" } } }",
      "listen.operator.port"),
    Case("a rate of nothing", "{ limits: { key_rate: 0 } }", "limits.key_rate", "1 to"),
    Case("no rules folder", "{ rules: \"nowhere\" }", "nowhere"),
  ]

  @Test("is refused with its place and reason", arguments: cases)
  func refused(_ fault: Case) async throws {
    let place = try Workplace()
    try place.write(fault.text, to: "pasarela.json5")
    let ended = try await Program.run(["serve"], in: place.path)
    #expect(ended.status == 2)
    for text in fault.says { #expect(ended.errors.contains(text), "says: \(ended.errors)") }
    #expect(ended.output.isEmpty)
    #expect(place.contents == ["pasarela.json5"])
  }

  @Test("names every fault at once")
  func all() async throws {
    let place = try Workplace()
    try place.write("{ store: 1, rules: 2, log: { level: 3 } }", to: "pasarela.json5")
    let ended = try await Program.run(["serve"], in: place.path)
    #expect(ended.errors.split(separator: "\n").count == 3)
  }

  @Test("never shows a secret that it could read")
  func secrets() async throws {
    let place = try Workplace()
    let account = Self.account.replacingOccurrences(of: "\"k\"", with: "\"${KEY}\"")
    try place.write(
      "{ provider_accounts: [ {\(account), timeout_seconds: \"${KEY}\", x: \"${KEY}\"} ] }",
      to: "pasarela.json5")
    let ended = try await Program.run(
      ["serve"], in: place.path, environment: ["KEY": "sk_do_not_show"])
    #expect(ended.status == 2)
    #expect(ended.errors.contains("timeout_seconds"))
    #expect(!(ended.errors + ended.output).contains("sk_do_not_show"))
  }

  @Test("that is missing, or is not text, is said so")
  func unreadable() async throws {
    let place = try Workplace()
    let missing = try await Program.run(["serve", "--config", "gone.json5"], in: place.path)
    #expect(missing.status == 2)
    #expect(missing.errors.contains("gone.json5: the configuration file cannot be read"))
    try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: "\(place.path)/binary.json5"))
    let binary = try await Program.run(["serve", "--config", "binary.json5"], in: place.path)
    #expect(binary.status == 2)
    #expect(binary.errors.contains("UTF-8"))
  }

  @Test("may have a faulty rule file: file, line and column are named")
  func rules() async throws {
    let place = try Workplace()
    try place.write("{}", to: "pasarela.json5")
    try place.write(
      """
      {
        rules: [ { name: "a", when: "payin.amount > 'x'", route: { priority: ["nobody/spei"] } } ],
        otherwise: { priority: [] },
      }
      """, to: "routing-rules/shop.json5")
    let ended = try await Program.run(["serve"], in: place.path)
    #expect(ended.status == 2)
    #expect(ended.errors.contains("shop.json5:2:"))
    #expect(ended.errors.contains("nobody"))
    #expect(place.contents == ["pasarela.json5", "routing-rules"])
  }
}
