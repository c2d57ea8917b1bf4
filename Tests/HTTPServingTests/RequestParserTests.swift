import TestSupport
import Testing

@testable import HTTPServing

/// All steps that bytes come to, cut into pieces of the given lengths.
func steps(
  _ bytes: [UInt8], cutAt cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()
) -> [RequestParser.Step] {
  var parser = RequestParser(limits: limits)
  var steps: [RequestParser.Step] = []
  var start = 0
  for end in cuts + [bytes.count] {
    parser.append(Array(bytes[start..<end]).span)
    start = end
    taking: while true {
      switch parser.next() {
      case .incomplete: break taking
      case .request(let message): steps.append(.request(message))
      case .refused(let problem): return steps + [.refused(problem)]
      }
    }
  }
  return steps
}

extension RequestParser.Step {
  /// In the words of the cases.
  var verdict: RequestCase.Verdict? {
    switch self {
    case .incomplete: nil
    case .refused(let problem): .refused(problem.status.code)
    case .request(let message):
      message.persistence == .close ? .closed(message.summary) : .kept(message.summary)
    }
  }
}

extension RequestMessage {
  var summary: String { "\(method) \(path) \(String(decoding: body, as: UTF8.self))" }
}

@Suite("the request parser")
struct RequestParserTests {
  @Test("reads what is valid", arguments: RequestCase.valid)
  func valid(_ example: RequestCase) {
    #expect(steps(example.bytes).map(\.verdict) == [example.verdict])
  }

  @Test("refuses what is invalid or ambiguous, once", arguments: RequestCase.invalid)
  func invalid(_ example: RequestCase) {
    #expect(steps(example.bytes).map(\.verdict) == [example.verdict])
  }

  @Test("says the same however the bytes are cut", arguments: RequestCase.valid)
  func cutAnywhere(_ example: RequestCase) {
    let bytes = example.bytes + Array("GET /next HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    let whole = steps(bytes)
    #expect(whole.count == 2)
    for cut in 1..<bytes.count { #expect(steps(bytes, cutAt: [cut]) == whole) }
    #expect(steps(bytes, cutAt: Array(1..<bytes.count)) == whole)
  }

  @Test("refuses the same however the bytes are cut", arguments: RequestCase.invalid)
  func refusesCutAnywhere(_ example: RequestCase) {
    let whole = steps(example.bytes)
    let stride = max(1, example.bytes.count / 300)
    for cut in Swift.stride(from: 1, to: example.bytes.count, by: stride) {
      #expect(steps(example.bytes, cutAt: [cut]) == whole)
    }
    #expect(steps(example.bytes, cutAt: Array(1..<example.bytes.count)) == whole)
  }

  @Test("takes as much as the limits allow, and not a byte more")
  func limits() {
    var limits = HTTPLimits()
    limits.targetBytes = 10
    limits.headerBytes = 40
    limits.headerCount = 2
    limits.bodyBytes = 5
    func verdict(_ text: String) -> RequestCase.Verdict? {
      steps(latin1(text), limits: limits).first?.verdict
    }
    let rest = " HTTP/1.1\r\nHost: a\r\n\r\n"
    #expect(verdict("GET /234567890" + rest) == .kept("GET /234567890 "))
    #expect(verdict("GET /2345678901" + rest) == .refused(414))
    // "Host: a" and its CRLF are 9 bytes, the other line 29, the last CRLF 2.
    let line = "X: " + String(repeating: "y", count: 24)
    #expect(verdict("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n") == .kept("GET / "))
    #expect(verdict("GET / HTTP/1.1\r\nHost: a\r\n\(line)y\r\n\r\n") == .refused(431))
    #expect(verdict("GET / HTTP/1.1\r\nHost: a\r\nX:y\r\n\r\n") == .kept("GET / "))
    #expect(verdict("GET / HTTP/1.1\r\nHost: a\r\nX:y\r\nZ:y\r\n\r\n") == .refused(431))
    let post = "POST / HTTP/1.1\r\nHost: a\r\n"
    #expect(verdict(post + "Content-Length:5\r\n\r\nabcde") == .kept("POST / abcde"))
    #expect(verdict(post + "Content-Length:6\r\n\r\n") == .refused(413))
    let chunked = "POST / HTTP/1.1\r\nHost:a\r\nTransfer-Encoding:chunked\r\n\r\n"
    #expect(verdict(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") == .kept("POST / abcde"))
    #expect(verdict(chunked + "3\r\nabc\r\n3\r\n") == .refused(413))
  }

  @Test("puts the authority of an absolute target in place of Host")
  func absoluteForm() throws {
    let text = "GET http://b:81/c HTTP/1.1\r\nHost: a\r\n\r\n"
    guard case .request(let message) = try #require(steps(latin1(text)).first) else {
      Issue.record("refused")
      return
    }
    #expect(message.headers.values(of: "host") == ["b:81"])
    #expect(message.target == "http://b:81/c")
  }

  @Test("keeps headers in order, as they were written, without the space around values")
  func headers() throws {
    let text =
      "GET /?a=1&b HTTP/1.1\r\nHost: a\r\nX-One:  1 \r\nx-one: 2\r\nY: \u{C3}\u{A9}\r\n\r\n"
    guard case .request(let message) = try #require(steps(latin1(text)).first) else {
      Issue.record("refused")
      return
    }
    #expect(message.headers.fields.map(\.name) == ["Host", "X-One", "x-one", "Y"])
    #expect(message.headers.values(of: "X-ONE") == ["1", "2"])
    #expect(message.headers["y"] == "é")
    #expect(message.query["a"] == "1")
    #expect(message.query["b"] == "")
  }

  @Test("reads one request after the other")
  func pipeline() {
    let text = RequestCase.valid.filter { if case .kept = $0.verdict { true } else { false } }
    let all = steps(text.flatMap(\.bytes))
    #expect(all.map(\.verdict) == text.map(\.verdict))
  }

  @Test("counts every limit anew for each request of a connection")
  func limitsAnew() {
    var limits = HTTPLimits()
    limits.headerBytes = 60
    limits.headerCount = 2
    limits.chunkExtensionBytes = 5
    let one =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "1;abcd\r\nx\r\n0\r\nX: 12345678901234567890\r\nY: 2\r\n\r\n"
    let all = steps(latin1(String(repeating: one, count: 3)), limits: limits)
    #expect(all.map(\.verdict) == [.kept("POST / x"), .kept("POST / x"), .kept("POST / x")])
  }

  @Test("tells when a client waits for 100 Continue")
  func continues() {
    let head = latin1(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
    var parser = RequestParser()
    parser.append(head.span)
    #expect(!parser.awaitsContinue)
    #expect(parser.next() == .incomplete)
    #expect(parser.awaitsContinue && parser.isReadingBody)
    parser.append([UInt8(ascii: "h")].span)
    #expect(parser.next() == .incomplete)
    #expect(!parser.awaitsContinue)

    var eager = RequestParser()
    eager.append((head + latin1("h")).span)
    #expect(eager.next() == .incomplete)
    #expect(!eager.awaitsContinue)

    var empty = RequestParser()
    empty.append(latin1("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").span)
    #expect(empty.next().verdict == .kept("GET / "))
    #expect(!empty.awaitsContinue)
  }
}
