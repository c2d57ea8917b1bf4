import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTPServing

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite("draining")
struct DrainTests {
  /// An address of the loopback that other tests' servers, which may take a port that became free,
  /// do not listen on.
  private static let host = "127.0.0.77"

  @Test("answers what is in flight, says that it closes, and accepts nobody")
  func inFlight() async throws {
    let (started, leave) = (Latch(), Latch())
    let live = try LiveServer { request in
      await started.open()
      await leave.wait()
      return await LiveServer.echo(request)
    } configure: {
      $0.host = Self.host
    }
    async let answer = onThread {
      let client = try RawClient(port: live.port, host: Self.host)
      try client.send(get)
      let answer = try client.readAnswer()
      #expect(try client.isClosed())
      return answer
    }
    await started.wait()
    let gate = live.server.beginDrain(withinMilliseconds: 60_000)
    // Until it listens no more, while the request is still in flight.
    try await onThread {
      try waitUntil { (try? RawClient(port: live.port, host: Self.host)) == nil }
    }
    await leave.open()
    #expect(try await answer.headers["connection"] == "close")
    #expect(await gate?.wait() == true)
    #expect(live.server.openConnections == 0)
  }

  @Test("closes idle connections and comes to its end without them")
  func idle() async throws {
    let live = try LiveServer()
    let port = live.port
    try await onThread {
      let silent = try RawClient(port: port)
      let used = try RawClient(port: port)
      try used.send(get)
      #expect(try used.readAnswer().status == 200)
      let isComplete = try waitFor { await live.server.drain(withinSeconds: 60) }
      #expect(isComplete)
      #expect(try silent.isClosed())
      #expect(try used.isClosed())
    }
  }

  @Test("cuts off what is left at the deadline, and tells so")
  func deadline() async throws {
    let (started, leave) = (Latch(), Latch())
    let live = try LiveServer { request in
      await started.open()
      await leave.wait()
      return await LiveServer.echo(request)
    }
    async let bytes = withClient(live.port) { client in
      try client.send(get)
      return try client.readToEnd()
    }
    await started.wait()
    async let patient = live.server.drain(withinSeconds: 600)
    let isComplete = await live.server.drain(withinSeconds: 0)  // a second call shortens the first
    #expect(!isComplete)
    #expect(await !patient)
    #expect(try await bytes.isEmpty)
    await leave.open()
  }

  @Test("waits for a handler whose client has gone")
  func abandonedHandler() async throws {
    let (started, leave) = (Latch(), Latch())
    let done = Mutex(false)
    let live = try LiveServer { _ in
      await started.open()
      await leave.wait()
      done.withLock { $0 = true }
      return Response(.ok)
    }
    try await withClient(live.port) { client in
      try client.send(get)
      try waitFor { await started.wait() }
      client.reset()
    }
    try await onThread { try waitUntil { live.server.openConnections == 0 } }
    let gate = live.server.beginDrain(withinMilliseconds: 60_000)
    await leave.open()
    let isComplete = await gate?.wait()
    #expect(isComplete == true)
    #expect(done.withLock { $0 })
  }

  @Test("still answers those who wait in the backlog when draining begins")
  func backlog() async throws {
    let (held, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let live = try LiveServer(configure: {
      $0.loops = 1
      // Asked for the first request, on the loop's thread: holds the loop.
      $0.randomBytes = { count in
        held.signal()
        release.wait()
        return [UInt8](repeating: 1, count: count)
      }
    })
    try await onThread {
      let first = try RawClient(port: live.port)
      try first.send(get)
      held.wait()
      let second = try RawClient(port: live.port)
      try second.send(get)
      _ = live.server.beginDrain(withinMilliseconds: 60_000)
      release.signal()
      for client in [first, second] {
        #expect(try client.readAnswer().headers["connection"] == "close")
        #expect(try client.isClosed())
      }
    }
  }

  @Test("is nothing for a server that never started")
  func neverStarted() async {
    let server = HTTPServer(
      configuration: HTTPServerConfiguration(port: 0), handler: LiveServer.echo)
    #expect(await server.drain(withinSeconds: 60))
  }

  @Test("loses no request of many clients: each is answered whole or its connection refused")
  func underLoad() async throws {
    let live = try LiveServer(configure: { $0.host = Self.host })
    let port = live.port
    let clients = (0..<4).map { _ in
      Task {
        try await onThread {
          var answered = 0
          while let client = try? RawClient(port: port, host: Self.host) {
            for _ in 0..<5 {
              // A kept connection may be closed by us between requests, never within an answer.
              guard (try? client.send(get)) != nil, try client.receive() > 0 else { break }
              let answer = try client.readAnswer()
              guard answer.status == 200 else { return -1 }
              answered += 1
            }
          }
          return answered
        }
      }
    }
    try await onThread { try waitUntil { live.server.openConnections > 0 } }
    let isComplete = await live.server.drain(withinSeconds: 60)
    #expect(isComplete)
    for client in clients { #expect(try await client.value >= 0) }
  }
}

/// Waits on this thread, which is no thread of the cooperative pool, for something asynchronous.
func waitFor<T: Sendable>(_ work: @escaping @Sendable () async throws -> T) throws -> T {
  let box = ResultBox<T>()
  Task {
    box.set(await Task { try await work() }.result)
  }
  return try box.wait().get()
}

/// A result handed from one thread to another.
private final class ResultBox<T: Sendable>: @unchecked Sendable {  // guarded by the condition
  private let condition = NSCondition()
  private var result: Result<T, any Error>?

  func set(_ result: Result<T, any Error>) {
    condition.withLock {
      self.result = result
      condition.signal()
    }
  }

  func wait() -> Result<T, any Error> {
    condition.withLock {
      while true {
        if let result { return result }
        condition.wait()
      }
    }
  }
}
