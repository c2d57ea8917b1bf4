internal import HTTPServing
internal import JSONText

/// The last requests that the providers saw, with what they answered.
struct RequestLog: Sendable {
  private static let capacity = 500
  private static let bodyBytes = 4_096
  private var entries: [JSON] = []

  /// Newest first.
  var newestFirst: [JSON] { entries.reversed() }

  /// - Parameters:
  ///   - secretHeaders: those that hold credentials or what is made with them, in lower case.
  ///   - response: nil where the connection was cut or left without answer.
  mutating func add(
    _ call: ProviderCall, hiding secretHeaders: [String], fault: Fault.Kind?,
    _ response: Response?, at now: Instant
  ) {
    let request = call.request
    let headers = request.headers.fields.map { field in
      let isSecret = secretHeaders.contains(field.name.lowercased())
      return (field.name, JSON.string(isSecret ? "redacted" : field.value))
    }
    entries.append([
      "at": .string(now.mexico), "provider": .string(call.provider.rawValue),
      "operation": .string(call.operation.rawValue), "method": .string(request.method.rawValue),
      "target": .string(request.target), "headers": .object(JSONObject(headers)),
      "body": .string(Self.body(request.body)), "fault": JSON(fault?.rawValue),
      "status": JSON((response?.status.code).map(Int64.init)),
      "answer": JSON((response?.body).map(Self.body)),
    ])
    if entries.count > Self.capacity { entries.removeFirst(entries.count - Self.capacity) }
  }

  private static func body(_ bytes: [UInt8]) -> String {
    if var object = (try? JSON(parsing: bytes))?.object, object["password"] != nil {
      object["password"] = "redacted"
      return JSON.object(object).text
    }
    return String(decoding: bytes.prefix(bodyBytes), as: UTF8.self)
  }
}
