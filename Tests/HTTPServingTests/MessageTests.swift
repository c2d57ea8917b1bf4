import TestSupport
import Testing

@testable import HTTPServing

@Suite("the parts of messages")
struct MessageTests {
  @Test("compares header names without case and keeps their order")
  func headers() {
    var headers: Headers = ["A": "1", "b": "2", "a": "3"]
    #expect(headers["a"] == "1" && headers["B"] == "2" && headers["c"] == nil)
    #expect(headers.values(of: "A") == ["1", "3"])
    headers["A"] = "4"
    #expect(headers.fields.map(\.name) == ["b", "A"])
    headers["B"] = nil
    headers.append("a", "5")
    #expect(headers.values(of: "a") == ["4", "5"])
    // '@' and '`' differ in the bit that tells letters' case apart, and are no letters.
    #expect(Headers(["X-@": "1"])["x-`"] == nil)
  }

  @Test(
    "decodes queries as forms are",
    arguments: [
      ("a=1&b=2", ["a=1", "b=2"]), ("a", ["a="]), ("a=", ["a="]), ("=a", ["=a"]),
      ("&&a=1&", ["a=1"]),
      ("a=b=c", ["a=b=c"]), ("a+b=c+d", ["a b=c d"]), ("a%2Bb=%26%3D", ["a+b=&="]),
      ("a=1&a=2", ["a=1", "a=2"]), ("%C3%A9=%F0%9F%92%B6", ["é=💶"]), ("", []),
    ])
  func query(raw: String, items: [String]) throws {
    let query = try Query(raw)
    #expect(query.items.map { "\($0.name)=\($0.value)" } == items)
  }

  @Test(
    "refuses queries that cannot be decoded", arguments: ["%", "a=%4", "%zz", "a=%ff", "%C3=1"])
  func badQuery(raw: String) {
    #expect(throws: Problem.self) { try Query(raw) }
  }

  @Test("looks query values up by name")
  func queryLookup() throws {
    let query = try Query("status=a&limit=5&status=b")
    #expect(query["status"] == "a" && query["cursor"] == nil)
    #expect(query.values(of: "status") == ["a", "b"])
  }

  @Test("writes a problem as RFC 9457 asks, with what the house adds")
  func problem() throws {
    let problem = Problem.invalidRequest(
      "two \"fields\"\u{1} are wrong",
      errors: [.init(pointer: "/a~1b", detail: "too\nlong"), .init(pointer: "", detail: "é")])
    let response = problem.response(requestID: "req_1")
    #expect(response.headers["content-type"] == "application/problem+json")
    #expect(
      String(decoding: response.body, as: UTF8.self) == #"{"type":"about:blank","#
        + #""title":"Bad Request","status":400,"detail":"two \"fields\"\u0001 are wrong","#
        + #""code":"invalid_request","outcome":"none","request_id":"req_1","errors":[{"pointer":"/a~1b","#
        + #""detail":"too\nlong"},{"pointer":"","detail":"é"}]}"#)
    let plain = Problem(.conflict, code: "x", title: "T", detail: "d", retryAfterSeconds: 3)
    let text = String(decoding: plain.response(requestID: "r").body, as: UTF8.self)
    #expect(text.contains("\"title\":\"T\"") && !text.contains("errors"))
    #expect(plain.response(requestID: "r").headers["Retry-After"] == "3")
  }

