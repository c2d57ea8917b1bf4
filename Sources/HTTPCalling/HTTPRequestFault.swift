extension HTTPRequest {
  /// Why this request must not be sent, in one sentence that shows no header value; nil where it
  /// may be. Whatever could end a line early and smuggle a header or a second request is refused.
  var fault: String? {
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    guard methods.contains(method) else { return "the method must be one of \(methods)" }
    guard body.isEmpty || (method != "GET" && method != "HEAD") else {
      return "\(method) carries no body"
    }
    guard url.utf8.count <= 8_192, url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      return "the URL must be at most 8192 visible ASCII characters"
    }
    // All of it is ASCII.
    let start = url.prefix(8).lowercased().utf8
    guard start.starts(with: "https://".utf8) || start.starts(with: "http://".utf8) else {
      return "the URL must begin with https:// or http://"
    }
    return headers.lazy.compactMap(\.fault).first
  }

  /// Whether repeating it changes nothing (RFC 9110 9.2.1, safe methods).
  var isSafe: Bool { method == "GET" || method == "HEAD" }
}

extension HTTPHeader {
  fileprivate var fault: String? {
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
      return "a header name has characters that are not allowed"
    }
    guard !Self.ofTransport.contains(name.lowercased()) else {
      return "the header \(name) belongs to the transport"
    }
    guard value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }) else {
      return "the value of the header \(name) has control characters"
    }
    return nil
  }

  /// What frames a message or governs its connection: libcurl's to set.
  private static let ofTransport: Set<String> = [
    "accept-encoding", "connection", "content-length", "expect", "host", "http2-settings",
    "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
  ]

  /// RFC 9110 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
