/// The header fields of a request as they are read, and what they say of the message itself.
struct HeaderSection: Equatable {
  enum Framing: Equatable { case none, length(Int), chunked }

  private(set) var headers = Headers()
  private var hostCount = 0
  private var contentLength: Int?
  private var codings: Codings?
  private var expectation: Expectation?
  private var hasContentType = false
  private var isEncoded = false
  private(set) var asksToClose = false
  private(set) var asksToKeepAlive = false

  /// `unfinished`: unknown codings so far, without chunked as the last one.
  private enum Codings { case chunkedOnly, unfinished, endsInChunked, invalid }
  private enum Expectation { case hundredContinue, unknown }

  var count: Int { headers.count }

  mutating func add(_ line: ArraySlice<UInt8>) throws(Problem) {
    let field = try FieldLine(line)
    headers.append(
      String(decoding: field.name, as: UTF8.self), String(decoding: field.value, as: UTF8.self))
    switch field.name.count {
    case 4 where field.name.isSameIgnoringCase(as: "host"):
      hostCount += 1
      guard hostCount == 1, Authority.isValid(field.value) else {
        throw .invalidRequest("Host is invalid or given twice")
      }
    case 6 where field.name.isSameIgnoringCase(as: "expect"):
      let isKnown = expectation == nil && field.value.isSameIgnoringCase(as: "100-continue")
      expectation = isKnown ? .hundredContinue : .unknown
    case 10 where field.name.isSameIgnoringCase(as: "connection"):
      for option in field.value.listed {
        if option.isSameIgnoringCase(as: "close") { asksToClose = true }
        if option.isSameIgnoringCase(as: "keep-alive") { asksToKeepAlive = true }
      }
    case 12 where field.name.isSameIgnoringCase(as: "content-type"):
      guard !hasContentType else { throw .invalidRequest("Content-Type is given twice") }
      hasContentType = true
    case 14 where field.name.isSameIgnoringCase(as: "content-length"):
      try setLength(field.value)
    case 16 where field.name.isSameIgnoringCase(as: "content-encoding"):
      if field.value.listed.contains(where: { !$0.isSameIgnoringCase(as: "identity") }) {
        isEncoded = true
      }
    case 17 where field.name.isSameIgnoringCase(as: "transfer-encoding"):
      addCodings(field.value)
    default: break
    }
  }

  /// Puts the authority of a target in absolute form in place of the field.
  mutating func replaceHost(_ authority: String) {
    headers["Host"] = authority
  }

  /// How the body is delimited (RFC 9112 section 6.3).
  func framing(isLegacy: Bool) throws(Problem) -> Framing {
    guard isLegacy || hostCount == 1 else { throw .invalidRequest("Host is missing") }
    guard let codings else {
      guard let contentLength, contentLength > 0 else { return .none }
      return .length(contentLength)
    }
    guard contentLength == nil else {
      throw .invalidRequest("Content-Length and Transfer-Encoding exclude each other")
    }
    guard !isLegacy else { throw .invalidRequest("HTTP/1.0 has no Transfer-Encoding") }
    switch codings {
    case .chunkedOnly: return .chunked
    case .endsInChunked: throw .notImplemented("the only transfer coding is chunked")
    case .unfinished, .invalid:
      throw .invalidRequest("chunked must be the last transfer coding, once")
    }
  }

  /// Whether the client waits for `100 Continue`. HTTP/1.0 has no expectations, and what it says
  /// of them is ignored (RFC 9110 section 10.1.1).
  func expectsContinue(isLegacy: Bool) throws(Problem) -> Bool {
    guard let expectation, !isLegacy else { return false }
    guard expectation == .hundredContinue else { throw .expectationFailed }
    return true
  }

  /// A body is read as it is: one in a content coding would be taken for something else.
  func checkContentCoding() throws(Problem) {
    if isEncoded { throw .unreadableContentCoding }
  }

  private mutating func setLength(_ value: ArraySlice<UInt8>) throws(Problem) {
    guard contentLength == nil else { throw .invalidRequest("Content-Length is given twice") }
    guard !value.isEmpty, value.allSatisfy(\.isDigit),
      let length = Int(String(decoding: value, as: UTF8.self))
    else { throw .invalidRequest("Content-Length is not a number of bytes") }
    contentLength = length
  }

  private mutating func addCodings(_ value: ArraySlice<UInt8>) {
    for coding in value.listed {
      let isChunked = coding.isSameIgnoringCase(as: "chunked")
      codings =
        switch codings {
        case _ where coding.isEmpty: .invalid
        case nil: isChunked ? .chunkedOnly : .unfinished
        case .unfinished: isChunked ? .endsInChunked : .unfinished
        case .chunkedOnly, .endsInChunked, .invalid: .invalid
        }
    }
  }
}

/// One `name: value` line (RFC 9112 section 5).
struct FieldLine {
  let name: ArraySlice<UInt8>
  let value: ArraySlice<UInt8>

  /// Refuses whitespace before the colon and folded lines with it: neither is a token.
  init(_ line: ArraySlice<UInt8>) throws(Problem) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      throw .invalidRequest("a header line has no colon")
    }
    name = line[..<colon]
    guard !name.isEmpty, ByteSet.token.containsAll(name) else {
      throw .invalidRequest("a header name is not a token directly before its colon")
    }
    value = line[(colon + 1)...].trimmed
  }
}
