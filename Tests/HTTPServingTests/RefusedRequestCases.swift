extension RequestCase {
  /// Whatever RFC 9112 calls invalid or ambiguous.
  static let invalid: [RequestCase] = lines + badTargets + badHosts + fields + framings + chunks

  private static let lines: [RequestCase] = [
    .init("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", .refused(400)),
    .init("bare LF after a header", "GET / HTTP/1.1\r\nHost: a\n\r\n", .refused(400)),
    .init("bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", .refused(400)),
    .init("a bare LF first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("bare CR in the request line", "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("CR twice", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .refused(400)),
    .init("NUL in the request line", "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("a TLS hello", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", .refused(400)),
    .init("HTTP/0.9", "GET /\r\n\r\n", .refused(400)),
    .init("a space first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("a space last", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .refused(400)),
    .init("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("tabs for spaces", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("an empty target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("a method beyond ASCII", "G\u{C9}T / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("a version of three digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", .refused(400)),
    .init("a version without a dot", "GET / HTTP/1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("another protocol", "GET / XTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
    .init("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", .refused(505)),
    .init("HTTP/0.9 by name", "GET / HTTP/0.9\r\n\r\n", .refused(505)),
    .init("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .refused(505)),
  ]

  private static let badTargets: [RequestCase] =
    [
      "a", "*", "a:80", "ftp://a/", "http:///x", "http://", "http://u@a/", "http://a:x/",
      "/a#b", "/a?b#c", "/%", "/%4", "/%4g", "/%zz", "/a?%", "/a?%f", "/a?%ff", "/\"", "/<", "/>",
      "/\\", "/^", "/`", "/{", "/|", "/[", "/a?{", "/a?|", "/\u{E9}", "/a?\u{E9}",
      "/\u{7F}", "/a\tb", "http://a b/",
    ].map { .target("target \($0.debugDescription)", $0, .refused(400)) } + [
      .init("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", .refused(501)),
      .init("OPTIONS of an authority", "OPTIONS a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
      .target("a long target", "/" + String(repeating: "a", count: 8_192), .refused(414)),
      .init("an endless target", "GET /" + String(repeating: "a", count: 9_000), .refused(414)),
      .init("an endless method", String(repeating: "A", count: 9_000), .refused(414)),
    ]

  private static let badHosts: [RequestCase] =
    [
      "", " ", "a b", "a/b", "u@a", "a,b c", "a:b", "a:123456", "a:80:80", "[::1", "[]", "[g::1]",
      "[::1]x", "[::1]:x", "::1", "a#b", "a?b", "a\\b", "%", "%4", "%zz", "\u{E9}", "a\"b", "<a>",
      "[1.2.3.4]",
    ].map {
      .init(
        "Host \($0.debugDescription)", "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n", .refused(400))
    } + [
      .init("no Host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", .refused(400)),
      .init("no header at all", "GET / HTTP/1.1\r\n\r\n", .refused(400)),
      .header("Host twice", "Host: a", .refused(400)),
      .header("Host twice, in another case", "hOsT: b", .refused(400)),
      .init("HTTP/1.0, Host twice", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .refused(400)),
      .init("absolute form without Host", "GET http://a/ HTTP/1.1\r\n\r\n", .refused(400)),
    ]

  private static let fields: [RequestCase] = [
    .header("space before the colon", "X : y", .refused(400)),
    .header("tab before the colon", "X\t: y", .refused(400)),
    .header("no colon", "X", .refused(400)),
    .header("no name", ": y", .refused(400)),
    .header("a space in a name", "X Y: z", .refused(400)),
    .header("a separator in a name", "X(Y): z", .refused(400)),
    .header("a name beyond ASCII", "\u{E9}: z", .refused(400)),
    .header("a folded line", "X: a\r\n b", .refused(400)),
    .header("a line folded with a tab", "X: a\r\n\tb", .refused(400)),
    .header("a folded line of blanks", "X: a\r\n \t ", .refused(400)),
    .header("NUL in a value", "X: a\u{0}b", .refused(400)),
    .header("bare CR in a value", "X: a\rb", .refused(400)),
    .header("bare LF in a value", "X: a\nb", .refused(400)),
    .header("a control in a value", "X: a\u{1}b", .refused(400)),
    .header("DEL in a value", "X: a\u{7F}b", .refused(400)),
    .header("NUL in a name", "X\u{0}: y", .refused(400)),
    .init("space before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", .refused(400)),
    .header("a long value", "X: " + String(repeating: "a", count: 16_384), .refused(431)),
    .init(
      "an endless header", "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 17_000),
      .refused(431)),
    .header(
      "101 headers", (0..<100).map { "X\($0): y" }.joined(separator: "\r\n"), .refused(431)),
    .header("another expectation", "Expect: 200-ok", .refused(417)),
    .header("two expectations", "Expect: 100-continue, x", .refused(417)),
    .header("Expect twice", "Expect: 100-continue\r\nExpect: 100-continue", .refused(417)),
  ]

  private static let framings: [RequestCase] =
    [
      "-1", "+5", "5 5", "5,5", "5, 5", "0x5", "5.0", "5e0", "", "a", "5;", "\u{FF}", "5 ,",
      "9223372036854775808", "18446744073709551621", "99999999999999999999999999",
    ].map { .framed("a length of \($0.debugDescription)", "Content-Length: \($0)", .refused(400)) }
    + [
      .framed("the same length twice", "Content-Length: 5\r\nContent-Length: 5", .refused(400)),
      .framed("two lengths", "Content-Length: 5\r\ncontent-length: 6", .refused(400)),
      .framed("too long a body", "Content-Length: 65537", .refused(413)),
      .framed("far too long a body", "Content-Length: 9223372036854775807", .refused(413)),
      .framed("CL.TE", "Content-Length: 5\r\nTransfer-Encoding: chunked", .refused(400)),
      .framed("TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 5", .refused(400)),
      .framed("zero CL.TE", "Content-Length: 0\r\nTransfer-Encoding: chunked", .refused(400)),
      .framed("CL with unknown TE", "Content-Length: 5\r\nTransfer-Encoding: x", .refused(400)),
      .framed("space before TE's colon", "Transfer-Encoding : chunked", .refused(400)),
      .framed("space before CL's colon", "Content-Length : 5", .refused(400)),
      .framed("TE folded", "Transfer-Encoding:\r\n chunked", .refused(400)),
      .framed("an unknown coding first", "Transfer-Encoding: gzip, chunked", .refused(501)),
      .framed(
        "an unknown coding in its own line",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", .refused(501)),
      .init(
        "chunked in HTTP/1.0",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .refused(400)),
    ]
    + [
      "gzip", "identity", "xchunked", "chunkedx", "chunked, gzip", "chunked, chunked", "",
      ", chunked", "chunked,", "gzip,, chunked", "chunked;q=1", "\"chunked\"", "\u{B}chunked",
      "chunked\u{0}", "c hunked", "chunked\r\nTransfer-Encoding: chunked",
      "chunked\r\nTransfer-Encoding: identity", "chunked\r\nTransfer-Encoding:",
    ].map { .framed("coding \($0.debugDescription)", "Transfer-Encoding: \($0)", .refused(400)) }

  private static let chunks: [RequestCase] =
    [
      "", " 2", "2 ", "2 x", "0x2", "+2", "-2", "g", "2\u{0}", "2,", "\u{FF}", ";a", "2 \t",
      "ffffffffffffffff1", "8000000000000000", "2;a\u{0}b", "2;a\u{1}",
    ].map {
      .chunked("chunk size \($0.debugDescription)", "\($0)\r\nhi\r\n0\r\n\r\n", .refused(400))
    }
    + [
      .chunked("LF after a chunk size", "2\nhi\r\n0\r\n\r\n", .refused(400)),
      .chunked("LF in an extension", "2;a\nhi\r\n0\r\n\r\n", .refused(400)),
      .chunked("CR in an extension", "2;a\rb\r\nhi\r\n0\r\n\r\n", .refused(400)),
      .chunked("LF after chunk data", "2\r\nhi\n0\r\n\r\n", .refused(400)),
      .chunked("a chunk longer than its size", "2\r\nhij\r\n0\r\n\r\n", .refused(400)),
      .chunked("a chunk shorter than its size", "3\r\nhi\r\n0\r\n\r\n", .refused(400)),
      .chunked("no CRLF after chunk data", "2\r\nhi0\r\n\r\n", .refused(400)),
      .chunked("a chunk beyond the limit", "10001\r\n", .refused(413)),
      .chunked("a huge chunk", "7fffffffffffffff\r\n", .refused(413)),
      .chunked("a long extension", "1;" + String(repeating: "a", count: 2_000), .refused(400)),
      .chunked(
        "many extensions", String(repeating: "1;aaaaaaaaaa\r\nx\r\n", count: 100), .refused(400)),
      .chunked("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n", .refused(400)),
      .chunked("a trailer without a colon", "0\r\nX\r\n\r\n", .refused(400)),
      .chunked("LF in trailers", "0\r\nX: y\n\r\n", .refused(400)),
      .chunked("LF as the end of trailers", "0\r\n\n", .refused(400)),
      .chunked(
        "a long trailer", "0\r\nX: " + String(repeating: "a", count: 17_000), .refused(431)),
      .chunked("many trailers", "0\r\n" + String(repeating: "X: y\r\n", count: 101), .refused(431)),
    ]
}
