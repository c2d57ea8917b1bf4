import Foundation
import Glibc
import TestSupport
import Testing

@testable import Storage

@Suite("PostgreSQL: over TLS")
struct PostgreSQLTLSTests {
  /// A key and a certificate of its own, for `localhost`; returns their paths.
  private func certificate(_ name: String, in folder: String) async throws -> (
    key: String, certificate: String
  ) {
    let (key, certificate) = ("\(folder)/\(name).key", "\(folder)/\(name).pem")
    let made = try await OtherProgram.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
        "-out", certificate,
      ])
    try #require(made.status == 0, "\(made.output)")
    chmod(key, 0o600)
    if getuid() == 0, let user = getpwnam("postgres")?.pointee {
      chown(key, user.pw_uid, user.pw_gid)
    }
    return (key, certificate)
  }

  private func fault(_ address: String) async -> DatabaseError? {
    do throws(DatabaseError) {
      await (try PostgreSQLDatabase(address)).close()
      return nil
    } catch {
      return error
    }
  }

  @Test("a server is believed by its certificate and its name; another one ends the start")
  func verified() async throws {
    try await withFolder { folder in
      chmod(folder, 0o755)
      let own = try await certificate("own", in: folder)
      let other = try await certificate("other", in: folder)
      let port = Int.random(in: 20_000..<32_000)
      try await DatabaseServer.run(settings: [
        "listen_addresses = '127.0.0.1'", "port = \(port)", "ssl = on",
        "ssl_cert_file = '\(own.certificate)'", "ssl_key_file = '\(own.key)'",
      ]) { _ in
        func address(_ host: String, _ root: String) -> String {
          "host=\(host) hostaddr=127.0.0.1 port=\(port) user=postgres dbname=postgres "
            + "sslmode=verify-full sslrootcert=\(root)"
        }
        #expect(await fault(address("localhost", own.certificate)) == nil)
        for wrong in [
          address("localhost", other.certificate), address("books.example", own.certificate),
          address("localhost", "\(folder)/none.pem"),
        ] {
          guard case .denied? = await fault(wrong) else {
            Issue.record("\(wrong): \(String(describing: await fault(wrong)))")
            continue
          }
        }
      }
    }
  }
}
