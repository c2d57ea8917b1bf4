/// Reads requests off the bytes of one connection. A pure value: bytes in, steps out; the same
/// bytes give the same steps however they are cut. Whatever RFC 9112 calls invalid or ambiguous
/// is refused once; nothing may be asked of the parser after that.
struct RequestParser {
  enum Step: Equatable {
    case incomplete
    case request(RequestMessage)
    case refused(Problem)
  }

  private enum Phase: Equatable {
    case requestLine(afterEmptyLine: Bool)
    case headers(RequestLine)
    case body(RequestHead, remaining: Int)
    case chunkLine(RequestHead)
    case chunkData(RequestHead, remaining: Int)
    case chunkEnd(RequestHead)
    case trailers(RequestHead)
  }

  private let limits: HTTPLimits
  private var buffer: [UInt8] = []
  /// The first byte of the buffer that is not yet consumed.
  private var start = 0
  /// Where the search for the end of the current line goes on.
  private var scanned = 0
  private var phase = Phase.requestLine(afterEmptyLine: false)
  private var section = HeaderSection()
  /// Of the current header section or trailers.
  private var sectionBytes = 0
  /// Of the request line and the header section, until the request is whole.
  private var headBytes = 0
  private var trailerCount = 0
  private var extensionBytes = 0
  private var body: [UInt8] = []

  /// The current head was given to be judged.
  private var isJudged = false
  /// The client asked for `100 Continue`, was not told so yet, and has sent nothing of the body.
  private var owesContinue = false

  init(limits: HTTPLimits = HTTPLimits()) {
    self.limits = limits
  }

  /// Whether a part of the next request is here.
  var hasBegun: Bool {
    start < buffer.count || phase != .requestLine(afterEmptyLine: false)
  }

  /// Whether the head of the next request is read and its body is not.
  var isReadingBody: Bool {
    switch phase {
    case .requestLine, .headers: false
    case .body, .chunkLine, .chunkData, .chunkEnd, .trailers: true
    }
  }

  /// Whether the client may be waiting for `100 Continue` before it sends the body.
  var awaitsContinue: Bool { owesContinue && start == buffer.count }

  /// Bytes that are kept of a request that is not complete.
  var heldBytes: Int { buffer.count - start + headBytes + body.count }

  /// The head of a request whose body is still to come; once for each.
  mutating func takeHead() -> RequestMessage? {
    guard !isJudged else { return nil }
    switch phase {
    case .requestLine, .headers: return nil
    case .body(let head, _), .chunkLine(let head), .chunkData(let head, _), .chunkEnd(let head),
      .trailers(let head):
      isJudged = true
      return Self.message(head, body: [])
    }
  }

  /// To be called when the client was told.
  mutating func continued() {
    owesContinue = false
  }

  mutating func append(_ bytes: Span<UInt8>) {
    if start > 0 {
      buffer.removeSubrange(..<start)
      scanned = max(0, scanned - start)
      start = 0
    }
    unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
  }

  /// The next whole request, if the bytes so far hold one.
  mutating func next() -> Step {
    do throws(Problem) {
      while true {
        if let step = try advance() { return step }
      }
    } catch {
      return .refused(error)
    }
  }

  /// Consumes one element of the message; nil when there may be more.
  private mutating func advance() throws(Problem) -> Step? {
    switch phase {
    case .requestLine(let afterEmptyLine):
      return try readRequestLine(afterEmptyLine: afterEmptyLine)
    case .headers(let line): return try readHeader(line)
    case .body(let head, let remaining):
      let left = takeBody(remaining)
      guard left > 0 else { return finish(head) }
      phase = .body(head, remaining: left)
      return starve()
    case .chunkLine(let head): return try readChunkLine(head)
    case .chunkData(let head, let remaining):
      let left = takeBody(remaining)
      phase = left > 0 ? .chunkData(head, remaining: left) : .chunkEnd(head)
      return left > 0 ? starve() : nil
    case .chunkEnd(let head):
      let tooLong = Problem.invalidRequest("a chunk is longer than its size")
      guard try takeLine(limit: 0, tooLong: tooLong) != nil else { return starve() }
      phase = .chunkLine(head)
      return nil
    case .trailers(let head): return try readTrailer(head)
    }
  }

  // MARK: Head

  private mutating func readRequestLine(afterEmptyLine: Bool) throws(Problem) -> Step? {
    // Room for a method and a version around the longest target.
    let limit = limits.targetBytes + 64
    let tooLong = Problem.uriTooLong(bytes: limits.targetBytes)
    guard let line = try takeLine(limit: limit, tooLong: tooLong) else { return starve() }
    if line.isEmpty, !afterEmptyLine {
      phase = .requestLine(afterEmptyLine: true)
    } else {
      phase = .headers(try RequestLine(line, limits: limits))
      headBytes = line.count + 2
    }
    return nil
  }

  private mutating func readHeader(_ line: RequestLine) throws(Problem) -> Step? {
    guard let field = try takeSectionLine(count: section.count) else { return starve() }
    headBytes += field.count + 2
    guard field.isEmpty else {
      try section.add(field)
      return nil
    }
    let framing = try section.framing(isLegacy: line.isLegacy)
    let expectsContinue = try section.expectsContinue(isLegacy: line.isLegacy)
    if let authority = line.authority { section.replaceHost(authority) }
    let head = RequestHead(line: line, section: section)
    section = HeaderSection()
    sectionBytes = 0
    switch framing {
    case .none: return finish(head)
    case .length(let length):
      guard length <= limits.bodyBytes else { throw .bodyTooLarge(bytes: limits.bodyBytes) }
      phase = .body(head, remaining: length)
    case .chunked: phase = .chunkLine(head)
    }
    try head.section.checkContentCoding()
    owesContinue = expectsContinue
    return nil
  }

