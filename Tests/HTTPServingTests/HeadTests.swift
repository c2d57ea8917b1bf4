import Synchronization
import TestSupport
import Testing

@testable import HTTPServing

/// What is decided by a request's head.
@Suite("a request's head")
struct HeadTests {
  private static let judge: @Sendable (Request) -> Response? = { request in
    request.headers["Key"] == "right" ? nil : Response(.unauthorized, body: Array("who?".utf8))
  }

  @Test(
    "is judged before the body is read and before the client is told to continue",
    arguments: ["Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"],
    ["", "Expect: 100-continue\r\n"])
  func judged(framing: String, expectation: String) async throws {
    let handled = Mutex(0)
    let live = try LiveServer { request in
      handled.withLock { $0 += 1 }
      return await LiveServer.echo(request)
    } configure: {
      $0.judge = Self.judge
    }
    try await withClient(live.port) { client in
      try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\(expectation)\r\n")
      let answer = try client.readAnswer()
      #expect(answer.status == 401 && answer.text == "who?")
      #expect(answer.headers["connection"] == "close")
      #expect(try client.isClosed())
    }
    #expect(handled.withLock { $0 } == 0)
  }

  @Test("that is right lets the body come, after the answers before it")
  func letIn() async throws {
    let live = try LiveServer(configure: { $0.judge = Self.judge })
    try await withClient(live.port) { client in
      try client.send(
        "GET /0 HTTP/1.1\r\nHost: a\r\n\r\n"
          + "POST /1 HTTP/1.1\r\nHost: a\r\nKey: right\r\nExpect: 100-continue\r\n"
          + "Content-Length: 3\r\n\r\n")
      #expect(try client.readAnswer().text == "GET /0 ")
      #expect(try client.readHead() == "HTTP/1.1 100 Continue\r\n\r\n")
      try client.send("abc")
      #expect(try client.readAnswer().text == "POST /1 abc")
    }
  }

  @Test("with two types of content is refused, and so is a body in a content coding")
  func content() async throws {
    let live = try LiveServer()
    for (fields, status) in [
      ("Content-Type: application/json\r\nContent-Type: text/plain\r\n", 400),
      ("Content-Encoding: gzip\r\n", 415), ("Content-Encoding: identity, br\r\n", 415),
      ("Content-Encoding: identity\r\n", 200), ("Content-Type: text/plain\r\n", 200),
    ] {
      try await withClient(live.port) { client in
        try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: 2\r\n\r\n{}")
        let answer = try client.readAnswer()
        #expect(answer.status == status, "\(fields)")
        #expect(answer.headers["accept-encoding"] == (status == 415 ? "identity" : nil))
        #expect(answer.headers["x-content-type-options"] == "nosniff")
      }
    }
  }

  @Test("tells the client's address where a trusted proxy wrote it")
  func forwarded() async throws {
    let live = try LiveServer {
      Response(.ok, body: Array($0.peer.description.utf8))
    } configure: {
      $0.trustedProxies = [AddressRange("127.0.0.1"), AddressRange("10.0.0.0/8")]
        .compactMap(\.self)
    }
    let port = live.port
    for (fields, seen) in [
      ("", "127.0.0.1"),
      ("X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"),
      // What stands before the last hop that is not trusted is the client's own invention.
      ("X-Forwarded-For: 198.51.100.1, 192.0.2.7, 10.1.2.3\r\n", "192.0.2.7"),
      ("X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"),
      ("X-Forwarded-For: 192.0.2.7, unknown, 10.1.2.3\r\n", "10.1.2.3"),
      ("X-Forwarded-For: 10.0.0.9, 10.0.0.8\r\n", "10.0.0.9"),
      ("Forwarded: for=198.51.100.1, for=\"[2001:db8::1]:4711\";proto=https\r\n", "2001:db8::1"),
      ("Forwarded: proto=https; For=192.0.2.7:80\r\n", "192.0.2.7"),
      ("Forwarded: for=_hidden\r\n", "127.0.0.1"),
      ("Forwarded: for=192.0.2.7\r\nX-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"),
      ("Forwarded: for=192.0.2.8\r\nX-Forwarded-For: 192.0.2.7\r\n", "127.0.0.1"),
    ] {
      try await withClient(port) { client in
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(try client.readAnswer().text == seen, "\(fields)")
      }
    }
    let stranger = try await onThread {
      let client = try RawClient(port: port, from: "127.0.0.2")
      try client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
      return try client.readAnswer().text
    }
    #expect(stranger == "127.0.0.2")
  }

  @Test("counts an IPv6 client by its /64, and an IPv4 one by its address")
  func counted() throws {
    func counted(_ text: String) throws -> String {
      try #require(NetworkAddress(text)).counted.description
    }
    #expect(try counted("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::")
    #expect(try counted("::ffff:192.0.2.7") == "192.0.2.7")
    #expect(try counted("192.0.2.7") == "192.0.2.7")
    for text in ["", "1.2.3", "1.2.3.4/8", "::g", "example"] {
      #expect(NetworkAddress(text) == nil)
    }
    for text in ["10.0.0.0/33", "10.0.0.0/", "/8", "::/129", "10.0.0.0/8/8", "10.0.0.0/+8"] {
      #expect(AddressRange(text) == nil, "\(text)")
    }
    let all = try #require(AddressRange("0.0.0.0/0"))
    #expect(all.contains(try #require(NetworkAddress("192.0.2.7"))))
    #expect(!all.contains(try #require(NetworkAddress("2001:db8::1"))))
    let network = try #require(AddressRange("2001:db8::/33"))
    #expect(network.contains(try #require(NetworkAddress("2001:db8:7fff::1"))))
    #expect(!network.contains(try #require(NetworkAddress("2001:db8:8000::1"))))
  }

  @Test("work for a client that hangs up is cancelled")
  func presence() async throws {
    let (started, ended) = (Latch(), Latch())
    let live = try LiveServer { request in
      _ = try? await request.presence.bounding {
        await started.open()
        try await Task.sleep(for: .seconds(3_600))
      }
      await ended.open()
      return await LiveServer.echo(request)
    }
    try await withClient(live.port) { client in
      try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try waitFor { await started.wait() }
      client.endWriting()
      try waitFor { await ended.wait() }
      #expect(try client.readAnswer().status == 200)
    }
  }
}
