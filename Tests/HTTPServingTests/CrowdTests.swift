import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTPServing

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

/// A client that was answered once, and waits now.
private func idle(_ port: Int, from source: String? = nil) throws -> RawClient {
  let client = try RawClient(port: port, from: source)
  try client.send(get)
  #expect(try client.readAnswer().status == 200)
  usleep(3_000)  // nobody begins to wait in the same millisecond
  return client
}

/// Patient: on a busy machine a test takes its time.
private func server(
  _ handler: @escaping Handler = LiveServer.echo,
  configure: (inout HTTPServerConfiguration) -> Void
) throws -> LiveServer {
  try LiveServer(handler) {
    $0.deadlines.headerMilliseconds = 600_000
    $0.deadlines.bodyMilliseconds = 600_000
    $0.deadlines.writeMilliseconds = 600_000
    $0.deadlines.idleMilliseconds = 600_000
    configure(&$0)
  }
}

private func isServed(_ client: RawClient) throws -> Bool {
  try client.send(get)
  return try client.readAnswer().status == 200
}

@Suite("more connections than there is room for")
struct CrowdTests {
  @Test("the client that is waited for longest gives way to a new one")
  func longestIdle() async throws {
    let live = try server(configure: { $0.limits.connections = 2 })
    let port = live.port
    try await onThread {
      let first = try idle(port)
      let second = try idle(port)
      #expect(try isServed(first))
      usleep(3_000)
      let third = try idle(port)
      #expect(try second.isClosed())
      #expect(try isServed(first))
      #expect(try isServed(third))
      #expect(live.server.figures.gaveWay == 1)
    }
  }