  /// The next line of a header section or of trailers, counted against their limits.
  private mutating func takeSectionLine(count: Int) throws(Problem) -> ArraySlice<UInt8>? {
    let tooLarge = Problem.headersTooLarge(
      "a header section may have at most \(limits.headerBytes) bytes")
    // Two line ends are still to come: this line's and the empty line.
    let left = max(0, limits.headerBytes - sectionBytes - 4)
    guard let line = try takeLine(limit: left, tooLong: tooLarge) else { return nil }
    guard line.isEmpty || count < limits.headerCount else {
      throw .headersTooLarge("a request may have at most \(limits.headerCount) header fields")
    }
    sectionBytes += line.count + 2
    return line
  }

  // MARK: Body

  private mutating func readChunkLine(_ head: RequestHead) throws(Problem) -> Step? {
    let tooLong = Problem.invalidRequest("a chunk size or its extension is too long")
    let limit = limits.chunkExtensionBytes + 16
    guard let line = try takeLine(limit: limit, tooLong: tooLong) else { return starve() }
    owesContinue = false
    let chunk = try ChunkLine(line)
    extensionBytes += chunk.extensionBytes
    guard extensionBytes <= limits.chunkExtensionBytes else { throw tooLong }
    guard chunk.size <= limits.bodyBytes - body.count else {
      throw .bodyTooLarge(bytes: limits.bodyBytes)
    }
    phase = chunk.size == 0 ? .trailers(head) : .chunkData(head, remaining: chunk.size)
    return nil
  }

  /// Trailers are checked like headers and dropped.
  private mutating func readTrailer(_ head: RequestHead) throws(Problem) -> Step? {
    guard let line = try takeSectionLine(count: trailerCount) else { return starve() }
    guard !line.isEmpty else { return finish(head) }
    _ = try FieldLine(line)
    trailerCount += 1
    return nil
  }

  /// Moves body bytes out of the buffer; gives how many are still missing.
  private mutating func takeBody(_ remaining: Int) -> Int {
    let count = min(remaining, buffer.count - start)
    guard count > 0 else { return remaining }
    owesContinue = false
    body.append(contentsOf: buffer[start..<start + count])
    start += count
    return remaining - count
  }

  private mutating func finish(_ head: RequestHead) -> Step {
    let message = Self.message(head, body: body)
    phase = .requestLine(afterEmptyLine: false)
    body = []
    headBytes = 0
    sectionBytes = 0
    trailerCount = 0
    extensionBytes = 0
    owesContinue = false
    isJudged = false
    return .request(message)
  }

  private static func message(_ head: RequestHead, body: [UInt8]) -> RequestMessage {
    RequestMessage(
      method: head.line.method, target: head.line.target, path: head.line.path,
      query: head.line.query, headers: head.section.headers, body: body,
      persistence: head.persistence)
  }

  // MARK: Bytes

  /// Waits for bytes, and keeps no memory for a connection that may idle for long.
  private mutating func starve() -> Step {
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 2_048)
      start = 0
      scanned = 0
    }
    return .incomplete
  }

  /// The next line without its CRLF; nil while its end is not here. A bare CR or LF and every
  /// other control character but the tab is refused.
  private mutating func takeLine(
    limit: Int, tooLong: @autoclosure () -> Problem
  ) throws(Problem) -> ArraySlice<UInt8>? {
    let end: Int
    switch Self.scanLine(buffer.span, from: max(scanned, start), limit: start + limit) {
    case .end(let found): end = found
    case .unfinished(let resume):
      scanned = resume
      return nil
    case .control: throw .invalidRequest("a line holds a control character or a bare CR or LF")
    case .tooLong: throw tooLong()
    }
    let line = buffer[start..<end]
    start = end + 2
    scanned = start
    return line
  }

  private enum Scan { case end(Int), unfinished(resume: Int), control, tooLong }

  /// - Parameter limit: the last place where the CR may stand.
  private static func scanLine(_ bytes: Span<UInt8>, from: Int, limit: Int) -> Scan {
    let allowed = ByteSet.fieldValue
    var index = from
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\r") {
        guard index + 1 < bytes.count else { return .unfinished(resume: index) }
        return bytes[index + 1] == UInt8(ascii: "\n") ? .end(index) : .control
      }
      guard index < limit else { return .tooLong }
      guard allowed.contains(byte) else { return .control }
      index += 1
    }
    return .unfinished(resume: index)
  }
}

/// The head of a request, complete and checked.
struct RequestHead: Equatable {
  let line: RequestLine
  let section: HeaderSection

  /// RFC 9112 section 9.3.
  var persistence: Persistence {
    if section.asksToClose { return .close }
    guard line.isLegacy else { return .keep }
    return section.asksToKeepAlive ? .keepAnnounced : .close
  }
}

/// The line before the data of a chunk (RFC 9112 section 7.1).
struct ChunkLine: Equatable {
  /// Bytes of data that follow; zero for the last chunk.
  let size: Int
  /// Bytes of the extensions, which are dropped.
  let extensionBytes: Int

  init(_ line: ArraySlice<UInt8>) throws(Problem) {
    let digits = line.prefix { $0.hexadecimal != nil }
    guard !digits.isEmpty, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .invalidRequest("a chunk size is not a hexadecimal number") }
    let rest = line[digits.endIndex...]
    guard rest.isEmpty || rest.trimmed.first == UInt8(ascii: ";") else {
      throw .invalidRequest("a chunk size is followed by something else than an extension")
    }
    self.size = size
    extensionBytes = rest.count
  }
}
