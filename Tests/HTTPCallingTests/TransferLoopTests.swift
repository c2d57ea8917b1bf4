import Foundation
import Glibc
import Testing

@testable import HTTPCalling

@Suite("The loop of outgoing calls", .timeLimit(.minutes(1)))
struct TransferLoopTests {
  /// A loop on a thread that tells how much processor time it took.
  final class MeasuredLoop: Sendable {
    let loop: TransferLoop
    private let took: AsyncStream<Duration>

    init() {
      let loop = TransferLoop(CurlClient.Configuration(idleSeconds: 300))
      let (took, ended) = AsyncStream.makeStream(of: Duration.self)
      (self.loop, self.took) = (loop, took)
      Thread {
        loop.run()
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        ended.yield(.seconds(time.tv_sec) + .nanoseconds(time.tv_nsec))
      }.start()
    }

    func get(_ url: String, milliseconds: Int = 10_000) async -> CallOutcome {
      await withCheckedContinuation { continuation in
        let isTaken = loop.submit(
          PendingCall(
            request: HTTPRequest(method: "GET", url: url),
            limits: CallLimits(totalMilliseconds: milliseconds), continuation: continuation))
        #expect(isTaken)
      }
    }

    func close() async -> Duration {
      loop.close()
      var times = took.makeAsyncIterator()
      return await times.next() ?? .seconds(3_600)
    }
  }

  @Test("it rests while nothing happens: idle, with unasked bytes, and while a peer is silent")
  func rests() async throws {
    let loop = MeasuredLoop()
    let server = try TestServer { connection in
      while let request = connection.readRequest() {
        if request.path == "/silent" { return connection.readToEnd() }
        connection.send(ok(request.path))
        if request.path == "/more" { connection.send("unasked") }
      }
    }
    #expect(await loop.get("\(server.url)/a").text == "/a")
    let silent = await loop.get("\(server.url)/silent", milliseconds: 1_000)
    #expect(silent.summary == "sent_no_answer timeout")
    #expect(await loop.get("\(server.url)/more").text == "/more")
    try await Task.sleep(for: .milliseconds(1_000))
    #expect(await loop.close() < .milliseconds(500))
  }

  @Test("a name is resolved, and its connection is used again")
  func name() async throws {
    let server = try TestServer(answering: { ok($0.path) })
    let caller = CurlClient(CurlClient.Configuration(idleSeconds: 300))
    for number in 0..<5 {
      let url = "http://localhost:\(server.port)/\(number)"
      #expect(await caller.get(url).text == "/\(number)")
    }
    #expect(server.connections == 1)
  }

  @Test("hundreds of calls that wait for silent peers hold up no other, and end in time")
  func manySilent() async throws {
    let silent = try TestServer.listen(backlog: 1_024)
    defer { close(silent.0) }
    let quick = try TestServer(answering: { ok($0.path) })
    let caller = CurlClient()
    let timedOut = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<300 {
        group.addTask {
          let url = "http://127.0.0.1:\(silent.1)/"
          let outcome = await caller.post(url, "x", CallLimits(totalMilliseconds: 3_000))
          return outcome.summary == "sent_no_answer timeout"
        }
      }
      for number in 0..<100 {
        #expect(await caller.post("\(quick.url)/\(number)").text == "/\(number)")
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(timedOut == 300)
  }
}