  @Test("knows the phrase of every status it names, and takes only final ones")
  func statuses() throws {
    for code in 200...599 {
      #expect(HTTPStatus(code: code)?.code == code)
    }
    for code in [-1, 0, 99, 100, 199, 600, 1_000] { #expect(HTTPStatus(code: code) == nil) }
    #expect(HTTPStatus.headerFieldsTooLarge.reason == "Request Header Fields Too Large")
    #expect(HTTPStatus(code: 299)?.reason == "")
    let named: [HTTPStatus] = [
      .ok, .created, .accepted, .noContent, .seeOther, .notModified, .badRequest, .unauthorized,
      .forbidden, .notFound, .methodNotAllowed, .requestTimeout, .conflict, .gone,
      .contentTooLarge, .uriTooLong, .unsupportedMediaType, .expectationFailed,
      .unprocessableContent, .tooManyRequests, .headerFieldsTooLarge, .internalServerError,
      .notImplemented, .badGateway, .serviceUnavailable, .gatewayTimeout,
      .httpVersionNotSupported,
    ]
    for status in named { #expect(!status.reason.isEmpty, "\(status.code)") }
  }

  private func head(_ response: Response, isHead: Bool = false) throws -> [Substring] {
    let answer = try PreparedAnswer(response, id: "req_1", isHead: isHead)
    let bytes = answer.head(date: "DATE", persistence: .close)
    #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\r\n"))
    return String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
  }

  @Test("writes an answer's head, and lets nobody else speak for the server")
  func answerHead() throws {
    let response = Response(
      .ok,
      headers: [
        "X": "1", "content-length": "7", "Transfer-Encoding": "chunked", "connection": "upgrade",
        "DATE": "x", "Request-ID": "mine", "Keep-Alive": "1", "Y": "é",
      ], body: [1, 2])
    #expect(
      try head(response) == [
        "HTTP/1.1 200 OK", "X: 1", "Y: é", "Request-Id: req_1",
        "X-Content-Type-Options: nosniff", "Content-Length: 2", "Date: DATE",
        "Connection: close",
      ])
  }

  @Test("sends no body for HEAD, 204 and 304, and no length for the latter")
  func bodies() throws {
    let body = try PreparedAnswer(Response(.ok, body: [1]), id: "r", isHead: true).body
    #expect(body.isEmpty)
    #expect(try head(Response(.ok, body: [1]), isHead: true).contains("Content-Length: 1"))
    for status in [HTTPStatus.noContent, .notModified] {
      let answer = try PreparedAnswer(Response(status, body: [1]), id: "r", isHead: false)
      #expect(answer.body.isEmpty)
      #expect(try !head(Response(status, body: [1])).contains { $0.hasPrefix("Content-Length") })
    }
    #expect(try head(Response(.created)).contains("Content-Length: 0"))
  }

  @Test(
    "writes dates as HTTP does",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"),
      (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ])
  func dates(seconds: Int64, text: String) {
    #expect(HTTPDate.text(unixSeconds: seconds) == text)
  }

  @Test("makes request ids out of the random bytes it is given, each byte used once")
  func requestIDs() {
    var source = RequestIDSource { count in (0..<count).map { UInt8(truncatingIfNeeded: $0) } }
    #expect(source.next() == "req_000g40r40m30e209")
    #expect(source.next() == "req_185gr38e1w8124gk")
    var zeros = RequestIDSource { [UInt8](repeating: 255, count: $0) }
    #expect(zeros.next() == "req_zzzzzzzzzzzzzzzz")
  }

  @Test("keeps output in order through partial sends")
  func output() {
    var random = SeededRandom(seed: 5)
    var queue = OutputQueue()
    var expected: [UInt8] = []
    var sent: [UInt8] = []
    for round in 0..<2_000 {
      let size = Int.random(in: 0...(round % 50 == 0 ? 40_000 : 300), using: &random)
      let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &+ round) }
      queue.append(piece)
      expected += piece
      while !queue.isEmpty, Bool.random(using: &random) {
        let window = queue.first.dropFirst(queue.offset) + queue.second
        #expect(!queue.first.dropFirst(queue.offset).isEmpty)
        let part = window.prefix(Int.random(in: 1...window.count, using: &random))
        sent += part
        queue.drop(part.count)
      }
    }
    while !queue.isEmpty {
      let part = Array(queue.first.dropFirst(queue.offset))
      sent += part
      queue.drop(part.count)
    }
    #expect(sent == expected)
  }

  @Test("gives deadlines back by their time")
  func deadlines() {
    var random = SeededRandom(seed: 9)
    var queue = DeadlineQueue()
    let times = (0..<500).map { _ in Int64.random(in: 0...100, using: &random) }
    for (token, time) in times.enumerated() { queue.insert(UInt64(token), due: time) }
    #expect(queue.next == times.min())
    #expect(queue.takeDue(at: -1) == nil)
    var taken: [Int64] = []
    for time in Int64(0)...100 {
      while let entry = queue.takeDue(at: time) {
        #expect(entry.due == time && times[Int(entry.token)] == time)
        taken.append(entry.due)
      }
    }
    #expect(taken == times.sorted())
    #expect(queue.next == nil)
  }
}
