import HTTPCalling
import Testing

@Suite("Calls over TLS", .timeLimit(.minutes(1)))
struct TLSTests {
  let trusting = CurlClient(CurlClient.Configuration(caFile: ServerProcess.file("tls/trusted.pem")))
  let plain = CurlClient()

  @Test("a certificate that nobody vouches for is refused before anything is sent")
  func untrusted() async throws {
    let server = try ServerProcess.tls()
    #expect(await plain.get(server.url()).summary == "never_sent tls")
    #expect(await plain.post(server.url()).summary == "never_sent tls")
    let otherwise = CurlClient(
      CurlClient.Configuration(caFile: ServerProcess.file("tls/stranger.pem")))
    #expect(await otherwise.get(server.url()).summary == "never_sent tls")
  }

  @Test("a certificate of the configured authority is taken, by address and by name")
  func trusted() async throws {
    let server = try ServerProcess.tls()
    #expect(await trusting.get(server.url()).summary == "answered 200")
    #expect(await trusting.get(server.url("localhost")).summary == "answered 200")
  }

  @Test("a certificate for another name is refused")
  func otherName() async throws {
    let server = try ServerProcess.tls("other-name")
    let caller = CurlClient(
      CurlClient.Configuration(caFile: ServerProcess.file("tls/other-name.pem")))
    #expect(await caller.get(server.url()).summary == "never_sent tls")
    #expect(await caller.get(server.url("localhost")).summary == "never_sent tls")
  }

  @Test("a certificate that has run out is refused")
  func expired() async throws {
    let server = try ServerProcess.tls("expired")
    let caller = CurlClient(CurlClient.Configuration(caFile: ServerProcess.file("tls/expired.pem")))
    let outcome = await caller.get(server.url())
    #expect(outcome.summary == "never_sent tls")
    #expect(outcome.failure?.message.contains("expired") == true)
  }

  @Test("a file of authorities that is missing lets nothing through")
  func missingFile() async throws {
    let server = try ServerProcess.tls()
    let caller = CurlClient(CurlClient.Configuration(caFile: ServerProcess.file("tls/missing.pem")))
    #expect(await caller.get(server.url()).summary == "never_sent tls")
  }

  @Test("a peer that speaks no TLS, or hangs up in the handshake, gets nothing")
  func noTLS() async throws {
    let http = try TestServer { connection in
      _ = connection.read(count: 1)
      connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    }
    #expect(await trusting.post("https://127.0.0.1:\(http.port)/").summary == "never_sent tls")
    let rude = try TestServer { _ = $0.read(count: 1) }
    #expect(await trusting.post("https://127.0.0.1:\(rude.port)/").summary == "never_sent tls")
  }

  @Test("a peer that takes the connection and does not come to TLS in time gets nothing")
  func silentHandshake() async throws {
    let server = try TestServer { $0.readToEnd() }
    let outcome = await trusting.post(
      "https://127.0.0.1:\(server.port)/", "x", CallLimits(connectMilliseconds: 300))
    #expect(outcome.summary == "never_sent connect_timeout")
  }

  @Test("after the handshake a silent peer may have the request")
  func silentAfterHandshake() async throws {
    let server = try ServerProcess.tls(answers: false)
    let outcome = await trusting.post(server.url(), "x", CallLimits(totalMilliseconds: 500))
    #expect(outcome.summary == "sent_no_answer timeout")
  }

  @Test("TLS below 1.2 is not spoken")
  func oldTLS() async throws {
    let server = try ServerProcess.tls(options: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    #expect(await trusting.get(server.url()).summary == "never_sent tls")
  }
}
