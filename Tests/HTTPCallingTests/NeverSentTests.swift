import Foundation
import Glibc
import HTTPCalling
import Testing

@Suite("Calls that are never sent", .timeLimit(.minutes(1)))
struct NeverSentTests {
  let caller = CurlClient()

  @Test("a refused connection")
  func refused() async throws {
    let refusing = try RefusingPort()
    let outcome = await caller.post("http://127.0.0.1:\(refusing.port)/pay/secret-path")
    #expect(outcome.summary == "never_sent refused")
    #expect(outcome.failure?.message.contains("secret-path") == false)
    #expect(outcome.failure?.message.isEmpty == false)
  }

  @Test("a peer that does not take the connection in time")
  func connectTimeout() async throws {
    // The kernel ignores whoever comes after the queue of waiting connections is full.
    let (listener, port) = try TestServer.listen(backlog: 0)
    var waiting: [Int32] = []
    defer { (waiting + [listener]).forEach { close($0) } }
    for _ in 0..<8 {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      var address = TestServer.loopback(port: port)
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      waiting.append(descriptor)
    }
    let url = "http://127.0.0.1:\(port)/"
    let byConnect = await caller.post(
      url, "x", CallLimits(connectMilliseconds: 300, totalMilliseconds: 20_000))
    #expect(byConnect.summary == "never_sent connect_timeout")
    let byTotal = await caller.post(
      url, "x", CallLimits(connectMilliseconds: 20_000, totalMilliseconds: 300))
    #expect(byTotal.summary == "never_sent connect_timeout")
  }

  @Test("a host name without address")
  func unknownHost() async {
    let outcome = await caller.post(
      "https://pasarela.invalid/", "x", CallLimits(totalMilliseconds: 20_000))
    // Where no resolver can be reached at all, the time runs out first.
    #expect(["never_sent dns", "never_sent connect_timeout"].contains(outcome.summary))
  }

  @Test(
    "a URL that is none, or not HTTP, or carries credentials",
    arguments: [
      "", "x", "127.0.0.1", "//127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd",
      "gopher://127.0.0.1/", "http:/127.0.0.1/", "http://", "http://[::1/",
      "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://a b/", "http://127.0.0.1/a b",
      "http://127.0.0.1/\r\nX-Evil: 1", "http://127.0.0.1/\n", "http://127.0.0.1/\u{0}",
      "http://127.0.0.1/é", "http://user:password@127.0.0.1/", "http://user@127.0.0.1/",
      "http://127.0.0.1/" + String(repeating: "a", count: 8_200),
    ])
  func badURL(url: String) async {
    #expect(await caller.post(url).summary == "never_sent local")
  }

  @Test(
    "a header that could smuggle another, or belongs to the transport",
    arguments: [
      HTTPHeader("X-A", "1\r\nX-Evil: 1"), HTTPHeader("X-A", "1\n"), HTTPHeader("X-A", "1\r"),
      HTTPHeader("X-A", "\u{0}"), HTTPHeader("X-A", "\u{7f}"), HTTPHeader("X-A\r\nX-Evil", "1"),
      HTTPHeader("X A", "1"), HTTPHeader("X:A", "1"), HTTPHeader("", "1"), HTTPHeader("é", "1"),
      HTTPHeader("Content-Length", "1"), HTTPHeader("transfer-encoding", "chunked"),
      HTTPHeader("Host", "other"), HTTPHeader("Connection", "close"),
      HTTPHeader("Expect", "100-continue"), HTTPHeader("Accept-Encoding", "gzip"),
    ])
  func badHeader(header: HTTPHeader) async throws {
    let server = try TestServer(answering: { _ in ok("") })
    let request = HTTPRequest(method: "POST", url: server.url, headers: [header])
    #expect(await caller.call(request, limits: CallLimits()).summary == "never_sent local")
    #expect(server.connections == 0)
  }

  @Test(
    "a method that is none, or that carries no body with one",
    arguments: [
      ("get", ""), ("", ""), ("CONNECT", ""), ("TRACE", ""), ("POST /x HTTP/1.1\r\nA:", ""),
      ("GET", "x"), ("HEAD", "x"),
    ])
  func badMethod(method: String, body: String) async throws {
    let server = try TestServer(answering: { _ in ok("") })
    let request = HTTPRequest(method: method, url: server.url, body: Array(body.utf8))
    #expect(await caller.call(request, limits: CallLimits()).summary == "never_sent local")
    #expect(server.connections == 0)
  }

  @Test("an address that is not public, however it is spelled, where only public ones are allowed")
  func forbiddenAddress() async throws {
    let server = try TestServer(answering: { _ in ok("reached") })
    let limits = CallLimits(addressPolicy: .publicOnly)
    let hosts = [
      "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0", "0",
      "[::1]", "[::ffff:127.0.0.1]", "[::]",
    ]
    for host in hosts {
      let outcome = await caller.post("http://\(host):\(server.port)/", "x", limits)
      #expect(outcome.summary == "never_sent forbidden_address", "\(host): \(outcome)")
    }
    #expect(server.connections == 0)
  }

  @Test("an open connection to a private address is no way round the address policy")
  func forbiddenReuse() async throws {
    let server = try TestServer(answering: { ok($0.path) })
    #expect(await caller.get("\(server.url)/allowed").text == "/allowed")
    let outcome = await caller.get("\(server.url)/x", CallLimits(addressPolicy: .publicOnly))
    #expect(outcome.summary == "never_sent forbidden_address")
    #expect(await caller.get("\(server.url)/again").text == "/again")
  }

  @Test("an address policy through a proxy")
  func forbiddenByProxy() async throws {
    let proxy = try TestServer(answering: { _ in ok("reached") })
    let caller = CurlClient(CurlClient.Configuration(proxy: proxy.url))
    let outcome = await caller.get(
      "http://shop.example/", CallLimits(addressPolicy: .publicOnly))
    #expect(outcome.summary == "never_sent forbidden_address")
    #expect(proxy.connections == 0)
  }

  @Test("a tunnel that the proxy refuses")
  func refusedTunnel() async throws {
    let proxy = try TestServer(answering: { _ in
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    })
    let caller = CurlClient(CurlClient.Configuration(proxy: proxy.url))
    let outcome = await caller.post("https://shop.example/")
    #expect(outcome.summary.hasPrefix("never_sent "))
  }

  @Test("after closing, every call, from then on")
  func closed() async throws {
    let server = try TestServer(answering: { _ in ok("reached") })
    caller.close()
    caller.close()
    #expect(await caller.get(server.url).summary == "never_sent shutdown")
    #expect(await caller.get(server.url).summary == "never_sent shutdown")
    #expect(server.connections == 0)
  }
}
