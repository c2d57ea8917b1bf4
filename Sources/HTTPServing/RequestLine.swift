/// The first line of a request (RFC 9112 section 3).
struct RequestLine: Equatable {
  let method: HTTPMethod
  let target: String
  let path: String
  let query: Query
  /// The authority of a target in absolute form, which stands in for the `Host` field.
  let authority: String?
  /// HTTP/1.0: closes by default, has neither chunks nor expectations.
  let isLegacy: Bool

  init(_ line: ArraySlice<UInt8>, limits: HTTPLimits) throws(Problem) {
    let space = UInt8(ascii: " ")
    guard let first = line.firstIndex(of: space), let last = line.lastIndex(of: space),
      first < last
    else { throw .invalidRequest("the request line is not METHOD TARGET VERSION") }
    let method = line[..<first]
    guard !method.isEmpty, ByteSet.token.containsAll(method) else {
      throw .invalidRequest("the method is not a token")
    }
    isLegacy = try Self.isLegacy(version: line[(last + 1)...])
    self.method = HTTPMethod(rawValue: String(decoding: method, as: UTF8.self))
    let bytes = line[(first + 1)..<last]
    guard bytes.count <= limits.targetBytes else {
      throw .uriTooLong(bytes: limits.targetBytes)
    }
    let target = try RequestTarget(bytes, method: self.method)
    self.target = String(decoding: bytes, as: UTF8.self)
    path = target.path
    query = target.query
    authority = target.authority
  }

  /// Any HTTP/1.x from 1.1 on is handled as 1.1 (RFC 9110 section 2.5).
  private static func isLegacy(version: ArraySlice<UInt8>) throws(Problem) -> Bool {
    let digits = version.suffix(3)
    guard version.count == 8, version.starts(with: "HTTP/".utf8), let major = digits.first,
      let minor = digits.last, major.isDigit, minor.isDigit,
      digits.dropFirst().first == UInt8(ascii: ".")
    else { throw .invalidRequest("the request line does not end in an HTTP version") }
    guard major == UInt8(ascii: "1") else { throw .httpVersionNotSupported }
    return minor == UInt8(ascii: "0")
  }
}
