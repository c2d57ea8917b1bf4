import Crypto
import Foundation
import JSONText
import Sandbox
import Testing

/// The commands beside `serve`.
@Suite("the other commands")
struct CommandTests {
  @Test("demo makes, pays and shows a pay-in of every kind, and one at the counter")
  func demo() async throws {
    let place = try Workplace()
    let ended = try await Program.run(["demo"], in: place.path)
    #expect(ended.status == 0, "\(ended.errors)")
    let counts = try #require(ended.output.firstMatch(of: /(\d+) of (\d+) pay-ins succeeded/))
    #expect(counts.1 == counts.2)
    #expect(ended.output.contains("openpay-main/store"))
    for account in SandboxAccount.all { #expect(ended.output.contains(account.id)) }
    #expect(place.contents.isEmpty)
  }

  @Test("keys new prints a key and the hash that lets it in")
  func keys() async throws {
    let place = try Workplace()
    let ended = try await Program.run(["keys", "new", "--merchant", "shop"], in: place.path)
    let key = try #require(ended.output.firstMatch(of: /pk_[A-Za-z0-9_-]{32}/)?.0)
    let hash = Hex.encode(Digest.sha256(Array(key.utf8)))
    #expect(ended.output.contains(hash))
  }

  @Test("keys data prints a data key and nothing else, another each time")
  func dataKeys() async throws {
    let place = try Workplace()
    var keys: Set<String> = []
    for _ in 0..<2 {
      let ended = try await Program.run(["keys", "data"], in: place.path)
      #expect(ended.status == 0)
      let key = try #require(ended.output.wholeMatch(of: /([A-Za-z0-9+\/]{43}=)\n/)?.1)
      #expect(DataKey(text: String(key)) != nil)
      keys.insert(String(key))
    }
    #expect(keys.count == 2)
  }

  @Test("rules check, rules explain and doctor tell what they found")
  func rulesAndDoctor() async throws {
    let installation = try await Installation()
    let path = installation.place.path
    let environment = [
      "KEY_SHA256": String(repeating: "0", count: 64), "HOOK_SECRET": WebhookTests.secret,
    ]
    func run(_ arguments: String...) async throws -> Program.Ended {
      try await Program.run(arguments, in: path, environment: environment)
    }
    #expect(try await run("rules", "check", "routing-rules").output.contains("1 files, 1 rules"))
    let doctor = try await run("doctor")
    #expect(doctor.status == 0, "\(doctor.output)")
    #expect(doctor.output.contains(/account openpay-main +ok/))
    let questions = try await run("doctor", "--questions", "openpay-main")
    #expect(questions.status == 0 && questions.output.contains("`store_max`"))
    let listed = questions.output.split(separator: "\n").dropFirst()
    #expect(
      listed.count > 5 && listed.allSatisfy { $0.hasPrefix("- [ ] ") && $0.contains("Switch: ") })
    let unknown = try await run("doctor", "--questions", "nobody")
    #expect(unknown.status == 2 && unknown.errors.contains("there is openpay-main"))
    try await installation.end()
    let broken = try await run("doctor")
    #expect(broken.status == 1)
    #expect(broken.output.contains("cannot be reached"))

    try installation.place.write(ServeTests.payin("e", method: "store").text, to: "payin.json")
    let explained = try await run("rules", "explain", "--payin", "payin.json")
    #expect(try JSON(parsing: Array(explained.output.utf8))["rule"] == "store")
    try installation.place.write(
      Installation.rules.replacingOccurrences(of: "payin.method ==", with: "payin.methods =="),
      to: "routing-rules/default.json5")
    let faulty = try await run("rules", "check", "routing-rules")
    #expect(faulty.status == 2)
    #expect(faulty.errors.contains("default.json5:1:"))
  }

  @Test("rules replay tells what other rules would have changed; shadow files are counted")
  func replay() async throws {
    let installation = try await Installation()
    try installation.place.write(
      """
      { shadow: true, rules: [ { name: "all-cash", when: "payin.amount > 0",
        route: { priority: ["cashypay-main/store", "cashypay-main/spei"] } } ] }
      """, to: "routing-rules/a-shadow.json5")
    let gateway = try await installation.serve()
    for (index, method) in ["store", "store", "spei"].enumerated() {
      let made = try await installation.client.post(
        "/v1/payins", ServeTests.payin("r\(index)", method: method), idempotencyKey: "\(index)")
      #expect(made.status == 201)
    }
    let status = try await installation.client.get("/v1/routing/rules").json
    #expect(status["shadow"] == ["files": ["a-shadow.json5"], "decisions": 3, "differing": 3])
    _ = await installation.stop(gateway)
    try installation.place.write(
      "{ rules: [], otherwise: { priority: [\"cashypay-main/store\", \"cashypay-main/spei\"] } }",
      to: "other.json5")
    let ended = try await Program.run(
      ["rules", "replay", "--rules", "other.json5", "--since", "2020-01-01T00:00:00Z"],
      in: installation.place.path,
      environment: [
        "KEY_SHA256": String(repeating: "0", count: 64), "HOOK_SECRET": WebhookTests.secret,
      ])
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.output.contains("2 of 3 pay-ins would have gone elsewhere first"))
    #expect(
      ended.output.contains("otherwise: openpay-main/store -> cashypay-main/store: 2, $300.00"))
    try await installation.end()
  }
}
