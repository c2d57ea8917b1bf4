import Crypto
import HTTPServing
import JSONText
import Synchronization

/// A document that stays what it is while the gateway runs: with an entity tag, compressed once.
final class StaticDocument: Sendable {
  private let plain: Response
  private let tag: String
  private let compressed = Mutex<[UInt8]?>(nil)

  init(_ response: Response) {
    plain = response
    tag = Hex.encode(Array(Digest.sha256(response.body).prefix(12)))
  }

  func response(to request: Request) -> Response {
    let isCompressed = Self.takesGzip(request)
    var response = plain
    // Another sequence of bytes is another entity (RFC 9110 section 8.8.3).
    let entity = isCompressed ? "\"\(tag)-gzip\"" : "\"\(tag)\""
    response.headers["ETag"] = entity
    response.headers["Vary"] = "Accept-Encoding"
    if response.headers["Cache-Control"] == nil { response.headers["Cache-Control"] = "no-cache" }
    if Self.knows(request, entity) {
      response.status = .notModified
      response.headers["Content-Type"] = nil
      response.body = []
      return response
    }
    if isCompressed {
      response.headers["Content-Encoding"] = "gzip"
      response.body = gzip()
    }
    return response
  }

  private func gzip() -> [UInt8] {
    compressed.withLock { kept in
      if let kept { return kept }
      let made = Gzip.member(of: plain.body)
      kept = made
      return made
    }
  }

  /// RFC 9110 section 12.5.3: named or covered by `*`, and not with a weight of zero.
  static func takesGzip(_ request: Request) -> Bool {
    var covered: Bool?
    for coding in elements(of: "Accept-Encoding", in: request) {
      let parts = coding.split(separator: UInt8(ascii: ";")).map(\.trimmed)
      let isRefused = parts.dropFirst().contains { weight in
        weight.prefix(2).isSameIgnoringCase(as: "q=")
          && weight.dropFirst(2).allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
      }
      if parts.first?.isSameIgnoringCase(as: "gzip") == true { return !isRefused }
      if parts.first?.isSameIgnoringCase(as: "*") == true { covered = !isRefused }
    }
    return covered ?? false
  }

  /// `If-None-Match`, by the weak comparison (RFC 9110 section 13.1.2).
  private static func knows(_ request: Request, _ entity: String) -> Bool {
    elements(of: "If-None-Match", in: request).contains { given in
      let bytes = given.starts(with: "W/".utf8) ? given.dropFirst(2) : given
      return bytes.elementsEqual("*".utf8) || bytes.elementsEqual(entity.utf8)
    }
  }

  private static func elements(of name: String, in request: Request) -> [ArraySlice<UInt8>] {
    request.headers.values(of: name).flatMap { value in
      Array(value.utf8).split(separator: UInt8(ascii: ",")).map(\.trimmed)
    }
  }
}
