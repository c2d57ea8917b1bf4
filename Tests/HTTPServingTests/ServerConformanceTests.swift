import Foundation
import TestSupport
import Testing

@testable import HTTPServing

@Suite("the server, byte by byte")
struct ServerConformanceTests {
  /// One for all cases; it serves until the process ends. A client that waits for the end sees it
  /// when the answer is complete, not when the server tires of lingering.
  private static let live = Result {
    try LiveServer(configure: { $0.deadlines.lingerMilliseconds = 600_000 })
  }

  @Test("answers what is valid, and keeps or closes the connection", arguments: RequestCase.valid)
  func valid(_ example: RequestCase) async throws {
    let port = try Self.live.get().port
    let probe = "GET /probe HTTP/1.1\r\nHost: a\r\n\r\n"
    try await withClient(port) { client in
      try client.send(example.bytes)
      let answer = try client.readAnswer()
      #expect(answer.status == 200)
      switch example.verdict {
      case .kept(let summary):
        #expect(answer.text == summary)
        try client.send(probe)
        #expect(try client.readAnswer().text == "GET /probe ")
      case .closed(let summary):
        #expect(answer.text == summary)
        #expect(answer.headers["connection"] == "close")
        #expect(try client.isClosed())
      case .refused: Issue.record("not a valid case")
      }
    }
  }

  @Test("gives what is invalid one problem and closes", arguments: RequestCase.invalid)
  func invalid(_ example: RequestCase) async throws {
    let port = try Self.live.get().port
    try await withClient(port) { client in
      try client.send(example.bytes)
      let answer = try client.readAnswer()
      #expect(example.verdict == .refused(answer.status))
      #expect(answer.headers["content-type"] == "application/problem+json")
      #expect(answer.headers["connection"] == "close")
      #expect(try client.isClosed())
    }
  }

  @Test(
    "does not serve what is smuggled behind a refused request",
    arguments: [
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nAAAAA\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \n\r\n",
    ])
  func smuggling(_ text: String) async throws {
    let port = try Self.live.get().port
    try await withClient(port) { client in
      try client.send(text + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
      let all = String(decoding: try client.readToEnd(), as: UTF8.self)
      #expect(all.hasPrefix("HTTP/1.1 400 "))
      #expect(all.components(separatedBy: "HTTP/1.1 ").count == 2)
      #expect(!all.contains("smuggled"))
    }
  }

  @Test("gives HEAD the headers of GET and no body")
  func head() async throws {
    let port = try Self.live.get().port
    try await withClient(port) { client in
      try client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n")
      let head = try client.readAnswer(isHead: true)
      #expect(head.headers["content-length"] == "8")
      #expect(try client.readAnswer().text == "GET /y ")
    }
  }

  @Test("tells a client to continue before it takes the body")
  func hundredContinue() async throws {
    let port = try Self.live.get().port
    try await withClient(port) { client in
      try client.send(
        "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
      #expect(try client.readHead() == "HTTP/1.1 100 Continue\r\n\r\n")
      try client.send("hi")
      #expect(try client.readAnswer().text == "POST /x hi")
    }
  }

  @Test("gives every answer a date, a length and a request id of its own")
  func ownHeaders() async throws {
    let live = try LiveServer(configure: { $0.unixSeconds = { 784_111_777 } })
    let ids = try await withClient(live.port) { client in
      try (0..<3).map { _ in
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try client.readAnswer()
        #expect(answer.headers["date"] == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(answer.headers["connection"] == nil)
        return answer.headers["request-id"] ?? ""
      }
    }
    #expect(Set(ids).count == 3)
    #expect(ids.allSatisfy { $0.hasPrefix("req_") && $0.utf8.count == 20 })
  }
}
