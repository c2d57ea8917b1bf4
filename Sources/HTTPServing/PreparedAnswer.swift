/// An answer whose bytes are ready but for the date and the fate of the connection. Made on the
/// handler's task, so that the loop only copies; nothing unchecked can reach a head.
struct PreparedAnswer: Sendable, Equatable {
  /// The status line and the fields, each with its CRLF.
  private var head: [UInt8]
  /// Empty for HEAD and where the status forbids it.
  let body: [UInt8]
  /// The connection ends here instead of an answer.
  let cut: Response.Cut?

  /// What the server says itself, whatever the handler says.
  private static let ownFields: Set<String> = [
    "connection", "content-length", "date", "keep-alive", "request-id", "transfer-encoding",
    "upgrade", "x-content-type-options",
  ]

  /// - Throws: `unusableHeader` where a name is no token or a value holds a control character.
  init(_ response: Response, id: String, isHead: Bool) throws(HTTPServerFault) {
    cut = response.cut
    head = []
    head.reserveCapacity(256)
    head.append(contentsOf: "HTTP/1.1 \(response.status.code) \(response.status.reason)".utf8)
    head.append(contentsOf: "\r\n".utf8)
    for field in response.headers.fields where !Self.ownFields.contains(field.name.lowercased()) {
      guard !field.name.isEmpty, ByteSet.token.containsAll(field.name.utf8),
        ByteSet.fieldValue.containsAll(field.value.utf8)
      else { throw .unusableHeader(name: field.name, requestID: id) }
      Self.append(field.name, field.value, to: &head)
    }
    Self.append("Request-Id", id, to: &head)
    Self.append("X-Content-Type-Options", "nosniff", to: &head)
    if response.status.forbidsBody {
      body = []
    } else {
      Self.append("Content-Length", String(response.body.count), to: &head)
      body = isHead ? [] : response.body
    }
  }

  init(_ problem: Problem, id: String, isHead: Bool) {
    do throws(HTTPServerFault) {
      self = try PreparedAnswer(problem.response(requestID: id), id: id, isHead: isHead)
    } catch {
      preconditionFailure("a problem's own fields are constant")
    }
  }

  /// What a handler gave, or 500 where that cannot be sent.
  init(_ response: Response, to request: Request, onFault: (HTTPServerFault) -> Void) {
    let isHead = request.method == .head
    do throws(HTTPServerFault) {
      self = try PreparedAnswer(response, id: request.id, isHead: isHead)
    } catch {
      onFault(error)
      self = PreparedAnswer(.internalError, id: request.id, isHead: isHead)
    }
  }

  /// The whole head.
  func head(date: String, persistence: Persistence) -> [UInt8] {
    var head = head
    Self.append("Date", date, to: &head)
    switch persistence {
    case .close: Self.append("Connection", "close", to: &head)
    case .keep: break
    case .keepAnnounced: Self.append("Connection", "keep-alive", to: &head)
    }
    head.append(contentsOf: "\r\n".utf8)
    return head
  }

  private static func append(_ name: String, _ value: String, to head: inout [UInt8]) {
    head.append(contentsOf: name.utf8)
    head.append(contentsOf: ": ".utf8)
    head.append(contentsOf: value.utf8)
    head.append(contentsOf: "\r\n".utf8)
  }
}
