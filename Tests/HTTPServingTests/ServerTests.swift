import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTPServing

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite("the server")
struct ServerTests {
  @Test("answers in order while handlers finish out of order")
  func outOfOrder() async throws {
    let latch = Latch()
    let live = try LiveServer { request in
      if request.path == "/0" { await latch.wait() } else { await latch.open() }
      return await LiveServer.echo(request)
    }
    try await withClient(live.port) { client in
      try client.send((0..<8).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
      for index in 0..<8 { #expect(try client.readAnswer().text == "GET /\(index) ") }
    }
  }

  @Test("answers thousands of pipelined requests, more than it holds at once")
  func longPipeline() async throws {
    let live = try LiveServer()
    try await withClient(live.port) { client in
      let requests = (0..<2_000).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
      try client.send(requests)
      for index in 0..<2_000 { #expect(try client.readAnswer().text == "GET /\(index) ") }
    }
  }

  @Test("runs no more handlers for a connection than the bound, however many requests come")
  func pipelineBound() async throws {
    let running = Mutex((now: 0, most: 0))
    let live = try LiveServer { request in
      running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      await Task.yield()
      running.withLock { $0.now -= 1 }
      return await LiveServer.echo(request)
    } configure: {
      $0.limits.pipelinedRequests = 3
    }
    try await withClient(live.port) { client in
      try client.send(String(repeating: get, count: 500))
      for _ in 0..<500 { #expect(try client.readAnswer().status == 200) }
    }
    #expect(running.withLock { $0.most } <= 3)
  }

  @Test("answers a client that closed its side after the request")
  func halfClose() async throws {
    let live = try LiveServer()
    try await withClient(live.port) { client in
      try client.send(get)
      client.endWriting()
      #expect(try client.readAnswer().status == 200)
      #expect(try client.isClosed())
    }
  }

  @Test("gives 400 to a client that closes its side within a request")
  func halfRequest() async throws {
    let live = try LiveServer()
    try await withClient(live.port) { client in
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc")
      client.endWriting()
      #expect(try client.readAnswer().status == 400)
      #expect(try client.isClosed())
    }
  }

  @Test("tells of a refused body even while the client goes on sending it")
  func lingeringClose() async throws {
    let live = try LiveServer()
    try await withClient(live.port) { client in
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n")
      try client.send([UInt8](repeating: 120, count: 4_000_000))
      #expect(try client.readAnswer().status == 413)
      #expect(try client.isClosed())
    }
  }

  // MARK: Slow clients

  @Test("closes a head that dribbles in, with 408")
  func slowHead() async throws {
    let live = try LiveServer(configure: { $0.deadlines.headerMilliseconds = 60 })
    try await withClient(live.port) { client in
      // Were the deadline put off by each byte, the request would be complete before it.
      let bytes = Array(
        "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 300))".utf8)
      for byte in bytes {
        guard (try? client.send([byte])) != nil else { break }
        usleep(5_000)
      }
      let answer = try client.readAnswer()
      #expect(answer.status == 408)
      #expect(try client.isClosed())
    }
  }

  @Test("closes a body that dribbles in, with 408")
  func slowBody() async throws {
    let live = try LiveServer(configure: { $0.deadlines.bodyMilliseconds = 60 })
    try await withClient(live.port) { client in
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n")
      for _ in 0..<299 {
        guard (try? client.send("x")) != nil else { break }
        usleep(5_000)
      }
      let answer = try client.readAnswer()
      #expect(answer.status == 408)
      #expect(answer.text.contains("request_timeout"))
      #expect(try client.isClosed())
    }
  }

  @Test("closes a connection that says nothing, and one that says no more")
  func idle() async throws {
    let live = try LiveServer(configure: { $0.deadlines.idleMilliseconds = 60 })
    let isClosed = try await withClient(live.port) { try $0.isClosed() }
    #expect(isClosed)
    try await withClient(live.port) { client in
      try client.send(get)
      #expect(try client.readAnswer().headers["connection"] == nil)
      #expect(try client.isClosed())
    }
  }

  @Test("cuts a client that does not take its answer")
  func slowReader() async throws {
    let size = 64 << 20
    let live = try LiveServer { _ in
      Response(.ok, body: [UInt8](repeating: 120, count: size))
    } configure: {
      $0.deadlines.writeMilliseconds = 100
    }
    try await withClient(live.port, receiveBytes: 4_096) { client in
      try client.send(get)
      try waitUntil { live.server.openConnections > 0 }
      try waitUntil { live.server.openConnections == 0 }
      #expect(try client.readToEnd().count < size)
    }
  }

  @Test("sends a large answer whole to a client that takes its time")
  func largeAnswer() async throws {
    let body = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let live = try LiveServer { _ in Response(.ok, body: body) }
    try await withClient(live.port, receiveBytes: 65_536) { client in
      try client.send(get + get)
      #expect(try client.readAnswer().body == body)
      #expect(try client.readAnswer().body == body)
    }
  }

  // MARK: Limits and faults

  @Test("lets a handler finish whose client has gone, and goes on serving")
  func clientGone() async throws {
    let (started, leave, done) = (Latch(), Latch(), Latch())
    let live = try LiveServer { request in
      guard request.path == "/pay" else { return await LiveServer.echo(request) }
      await started.open()
      await leave.wait()
      if !Task.isCancelled { await done.open() }
      return Response(.ok, body: [UInt8](repeating: 1, count: 1 << 20))
    }
    try await withClient(live.port) { client in
      try client.send("POST /pay HTTP/1.1\r\nHost: a\r\n\r\n")
      try waitFor { await started.wait() }
      client.reset()
    }
    try await onThread { try waitUntil { live.server.openConnections == 0 } }
    await leave.open()
    await done.wait()
    try await withClient(live.port) { client in
      try client.send(get)
      #expect(try client.readAnswer().status == 200)
    }
  }

  @Test(
    "notices a client that has gone, also one of which nothing more is read",
    arguments: ["HTTP/1.1\r\nConnection: close", "HTTP/1.1", "HTTP/1.0"])
  func left(version: String) async throws {
    let started = Latch()
    let live = try LiveServer { request in
      await started.open()
      return
        (try? await request.presence.bounding {
          try await Task.sleep(for: .seconds(600))
          return Response(.ok)
        }) ?? Response(.ok)
    }
    try await withClient(live.port) { client in
      try client.send("GET / \(version)\r\nHost: a\r\n\r\n")
      try waitFor { await started.wait() }
      client.endWriting()
      // Long before the ten minutes are over.
      #expect(try client.readAnswer().status == 200)
    }
  }

  @Test("says in one sentence which address is taken, and starts only once")
  func portInUse() throws {
    let live = try LiveServer()
    let second = HTTPServer(
      configuration: HTTPServerConfiguration(port: live.port), handler: LiveServer.echo)
    let expected = HTTPServerFault.system(
      function: "bind", message: "Address already in use", address: "127.0.0.1:\(live.port)")
    #expect(throws: expected) { try second.start() }
    #expect(
      expected.description == "bind failed for 127.0.0.1:\(live.port): Address already in use")
    #expect(throws: HTTPServerFault.alreadyStarted) { try live.server.start() }
  }

  @Test("names a host that has no address")
  func unknownHost() throws {
    let server = HTTPServer(
      configuration: HTTPServerConfiguration(host: "256.1.1.1.invalid", port: 0),
      handler: LiveServer.echo)
    #expect { try server.start() } throws: { error in
      "\(error)".hasPrefix("the host 256.1.1.1.invalid cannot be resolved: ")
    }
  }

  @Test(
    "tells the peer's address, IPv4 through an IPv6 socket too",
    arguments: ["127.0.0.1", "0.0.0.0", "::"])
  func peer(host: String) async throws {
    let probe = socket(host.contains(":") ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard probe >= 0 else { return }  // this machine has no IPv6
    close(probe)
    let live = try LiveServer {
      Response(.ok, body: Array($0.peer.description.utf8))
    } configure: {
      $0.host = host
    }
    try await withClient(live.port) { client in
      try client.send(get)
      #expect(try client.readAnswer().text == "127.0.0.1")
    }
  }

  @Test(
    "answers 500 for a header that would split the answer, and reports it",
    arguments: [
      ("X", "a\r\nSet-Cookie: b"), ("X", "a\nb"), ("X", "a\0b"), ("X\r\nY", "a"), ("X Y", "a"),
      ("", "a"), ("X:", "a"),
    ])
  func splitAnswer(name: String, value: String) async throws {
    let faults = Mutex<[HTTPServerFault]>([])
    let live = try LiveServer { _ in
      Response(.ok, headers: ["Good": "1", name: value], body: [1])
    } configure: {
      $0.onFault = { fault in faults.withLock { $0.append(fault) } }
    }
    try await withClient(live.port) { client in
      try client.send(get)
      let answer = try client.readAnswer()
      #expect(answer.status == 500)
      #expect(answer.text.contains("\"code\":\"internal\""))
      #expect(answer.headers["set-cookie"] == nil)
      let id = try #require(answer.headers["request-id"])
      #expect(faults.withLock { $0 } == [.unusableHeader(name: name, requestID: id)])
    }
  }
}
