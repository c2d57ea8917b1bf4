import Foundation
import TestSupport
import Testing

@testable import HTTPServing

/// A certificate and its key for localhost, made anew for a test in a folder of its own.
private final class Certificate: Sendable {
  let folder: String
  var files: TLSFiles { TLSFiles(certificate: folder + "/cert.pem", key: folder + "/key.pem") }

  /// - Parameter authority: who signs it; nil: itself.
  init(
    _ subject: String = "/CN=localhost", names: String = "IP:127.0.0.1",
    by authority: Certificate? = nil
  ) async throws {
    folder = NSTemporaryDirectory() + "/http-serving-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try await OtherProgram.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "1", "-subj", subject, "-addext", "subjectAltName=\(names)", "-keyout",
        folder + "/key.pem", "-out", folder + "/cert.pem",
      ] + (authority.map { ["-CA", $0.files.certificate, "-CAkey", $0.files.key] } ?? []))
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }
}

@Suite("TLS")
struct TLSTests {
  @Test(
    "serves requests, a large body in both directions, over TLS 1.2 and 1.3",
    arguments: [
      "1.2", "1.3",
    ])
  func roundTrip(version: String) async throws {
    let certificate = try await Certificate()
    let live = try LiveServer {
      Response(.ok, body: $0.body)
    } configure: {
      $0.tls = certificate.files
      $0.limits.bodyBytes = 4 << 20
    }
    let body = (0..<300_000).map { "\($0)" }.joined()
    let port = live.port
    try Data(body.utf8).write(to: URL(fileURLWithPath: certificate.folder + "/body"))
    let answer = try await OtherProgram.run(
      "curl",
      [
        "-sS", "--noproxy", "*", "--cacert", certificate.files.certificate, "--tlsv\(version)",
        "--tls-max", version, "-H", "Expect:", "--data-binary", "@\(certificate.folder)/body",
        "https://127.0.0.1:\(port)/",
      ])
    #expect(answer.output == body)
  }

  @Test("keeps a connection over several requests and ends it with close_notify")
  func keepAlive() async throws {
    let certificate = try await Certificate()
    let live = try LiveServer(configure: { $0.tls = certificate.files })
    let port = live.port
    let requests = certificate.folder + "/requests"
    try Data(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        .utf8
    ).write(to: URL(fileURLWithPath: requests))
    let output = try await OtherProgram.run(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-quiet", "-ign_eof", "-state"],
      input: requests
    ).output
    #expect(output.contains("GET /1 "))
    #expect(output.contains("GET /2 "))
    #expect(output.contains("SSL3 alert read:warning:close notify"))
  }

  @Test("refuses TLS 1.1")
  func oldVersion() async throws {
    let certificate = try await Certificate()
    let live = try LiveServer(configure: { $0.tls = certificate.files })
    let port = live.port
    let output = try await OtherProgram.run(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    ).output
    #expect(output.contains("alert protocol version"))
  }

  @Test("speaks TLS 1.2 with forward secrecy and authenticated encryption only")
  func suites() async throws {
    let certificate = try await Certificate()
    let live = try LiveServer(configure: { $0.tls = certificate.files })
    let port = live.port
    for (suite, isSpoken) in [
      ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-CHACHA20-POLY1305", true),
      ("ECDHE-ECDSA-AES128-SHA", false), ("ECDHE-ECDSA-AES256-SHA384", false),
      ("ECDHE-ECDSA-AES128-CCM", false),
    ] {
      let output = try await OtherProgram.run(
        "openssl",
        ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_2", "-cipher", suite]
      ).output
      #expect(output.contains("Cipher is \(suite)") == isSpoken, "\(suite)")
    }
  }

  @Test("takes a new certificate for new connections, and keeps the old one where it is no good")
  func renewal() async throws {
    let (first, second) = (try await Certificate(), try await Certificate())
    let live = try LiveServer(configure: { $0.tls = first.files })
    let port = live.port
    let before = try await OtherProgram.servedCertificate(port: port)
    #expect(before != nil)
    for name in ["cert.pem", "key.pem"] {
      let text = try String(contentsOfFile: "\(second.folder)/\(name)", encoding: .utf8)
      try text.write(toFile: "\(first.folder)/\(name)", atomically: true, encoding: .utf8)
      if name == "cert.pem" {
        #expect(throws: HTTPServerFault.self) { try live.server.reloadTLS() }
        #expect(try await OtherProgram.servedCertificate(port: port) == before)
      }
    }
    try live.server.reloadTLS()
    let after = try await OtherProgram.servedCertificate(port: port)
    #expect(after != nil && after != before)
  }

