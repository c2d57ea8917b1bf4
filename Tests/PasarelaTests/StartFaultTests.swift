import Foundation
import Glibc
import Testing

/// A configuration that is right, on a machine that is not.
@Suite("a start that cannot succeed")
struct StartFaultTests {
  private func place(_ settings: String) throws -> Workplace {
    let place = try Workplace()
    try place.write(
      "{ \(settings), provider_accounts: [ {\(ConfigurationFaultTests.account)} ] }",
      to: "pasarela.json5")
    try place.write(
      "{ rules: [], otherwise: { priority: [\"openpay-main/spei\"] } }",
      to: "routing-rules/a.json5")
    return place
  }

  @Test("ends with 1 and names the port in use")
  func port() async throws {
    let taken = try TakenPort()
    let place = try place("listen: { port: \(taken.port) }, store: \"sqlite:p.db\"")
    let ended = try await Program.run(["serve"], in: place.path)
    #expect(ended.status == 1)
    #expect(ended.errors.contains("\(taken.port)"))
    #expect(ended.errors.contains("in use"))
  }

  @Test("ends with 1 and names the store that cannot be made")
  func store() async throws {
    let place = try place("listen: { port: 0 }, store: \"sqlite:/proc/nowhere/p.db\"")
    let ended = try await Program.run(["serve"], in: place.path)
    #expect(ended.status == 1)
    #expect(ended.errors.contains("/proc/nowhere"))
  }

  @Test("ends with 1 where the store is no database")
  func damaged() async throws {
    let place = try place("listen: { port: 0 }, store: \"sqlite:p.db\"")
    try place.write(String(repeating: "not a database ", count: 100), to: "p.db")
    let ended = try await Program.run(["serve"], in: place.path)
    #expect(ended.status == 1)
    #expect(ended.errors.contains("p.db") || ended.errors.contains("database"))
  }

  @Test("ends with 1 where the certificate is missing, or is another key's")
  func certificate() async throws {
    let missing = try place(
      """
      listen: { port: 0, tls: { certificate: "c.pem", key: "k.pem" } }, store: "sqlite:p.db"
      """)
    let first = try await Program.run(["serve"], in: missing.path)
    #expect(first.status == 1)
    #expect(first.errors.contains("c.pem"))
    try missing.copy(fixture: "tls/trusted.pem", to: "c.pem")
    try missing.copy(fixture: "tls/other-name-key.pem", to: "k.pem")
    let second = try await Program.run(["serve"], in: missing.path)
    #expect(second.status == 1)
    #expect(second.errors.contains("k.pem"))
  }

  @Test("is a usage error for words that are no command")
  func usage() async throws {
    let place = try Workplace()
    for arguments in [
      [], ["serv"], ["serve", "--port", "1"], ["serve", "--config"], ["rules"], ["rules", "check"],
      ["rules", "explain"], ["keys"], ["keys", "new"], ["sandbox", "--port", "x"], ["doctor", "x"],
      ["demo", "x"],
    ] {
      let ended = try await Program.run(arguments, in: place.path)
      #expect(ended.status == 2, "\(arguments)")
      #expect(ended.errors.contains("pasarela serve"), "\(arguments)")
    }
  }
}
