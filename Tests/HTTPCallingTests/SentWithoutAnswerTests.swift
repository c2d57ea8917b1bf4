import HTTPCalling
import Testing

@Suite("Calls that may have been sent but have no answer", .timeLimit(.minutes(1)))
struct SentWithoutAnswerTests {
  let caller = CurlClient()

  /// The outcome of a POST to a server that does `act` after it has read the request.
  private func outcome(
    _ limits: CallLimits = CallLimits(), after act: @escaping @Sendable (TestConnection) -> Void
  ) async throws -> String {
    let server = try TestServer { connection in
      guard connection.readRequest() != nil else { return }
      act(connection)
    }
    defer { server.stop() }
    return await caller.post(server.url, "body", limits).summary
  }

  @Test("a server that takes the connection and never reads")
  func silent() async throws {
    let server = try TestServer { $0.readToEnd() }
    let outcome = await caller.post(server.url, "x", CallLimits(totalMilliseconds: 300))
    #expect(outcome.summary == "sent_no_answer timeout")
  }

  @Test("a server that stops in the middle of its answer")
  func stalls() async throws {
    let limits = CallLimits(totalMilliseconds: 300)
    let inHead = try await outcome(limits) {
      $0.send("HTTP/1.1 200 OK\r\nContent-")
      $0.readToEnd()
    }
    let inBody = try await outcome(limits) {
      $0.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
      $0.readToEnd()
    }
    #expect(inHead == "sent_no_answer timeout")
    #expect(inBody == "sent_no_answer timeout")
  }

  @Test("a server that reads half of the request and resets")
  func halfRead() async throws {
    let server = try TestServer { connection in
      _ = connection.read(count: 50)
      connection.reset()
    }
    let outcome = await caller.post(server.url, String(repeating: "x", count: 5_000_000))
    #expect(outcome.summary == "sent_no_answer reset")
  }

  @Test("a server that hangs up or resets instead of answering")
  func hangsUp() async throws {
    #expect(try await outcome { _ in } == "sent_no_answer reset")
    #expect(try await outcome { $0.reset() } == "sent_no_answer reset")
  }

  @Test("a server that resets in the middle of its answer")
  func resetInBody() async throws {
    let outcome = try await outcome {
      $0.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
      $0.reset()
    }
    #expect(["sent_no_answer reset", "sent_no_answer truncated"].contains(outcome))
  }

  @Test(
    "an answer that is not HTTP",
    arguments: [
      "garbage", "\r\n\r\n", "HTTP/9 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "SSH-2.0-x\r\n",
      "{\"status\":\"SUCCESS\"}", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n0\r\n\r\n",
    ])
  func garbage(answer: String) async throws {
    let outcome = try await outcome { $0.send(answer) }
    #expect(outcome.hasPrefix("sent_no_answer "), "\(outcome)")
    #expect(outcome != "sent_no_answer timeout")
  }

  @Test("an answer that ends before its length, or before its last chunk")
  func truncated() async throws {
    let byLength = try await outcome {
      $0.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
    }
    let byChunk = try await outcome {
      $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")
    }
    #expect(byLength == "sent_no_answer truncated")
    #expect(byChunk == "sent_no_answer truncated")
  }

  @Test("an answer larger than allowed, told or not; one byte less is taken")
  func tooLarge() async throws {
    let body = String(repeating: "x", count: 100)
    let limits = CallLimits(responseBytes: 99)
    #expect(try await outcome(limits) { $0.send(ok(body)) } == "sent_no_answer too_large")
    let untold = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(body)"
    #expect(try await outcome(limits) { $0.send(untold) } == "sent_no_answer too_large")
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n\(body)\r\n0\r\n\r\n"
    #expect(try await outcome(limits) { $0.send(chunked) } == "sent_no_answer too_large")
    let enough = CallLimits(responseBytes: 100)
    #expect(try await outcome(enough) { $0.send(chunked) } == "answered 200")
  }

  @Test("an answer with too many header bytes, in one line, many lines or endless interim answers")
  func tooManyHeaders() async throws {
    let long = "HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 70_000))\r\n\r\n"
    #expect(try await outcome { $0.send(long) } == "sent_no_answer too_large")
    let many = "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 20_000) + "\r\n"
    #expect(try await outcome { $0.send(many) } == "sent_no_answer too_large")
    let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 5_000)
    #expect(try await outcome { $0.send(interim) } == "sent_no_answer too_large")
  }

  @Test("a call that is under way when the caller is closed")
  func closed() async throws {
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let server = try TestServer { connection in
      _ = connection.readRequest()
      arrived.yield()
      connection.readToEnd()
    }
    async let outcome = caller.post(server.url)
    for await _ in arrivals { break }
    caller.close()
    #expect(await outcome.summary == "sent_no_answer shutdown")
  }

  @Test("letting the caller go, or closing it, closes its connections")
  func letGo() async throws {
    let (ends, ended) = AsyncStream.makeStream(of: Void.self)
    let server = try TestServer { connection in
      while connection.readRequest() != nil { connection.send(ok("")) }
      ended.yield()
    }
    var caller: CurlClient? = CurlClient()
    #expect(await caller?.get(server.url).summary == "answered 200")
    caller = nil
    for await _ in ends { break }
    self.caller.close()
  }
}
