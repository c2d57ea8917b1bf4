import Dispatch
import HTTPCalling
import Synchronization
import Testing

/// libcurl repeats a request by itself where a reused connection dies before the first byte of an
/// answer. Here the peer has read the request by then, and may have acted on it.
@Suite("Connections that die when they are used again", .timeLimit(.minutes(1)))
struct RepeatTests {
  /// Answers a connection's first request; reads its second and hangs up. Counts what it read.
  final class DyingServer: Sendable {
    private let log = Log()
    private let server: TestServer

    init(reset: Bool = false) throws {
      let log = log
      server = try TestServer { connection in
        guard let first = connection.readRequest() else { return }
        log.add(first)
        connection.send(ok("first"))
        guard let second = connection.readRequest() else { return }
        log.add(second)
        if reset { connection.reset() }
      }
    }

    var lines: [String] { log.lines }
    var connections: Int { server.connections }
    var url: String { server.url }
  }

  final class Log: Sendable {
    private let entries = Mutex([String]())
    var lines: [String] { entries.withLock { $0 } }
    func add(_ request: TestRequest) {
      entries.withLock { $0.append(request.lines[0].replacing(" HTTP/1.1", with: "")) }
    }
  }

  // Patient: on a loaded machine the second call may come late, and must find the connection.
  let caller = CurlClient(CurlClient.Configuration(idleSeconds: 300))

  @Test(
    "a request that may change something is written once",
    arguments: [
      ("POST", "body"), ("POST", ""), ("PUT", "body"), ("PATCH", "body"), ("DELETE", ""),
    ], [false, true])
  func unsafeMethods(request: (method: String, body: String), reset: Bool) async throws {
    let server = try DyingServer(reset: reset)
    #expect(await caller.get("\(server.url)/0").text == "first")
    let outcome = await caller.call(
      HTTPRequest(
        method: request.method, url: "\(server.url)/1", body: Array(request.body.utf8)),
      limits: CallLimits())
    #expect(outcome.summary == "sent_no_answer reset")
    #expect(server.lines == ["GET /0", "\(request.method) /1"])
    #expect(server.connections == 1)
  }

  @Test("a GET is repeated on a fresh connection")
  func safeMethod() async throws {
    let server = try DyingServer()
    #expect(await caller.get("\(server.url)/0").text == "first")
    #expect(await caller.get("\(server.url)/1").text == "first")
    #expect(server.lines == ["GET /0", "GET /1", "GET /1"])
  }

  @Test("a connection found closed before anything is written costs nothing")
  func closedWhileIdle() async throws {
    let (closings, closing) = AsyncStream.makeStream(of: Void.self)
    let server = try TestServer { connection in
      guard let request = connection.readRequest() else { return }
      connection.send(ok(request.path))
      connection.finish()
      closing.yield()
    }
    var closed = closings.makeAsyncIterator()
    for number in 0..<5 {
      #expect(await caller.post("\(server.url)/\(number)").text == "/\(number)")
      await closed.next()
    }
    #expect(server.connections == 5)
  }

  @Test("bytes behind an answer are never taken for the next call's answer")
  func staleAnswer() async throws {
    let (sendings, sent) = AsyncStream.makeStream(of: Void.self)
    let firstIsDone = DispatchSemaphore(value: 0)
    let server = try TestServer { connection in
      guard let request = connection.readRequest() else { return }
      connection.send(ok(request.path))
      if request.path == "/1" {
        firstIsDone.wait()
        connection.send(ok("stale"))
        sent.yield()
      }
      connection.readToEnd()
    }
    #expect(await caller.post("\(server.url)/1").text == "/1")
    firstIsDone.signal()
    for await _ in sendings { break }
    #expect(await caller.post("\(server.url)/2").text == "/2")
    #expect(server.connections == 2)
  }

  @Test("so it is where they come together with the answer")
  func staleAnswerAtOnce() async throws {
    let server = try TestServer { connection in
      guard let request = connection.readRequest() else { return }
      connection.send(ok(request.path) + ok("stale"))
      while let request = connection.readRequest() { connection.send(ok(request.path)) }
    }
    #expect(await caller.post("\(server.url)/1").text == "/1")
    #expect(await caller.post("\(server.url)/2").text == "/2")
  }
}
