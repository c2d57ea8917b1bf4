import TestSupport
import Testing

/// Bytes that a client may send, and what they come to.
struct RequestCase: Sendable, CustomTestStringConvertible {
  enum Verdict: Equatable, Sendable {
    /// Accepted as this method, path and body; the connection stays open.
    case kept(String)
    /// Accepted, and the connection is closed after the answer.
    case closed(String)
    /// Refused with this status, and closed.
    case refused(Int)
  }

  let name: String
  let bytes: [UInt8]
  let verdict: Verdict

  init(_ name: String, _ text: String, _ verdict: Verdict) {
    self.name = name
    bytes = latin1(text)
    self.verdict = verdict
  }

  /// A GET with a header line more.
  static func header(_ name: String, _ line: String, _ verdict: Verdict) -> RequestCase {
    RequestCase(name, "GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n", verdict)
  }

  /// A GET of a target.
  static func target(_ name: String, _ target: String, _ verdict: Verdict) -> RequestCase {
    RequestCase(name, "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", verdict)
  }

  /// A chunked POST with this body.
  static func chunked(_ name: String, _ body: String, _ verdict: Verdict) -> RequestCase {
    RequestCase(
      name, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)", verdict)
  }

  /// A POST whose framing is given.
  static func framed(_ name: String, _ lines: String, _ verdict: Verdict) -> RequestCase {
    RequestCase(name, "POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\nabcde", verdict)
  }

  var testDescription: String { name }
}

extension RequestCase {
  static let valid: [RequestCase] = messages + targets + hosts + bodies

  private static let messages: [RequestCase] = [
    .init("a plain GET", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", .kept("GET / ")),
    .init("an empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .kept("GET / ")),
    .init("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", .closed("GET / ")),
    .init("HTTP/1.0 kept", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", .kept("GET / ")),
    .init("HTTP/1.9 is 1.1", "GET / HTTP/1.9\r\nHost: a\r\n\r\n", .kept("GET / ")),
    .init(
      "any token is a method", "M-SEARCH!# / HTTP/1.1\r\nHost: a\r\n\r\n", .kept("M-SEARCH!# / ")),
    .header("Connection: close", "Connection: close", .closed("GET / ")),
    .header("close in a list", "Connection: x , CLOSE", .closed("GET / ")),
    .header("close beats keep-alive", "Connection: keep-alive, close", .closed("GET / ")),
    .header("space around a value", "X: \t a b \t ", .kept("GET / ")),
    .header("no space before a value", "X:a", .kept("GET / ")),
    .header("an empty value", "X:", .kept("GET / ")),
    .header("bytes beyond ASCII in a value", "X: \u{E9}\u{FF}", .kept("GET / ")),
    .header("every token character in a name", "!#$%&'*+-.^_`|~09azAZ: x", .kept("GET / ")),
    .header("an unknown Connection option", "Connection: upgrade", .kept("GET / ")),
  ]

  private static let targets: [RequestCase] = [
    .target("a path", "/v1/payins/a-b_c.~d", .kept("GET /v1/payins/a-b_c.~d ")),
    .target("every character of a path", "/!$&'()*+,;=:@", .kept("GET /!$&'()*+,;=:@ ")),
    .target("percent-encoding", "/%41%2f%C3%a9", .kept("GET /%41%2f%C3%a9 ")),
    .target("a query", "/a?b=c&d=/?", .kept("GET /a ")),
    .target("an empty query", "/a?", .kept("GET /a ")),
    .target("empty segments", "//a//", .kept("GET //a// ")),
    .target("absolute form", "http://b:80/c?d", .kept("GET /c ")),
    .target("absolute form without a path", "HTTP://b", .kept("GET / ")),
    .target("absolute form, query only", "https://b?c=d", .kept("GET / ")),
    .init(
      "OPTIONS of the server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", .kept("OPTIONS * ")),
  ]

  private static let hosts: [RequestCase] = [
    "a", "example.com:8080", "127.0.0.1", "[::1]", "[::ffff:1.2.3.4]:443", "a_b-c.d", "a:", "%41",
  ].map { host in
    .init("Host \(host)", "GET / HTTP/1.1\r\nHOST:\(host)\r\n\r\n", .kept("GET / "))
  }

  private static let bodies: [RequestCase] = [
    .framed("Content-Length", "Content-Length: 5", .kept("POST / abcde")),
    .framed("leading zeros", "Content-Length: 0005", .kept("POST / abcde")),
    .init(
      "a length of zero", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      .kept("POST / ")),
    .init(
      "a body with CR, LF and NUL",
      "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n\r\n\u{0}\n\r",
      .kept("PUT /x \r\n\u{0}\n\r")),
    .init(
      "a GET with a body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
      .kept("GET / hi")),
    .init(
      "HTTP/1.0 with a body", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
      .closed("POST / hi")),
    .init(
      "HTTP/1.0 ignores expectations",
      "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
      .closed("POST / hi")),
    .chunked("chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", .kept("POST / abcde")),
    .chunked("no chunk but the last", "0\r\n\r\n", .kept("POST / ")),
    .chunked(
      "sizes in either case", "A\r\n0123456789\r\n0a\r\n0123456789\r\n00\r\n\r\n",
      .kept("POST / 01234567890123456789")),
    .chunked("chunk extensions", "2;a;b=c;d=\"e f\"\r\nhi\r\n0;x\r\n\r\n", .kept("POST / hi")),
    .chunked("space before an extension", "2 \t;a\r\nhi\r\n0\r\n\r\n", .kept("POST / hi")),
    .chunked("trailers", "2\r\nhi\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n", .kept("POST / hi")),
    .init(
      "chunked in another case",
      "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding:\tCHUNKED \r\n\r\n1\r\nx\r\n0\r\n\r\n",
      .kept("POST / x")),
  ]
}
