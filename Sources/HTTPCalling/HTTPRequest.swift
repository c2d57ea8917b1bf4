/// A request as the caller states it. The transport adds only what it needs itself: `Host`,
/// `Content-Length`, `Accept` and `Accept-Encoding: identity`, and under HTTP/1.1 `Connection`.
public struct HTTPRequest: Sendable, Equatable, Redacted {
  /// GET, HEAD, POST, PUT, PATCH or DELETE.
  public var method: String
  /// Absolute, `https://` or `http://`, in ASCII (percent-encoded, host names in Punycode), without
  /// user or password.
  public var url: String
  /// In the order in which they are sent.
  public var headers: [HTTPHeader]
  /// Sent as it is. GET and HEAD carry none.
  public var body: [UInt8]

  public init(method: String, url: String, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// Without query, header values and body.
  public var description: String {
    let address = Substring(url.utf8.prefix { $0 != UInt8(ascii: "?") })
    return "\(method) \(address) (\(headers.count) headers, \(body.count) bytes)"
  }
}