  @Test("closes a client that speaks plain HTTP, and one that never ends its handshake")
  func handshake() async throws {
    let certificate = try await Certificate()
    let live = try LiveServer(configure: {
      $0.tls = certificate.files
      $0.deadlines.handshakeMilliseconds = 100
    })
    try await withClient(live.port) { client in
      try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let bytes = try client.readToEnd()
      #expect(!String(decoding: bytes, as: UTF8.self).contains("HTTP/1.1"))
    }
    try await withClient(live.port) { client in
      try client.send([0x16, 0x03, 0x01, 0x02])
      #expect(try client.isClosed())
    }
    let silent = try await withClient(live.port) { try $0.isClosed() }
    #expect(silent)
  }

  @Test(
    "knows a client by its certificate, also when its session is resumed",
    arguments: ["-tls1_2", "-tls1_3"])
  func clientCertificate(version: String) async throws {
    let authority = try await Certificate()
    let client = try await Certificate(
      "/CN=callbacks.example", names: "DNS:callbacks.example", by: authority)
    let live = try LiveServer { request in
      let names = ["callbacks.example", "allbacks.example", "127.0.0.1"]
      let found = names.filter { request.certificate?.isMadeOut(to: $0) == true }
      return .text(.ok, request.certificate == nil ? "nobody" : "\(found)")
    } configure: {
      $0.tls = authority.files
      $0.tls?.clientAuthorities = authority.files.certificate
    }
    let port = live.port
    func said(_ options: [String]) async throws -> String {
      let requests = authority.folder + "/requests"
      try Data("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
        .write(to: URL(fileURLWithPath: requests))
      return try await OtherProgram.run(
        "openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(port)", "-quiet", "-ign_eof",
          version,
        ] + options, input: requests
      ).output
    }
    let proof = ["-cert", client.files.certificate, "-key", client.files.key]
    let session = authority.folder + "/session"
    #expect(try await said([]).contains("nobody"))
    #expect(try await said(proof + ["-sess_out", session]).contains("[\"callbacks.example\"]"))
    #expect(try await said(["-sess_in", session]).contains("[\"callbacks.example\"]"))
    let stranger = try await Certificate("/CN=callbacks.example", names: "DNS:callbacks.example")
    let refused = try await said(["-cert", stranger.files.certificate, "-key", stranger.files.key])
    #expect(!refused.contains("200 OK") && refused.contains("alert"))
  }

  @Test("drains TLS connections, those within a handshake too")
  func drain() async throws {
    let certificate = try await Certificate()
    let live = try LiveServer(configure: { $0.tls = certificate.files })
    try await withClient(live.port) { client in
      try waitUntil { live.server.openConnections > 0 }
      let isComplete = try waitFor { await live.server.drain(withinSeconds: 60) }
      #expect(isComplete)
      #expect(try client.isClosed())
    }
  }

  @Test("names the file that cannot be used, and OpenSSL's reason")
  func badFiles() async throws {
    let certificate = try await Certificate()
    let other = try await Certificate()
    let locked = certificate.folder + "/locked.pem"
    _ = try await OtherProgram.run(
      "openssl",
      ["ec", "-in", certificate.files.key, "-aes128", "-passout", "pass:secret", "-out", locked])
    func reason(_ certificate: String, _ key: String) -> String {
      var configuration = HTTPServerConfiguration(port: 0)
      configuration.tls = TLSFiles(certificate: certificate, key: key)
      let server = HTTPServer(configuration: configuration, handler: LiveServer.echo)
      do throws(HTTPServerFault) {
        _ = try server.start()
        return "started"
      } catch {
        return error.description
      }
    }
    let files = certificate.files
    #expect(
      reason("/nowhere/cert.pem", files.key)
        == "the TLS file /nowhere/cert.pem cannot be used: No such file or directory")
    #expect(
      reason(files.certificate, "/nowhere/key.pem")
        == "the TLS file /nowhere/key.pem cannot be used: No such file or directory")
    #expect(
      reason(files.key, files.key) == "the TLS file \(files.key) cannot be used: no start line")
    #expect(
      reason(files.certificate, other.files.key)
        == "the TLS file \(other.files.key) cannot be used: key values mismatch")
    #expect(reason(files.certificate, locked).hasPrefix("the TLS file \(locked) cannot be used: "))
  }
}
