/// The target of a request in one of its forms (RFC 9112 section 3.2), every byte checked.
struct RequestTarget: Equatable {
  var path: String
  var query = Query()
  var authority: String?

  init(_ bytes: ArraySlice<UInt8>, method: HTTPMethod) throws(Problem) {
    guard method != .connect else { throw .notImplemented("this server is no proxy") }
    if bytes.first == UInt8(ascii: "/") {
      (path, query) = try Self.pathAndQuery(bytes)
    } else if bytes.elementsEqual("*".utf8) {
      guard method == .options else {
        throw .invalidRequest("only OPTIONS may have the target *")
      }
      path = "*"
    } else if let rest = Self.afterScheme(bytes) {
      let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
      let authority = rest[..<(end ?? rest.endIndex)]
      guard Authority.isValid(authority) else {
        throw .invalidRequest("the authority of the request target is invalid")
      }
      self.authority = String(decoding: authority, as: UTF8.self)
      (path, query) = try Self.pathAndQuery(rest[authority.endIndex...])
    } else {
      throw .invalidRequest("the request target is neither a path nor an http URI")
    }
  }

  /// What follows `http://` or `https://`.
  private static func afterScheme(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    if bytes.prefix(7).isSameIgnoringCase(as: "http://") { return bytes.dropFirst(7) }
    if bytes.prefix(8).isSameIgnoringCase(as: "https://") { return bytes.dropFirst(8) }
    return nil
  }

  private static func pathAndQuery(
    _ bytes: ArraySlice<UInt8>
  ) throws(Problem) -> (String, Query) {
    let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
    let path = bytes[..<mark]
    let query = bytes[mark...].dropFirst()
    guard ByteSet.path.containsAll(path), ByteSet.query.containsAll(query) else {
      throw .invalidRequest("the request target holds a character that must be percent-encoded")
    }
    guard PercentCoding.isValid(path), PercentCoding.isValid(query) else {
      throw .invalidRequest("the request target holds an invalid percent-encoding")
    }
    let text = path.isEmpty ? "/" : String(decoding: path, as: UTF8.self)
    guard !query.isEmpty else { return (text, Query()) }
    return (text, try Query(String(decoding: query, as: UTF8.self)))
  }
}

/// `host [":" port]` as `Host` and absolute targets carry it (RFC 9110 section 7.2).
enum Authority {
  /// User information and empty hosts are refused (RFC 9110 sections 4.2.1 and 4.2.4).
  static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
    let hostEnd: Int
    if bytes.first == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
      let literal = bytes[(bytes.startIndex + 1)..<close]
      guard literal.contains(UInt8(ascii: ":")), ByteSet.addressLiteral.containsAll(literal) else {
        return false
      }
      hostEnd = close + 1
    } else {
      hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
      let name = bytes[..<hostEnd]
      guard !name.isEmpty, ByteSet.registeredName.containsAll(name), PercentCoding.isValid(name)
      else { return false }
    }
    guard hostEnd < bytes.endIndex else { return true }
    let port = bytes[(hostEnd + 1)...]
    return bytes[hostEnd] == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy(\.isDigit)
  }
}
