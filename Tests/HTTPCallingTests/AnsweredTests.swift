import Foundation
import HTTPCalling
import TestSupport
import Testing

@Suite("Calls that are answered", .timeLimit(.minutes(1)))
struct AnsweredTests {
  let caller = CurlClient(CurlClient.Configuration(idleSeconds: 300))

  @Test("the request arrives as stated, with what the transport needs and nothing more")
  func request() async throws {
    let server = try TestServer { connection in
      guard let request = connection.readRequest() else { return }
      connection.send(ok(request.head + String(decoding: request.body, as: UTF8.self)))
    }
    let outcome = await caller.call(
      HTTPRequest(
        method: "POST", url: "\(server.url)/v1/a%20b?x=1&y=2",
        headers: [
          HTTPHeader("X-Signature", "a+/=="), HTTPHeader("X-Empty", ""),
          HTTPHeader("Content-Type", "application/json"),
        ], body: Array("{\"señal\":1}".utf8)), limits: CallLimits())
    #expect(
      outcome.text == """
        POST /v1/a%20b?x=1&y=2 HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        Accept: */*\r
        Accept-Encoding: identity\r
        X-Signature: a+/==\r
        X-Empty:\r
        Content-Type: application/json\r
        Content-Length: 12\r
        \r
        {"señal":1}
        """)
  }

  @Test(
    "every method arrives as itself, with a length where a body belongs",
    arguments: [
      ("GET", "", nil), ("DELETE", "", nil), ("POST", "", "0"), ("PUT", "", "0"),
      ("PATCH", "", "0"), ("POST", "ab", "2"), ("PUT", "ab", "2"), ("PATCH", "ab", "2"),
      ("DELETE", "ab", "2"),
    ] as [(String, String, String?)])
  func methods(method: String, body: String, length: String?) async throws {
    let server = try TestServer(answering: { request in
      ok("\(request.lines[0])|\(request.header("content-length") ?? "nil")|\(request.body.count)")
    })
    let request = HTTPRequest(method: method, url: server.url, body: Array(body.utf8))
    let outcome = await caller.call(request, limits: CallLimits())
    #expect(outcome.text == "\(method) / HTTP/1.1|\(length ?? "nil")|\(body.utf8.count)")
  }

  @Test("a HEAD is answered by its headers alone")
  func head() async throws {
    let server = try TestServer(answering: { _ in
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n"
    })
    let outcome = await caller.call(
      HTTPRequest(method: "HEAD", url: server.url), limits: CallLimits())
    #expect(outcome.summary == "answered 200")
    #expect(outcome.response?.body.isEmpty == true)
    #expect(outcome.response?.header("x-a") == "b")
  }

  @Test("a large body goes out whole, without asking for leave first")
  func largeBody() async throws {
    let server = try TestServer(answering: { request in
      ok("\(request.header("expect") ?? "none") \(request.body.count) \(Set(request.body).count)")
    })
    let outcome = await caller.post(server.url, String(repeating: "x", count: 3_000_000))
    #expect(outcome.text == "none 3000000 1")
  }

  @Test(
    "where the status alone matters a larger body is cut, announced or endless",
    arguments: ["Content-Length: 1000000", "Transfer-Encoding: chunked", "X-Until: the end"])
  func cutBody(framing: String) async throws {
    let server = try TestServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send("HTTP/1.1 201 Created\r\n\(framing)\r\n\r\n")
      let part = String(repeating: "a", count: 500)
      let isChunked = framing.hasSuffix("chunked")
      for _ in 0..<3 { connection.send(isChunked ? "1f4\r\n\(part)\r\n" : part) }
      connection.readToEnd()
    }
    let limits = CallLimits(responseBytes: 600, cutsBody: true)
    let outcome = await caller.post(server.url, "{}", limits)
    #expect(outcome.summary == "answered 201")
    #expect(outcome.text == String(repeating: "a", count: 600))
    let whole = try TestServer(answering: { _ in ok("whole") })
    #expect(await caller.post(whole.url, "{}", limits).text == "whole")
  }

  @Test("every status is an answer", arguments: [200, 201, 204, 304, 400, 401, 404, 429, 500, 503])
  func statuses(status: Int) async throws {
    let server = try TestServer(answering: { _ in
      "HTTP/1.1 \(status) Whatever\r\nContent-Length: 0\r\nRetry-After:  7 \r\n\r\n"
    })
    let outcome = await caller.post(server.url)
    #expect(outcome.summary == "answered \(status)")
    #expect(outcome.response?.header("RETRY-AFTER") == "7")
  }

  @Test("a redirect is an answer, and is not followed", arguments: [301, 302, 303, 307, 308])
  func redirect(status: Int) async throws {
    let target = try TestServer(answering: { _ in ok("followed") })
    let server = try TestServer(answering: { _ in
      "HTTP/1.1 \(status) Moved\r\nLocation: \(target.url)/\r\nContent-Length: 0\r\n\r\n"
    })
    let outcome = await caller.get(server.url)
    #expect(outcome.summary == "answered \(status)")
    #expect(outcome.response?.header("location") == "\(target.url)/")
    #expect(target.connections == 0)
    #expect(server.connections == 1)
  }

  @Test("a chunked answer is put together, its trailers are dropped")
  func chunked() async throws {
    let server = try TestServer(answering: { _ in
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "4\r\nWiki\r\n6;ext=1\r\npedia \r\n0\r\nX-Trailer: late\r\n\r\n"
    })
    let outcome = await caller.get(server.url)
    #expect(outcome.text == "Wikipedia ")
    #expect(outcome.response?.header("x-trailer") == nil)
  }

  @Test("interim answers are passed over, with their headers")
  func interim() async throws {
    let server = try TestServer(answering: { _ in
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
        + ok("done", "X-Final: 1\r\n")
    })
    let outcome = await caller.post(server.url)
    #expect(outcome.text == "done")
    #expect(outcome.response?.header("x-early") == nil)
    #expect(outcome.response?.header("x-final") == "1")
  }

  @Test("an answer that comes before the request is all sent is an answer")
  func earlyAnswer() async throws {
    let server = try TestServer { connection in
      _ = connection.read(count: 100)
      connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      connection.readToEnd()
    }
    let outcome = await caller.post(server.url, String(repeating: "x", count: 5_000_000))
    #expect(outcome.summary == "answered 413")
  }

  @Test("headers keep their order and repeats, and are found in whatever case")
  func headers() async throws {
    let server = try TestServer(answering: { _ in ok("", "A: 1\r\nb:\t2 \r\nA: 3\r\nEmpty:\r\n") })
    let response = await caller.get(server.url).response
    #expect(
      response?.headers == [
        HTTPHeader("Content-Length", "0"), HTTPHeader("A", "1"), HTTPHeader("b", "2"),
        HTTPHeader("A", "3"), HTTPHeader("Empty", ""),
      ])
    #expect(response?.header("a") == "1")
    #expect(response?.header("B") == "2")
    #expect(response?.header("c") == nil)
  }

  @Test("a hundred calls at once each get their own answer")
  func concurrent() async throws {
    let server = try TestServer(answering: { ok($0.path) })
    let texts = await withTaskGroup(of: (Int, String?).self) { group in
      for number in 0..<100 {
        group.addTask { (number, await caller.get("\(server.url)/\(number)").text) }
      }
      return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
    }
    #expect(texts == Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, "/\($0)") }))
  }

  @Test("one connection serves one call after another")
  func reuse() async throws {
    let server = try TestServer(answering: { ok($0.path) })
    for number in 0..<20 {
      #expect(await caller.post("\(server.url)/\(number)").text == "/\(number)")
    }
    #expect(server.connections == 1)
  }

  @Test("a connection that lay idle for too long is not used again")
  func idle() async throws {
    let server = try TestServer(answering: { ok($0.path) })
    let caller = CurlClient(CurlClient.Configuration(idleSeconds: 1))
    #expect(await caller.get("\(server.url)/1").text == "/1")
    try await Task.sleep(for: .milliseconds(2_100))  // libcurl counts idleness in whole seconds
    #expect(await caller.get("\(server.url)/2").text == "/2")
    #expect(server.connections == 2)
  }

  @Test("cancelling the task that waits does not cut the call off")
  func cancellation() async throws {
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let release = DispatchSemaphore(value: 0)
    let server = try TestServer { connection in
      _ = connection.readRequest()
      arrived.yield()
      release.wait()
      connection.send(ok("finished"))
    }
    let task = Task { await caller.post(server.url) }
    for await _ in arrivals { break }
    task.cancel()
    release.signal()
    #expect(await task.value.text == "finished")
  }

  @Test("a configured proxy gets the whole URL")
  func proxy() async throws {
    let proxy = try TestServer(answering: { ok($0.lines[0]) })
    let caller = CurlClient(CurlClient.Configuration(proxy: proxy.url))
    #expect(
      await caller.get("http://shop.example/x").text == "GET http://shop.example/x HTTP/1.1")
  }

  @Test(
    "where the status alone matters, a body that does not end costs nothing",
    arguments: ["Content-Length: 5000", "Transfer-Encoding: chunked"], [false, true])
  func endless(framing: String, hangsUp: Bool) async throws {
    let server = try TestServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n2\r\nok")
      if !hangsUp { _ = connection.readRequest() }
    }
    let request = HTTPRequest(method: "POST", url: server.url, body: [1])
    // Where the server hangs up, nobody waits so long.
    var limits = CallLimits(totalMilliseconds: hangsUp ? 5_000 : 3_000, cutsBody: true)
    guard case .answered(let response) = await caller.call(request, limits: limits) else {
      Issue.record("no answer")
      return
    }
    #expect(response.status == 200)
    // Where the body matters it is no answer.
    limits.cutsBody = false
    guard case .sentNoAnswer = await caller.call(request, limits: limits) else {
      Issue.record("an answer")
      return
    }
  }

  @Test(
    "a head that does not end is no answer",
    arguments: ["HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 103 Early Hints\r\n\r\n"])
  func endlessHead(text: String) async throws {
    let server = try TestServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send(text)
      _ = connection.readRequest()
    }
    let limits = CallLimits(totalMilliseconds: 3_000, cutsBody: true)
    let outcome = await caller.call(
      HTTPRequest(method: "POST", url: server.url, body: [1]), limits: limits)
    guard case .sentNoAnswer = outcome else {
      Issue.record("\(outcome)")
      return
    }
  }
}
