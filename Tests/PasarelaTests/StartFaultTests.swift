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

/// A port of 127.0.0.1 that is listened on while this lives.
final class TakenPort {
  let port: Int
  private let socket: Int32

  struct Unavailable: Error {}

  init() throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Below the ports that the system gives out by itself: once it is let go, no other test's server
    // or connection comes upon it before its user does.
    var isBound = false
    for _ in 0..<100 where !isBound {
      address.sin_port = UInt16.random(in: 20_000..<32_768).bigEndian
      isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(socket, $0, length) == 0 && listen(socket, 1) == 0
        }
      }
    }
    guard isBound else { throw Unavailable() }
    self.socket = socket
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(socket) }
}