  @Test("who has sent half a request, or does not take an answer, gives way too")
  func halfSent() async throws {
    let live = try server { request in
      Response(.ok, body: [UInt8](repeating: 120, count: request.path == "/large" ? 8 << 20 : 1))
    } configure: {
      $0.limits.connections = 3
    }
    let port = live.port
    try await onThread {
      let halfHead = try RawClient(port: port)
      try halfHead.send("GET / HT")
      let halfBody = try RawClient(port: port)
      try halfBody.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
      let slow = try RawClient(port: port, receiveBytes: 4_096)
      try slow.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = try slow.readHead()
      try slow.waitUntilFull()
      let others = try (0..<3).map { _ in try idle(port) }
      #expect(try halfHead.isClosed())
      #expect(try halfBody.isClosed())
      #expect(try slow.readToEnd().count < 8 << 20)
      for other in others { #expect(try isServed(other)) }
    }
  }

  @Test("within its share an address makes room for itself, and takes none of another's")
  func addressShare() async throws {
    let live = try server(configure: {
      $0.limits.connections = 8
      $0.limits.connectionsPerAddress = 2
    })
    let port = live.port
    try await onThread {
      let bystander = try idle(port)
      let crowd = try (0..<5).map { _ in try idle(port, from: "127.0.0.2") }
      for client in crowd.prefix(3) { #expect(try client.isClosed()) }
      for client in crowd.suffix(2) { #expect(try isServed(client)) }
      #expect(try isServed(bystander))
      #expect(live.server.openConnections == 3)
    }
  }

  @Test("a trusted proxy speaks for many and has no share")
  func proxyShare() async throws {
    let live = try server(configure: {
      $0.limits.connectionsPerAddress = 1
      $0.trustedProxies = [AddressRange("127.0.0.1")].compactMap(\.self)
    })
    let port = live.port
    try await onThread {
      let clients = try (0..<4).map { _ in try idle(port) }
      for client in clients { #expect(try isServed(client)) }
    }
  }

  @Test("who is being served stays; what is vital is answered beside them, the rest waits")
  func reserve() async throws {
    let (started, leave) = (Latch(), Latch())
    let live = try server { request in
      guard request.path == "/long" else { return await LiveServer.echo(request) }
      await started.open()
      await leave.wait()
      return await LiveServer.echo(request)
    } configure: {
      $0.limits.connections = 1
      $0.limits.spareConnections = 1
      $0.isVital = { $0 == "/health" }
    }
    let port = live.port
    try await onThread {
      let busy = try RawClient(port: port)
      try busy.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
      try waitFor { await started.wait() }
      let turnedAway = try RawClient(port: port)
      try turnedAway.send(get)
      let answer = try turnedAway.readAnswer()
      #expect(answer.status == 503 && answer.headers["retry-after"] == "1")
      #expect(try turnedAway.isClosed())
      // One that says nothing in the reserve gives way there as well.
      let silent = try RawClient(port: port)
      try waitUntil { live.server.figures.spared >= 2 }
      let probe = try RawClient(port: port)
      try probe.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try probe.readAnswer().text == "GET /health ")
      #expect(try silent.isClosed())
      try waitFor { await leave.open() }
      #expect(try busy.readAnswer().text == "GET /long ")
    }
  }

  @Test("where the reserve is busy too, a new connection is closed at once")
  func refused() async throws {
    let leave = Latch()
    let started = Mutex(0)
    let live = try server { request in
      started.withLock { $0 += 1 }
      await leave.wait()
      return await LiveServer.echo(request)
    } configure: {
      $0.limits.connections = 1
      $0.limits.spareConnections = 1
      $0.isVital = { _ in true }
    }
    let port = live.port
    try await onThread {
      var clients: [RawClient] = []
      for number in 1...2 {
        let client = try RawClient(port: port)
        try client.send(get)
        try waitUntil { started.withLock { $0 } >= number }
        clients.append(client)
      }
      #expect(try RawClient(port: port).isClosed())
      #expect(live.server.figures.refused == 1)
      try waitFor { await leave.open() }
      for client in clients { #expect(try client.readAnswer().status == 200) }
      // What was taken is free again.
      clients = []
      try waitUntil { live.server.openConnections <= 1 }
      #expect(try isServed(RawClient(port: port)))
    }
  }

  @Test("no place of the reserve becomes one of an address's share")
  func spareIsNoShare() async throws {
    let leave = Latch()
    let started = Mutex(0)
    let live = try server { request in
      if request.path == "/" { return await LiveServer.echo(request) }
      started.withLock { $0 += 1 }
      await leave.wait()
      return await LiveServer.echo(request)
    } configure: {
      $0.limits.connections = 100
      $0.limits.connectionsPerAddress = 2
      $0.limits.spareConnections = 4
    }
    let port = live.port
    try await onThread {
      var busy: [RawClient] = []
      for number in 1...2 {
        let client = try RawClient(port: port)
        try client.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
        while started.withLock({ $0 }) < number { usleep(1_000) }
        busy.append(client)
      }
      // Each that comes now waits in the reserve, and is told so there.
      var others: [RawClient] = []
      for _ in 0..<4 {
        let other = try RawClient(port: port)
        try other.send(get)
        #expect(try other.readAnswer().status == 503)
        usleep(3_000)
        others.append(other)
      }
      #expect(live.server.figures.spared == 4)
      try waitFor { await leave.open() }
      for client in busy { #expect(try client.readAnswer().status == 200) }
    }
  }

  // MARK: Half-sent requests

  @Test("what is held of half-sent requests has a bound, and an address a share of it")
  func heldBytes() async throws {
    let live = try server(configure: {
      $0.limits.heldBytes = 1 << 20
      $0.limits.bodyBytes = 1 << 20
    })
    let port = live.port
    let half = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 250000\r\n\r\n"
    try await onThread {
      var holders: [RawClient] = []
      for _ in 0..<2 {
        let holder = try RawClient(port: port)
        try holder.send(half + String(repeating: "x", count: 100_000))
        holders.append(holder)
        try waitUntil { live.server.figures.heldBytes >= holders.count * 100_000 }
      }
      let beyond = try RawClient(port: port)
      try beyond.send(half + String(repeating: "x", count: 100_000))
      let answer = try beyond.readAnswer()
      #expect(answer.status == 503 && answer.headers["retry-after"] == "1")
      #expect(answer.headers["connection"] == "close")
      #expect(live.server.figures.refusedBodies == 1)
      // Another address has its own share, and a request that comes whole is not held.
      let other = try RawClient(port: port, from: "127.0.0.2")
      try other.send(half + String(repeating: "x", count: 200_000))
      try waitUntil { live.server.figures.heldBytes >= 400_000 }
      try other.send(String(repeating: "x", count: 50_000))
      #expect(try other.readAnswer().status == 200)
      #expect(try isServed(RawClient(port: port)))
      // Fields are held as well as bodies.
      holders.append(try RawClient(port: port))
      let fields = "Host: a\r\nX: \(String(repeating: "x", count: 7000))\r\n"
      try holders.last?.send("GET / HTTP/1.1\r\n\(fields)")
      while live.server.figures.heldBytes < 207_000 { usleep(1_000) }
      holders = []
      try waitUntil { live.server.figures.heldBytes == 0 }
    }
  }
}
