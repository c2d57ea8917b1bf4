internal import HTTPServing
internal import JSONText

/// What `/_sandbox/` offers, on the simulation alone.
enum Controls {
  /// An empty body counts as `{}`.
  static func form(_ request: Request) throws(Problem) -> FormReader {
    if request.body.isEmpty { return FormReader([:]) }
    guard let object = (try? JSON(parsing: request.body))?.object else {
      throw .invalidRequest("the body is not a JSON object")
    }
    return FormReader(object)
  }

  /// Reads a form, and turns what is wrong with it into a problem.
  static func read<Value>(
    _ request: Request, _ read: (inout FormReader) throws(FormFault) -> Value
  ) throws(Problem) -> Value {
    var form = try form(request)
    do throws(FormFault) {
      return try read(&form)
    } catch {
      let path = error.field.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0 }
      let pointer = "/\(String(decoding: path, as: UTF8.self))"
      throw .invalidRequest(
        error.detail, errors: [Problem.Entry(pointer: pointer, detail: error.detail)])
    }
  }

  static func response(_ body: JSON) -> Response { .json(.ok, body.bytes) }

  // MARK: Faults

  static func addFault(
    _ request: Request, _ sandbox: inout Simulation, at now: Instant
  ) throws(Problem) -> Response {
    let fault = try read(request) { form throws(FormFault) in
      try sandbox.faults.add(&form, at: now)
    }
    return .json(.created, fault.json.bytes)
  }

  static func faults(_ sandbox: Simulation) -> Response {
    response(["faults": .array(sandbox.faults.faults.map(\.json))])
  }

  static func removeFault(
    _ id: String, _ sandbox: inout Simulation
  ) throws(Problem) -> Response {
    guard let id = Int(id), sandbox.faults.remove(id) else {
      throw .notFound("there is no such fault: it may have happened as often as it should")
    }
    return Response(.noContent)
  }

  // MARK: Clock and settings

  static func clock(_ sandbox: Simulation, at now: Instant) -> Response {
    response([
      "now": .string(now.mexico), "milliseconds": JSON(now.milliseconds),
      "ahead_seconds": JSON(sandbox.clockOffset / 1_000),
      "next_due_at": JSON(sandbox.nextDue?.mexico),
    ])
  }

  /// Seconds to advance: up to five years, beyond the life of any CLABE.
  static func advance(_ request: Request) throws(Problem) -> Int64 {
    try read(request) { form throws(FormFault) in
      let seconds = try form.integer("advance_seconds", 0...5 * 365 * 86_400)
      try form.end()
      return seconds
    }
  }

  static func changeSettings(
    _ request: Request, _ sandbox: inout Simulation
  ) throws(Problem) -> Response {
    try read(request) { form throws(FormFault) in try sandbox.settings.change(&form) }
    return response(sandbox.settings.json)
  }

  // MARK: What was

  /// Newest first; `provider` and `limit` (500) narrow it.
  static func webhooks(_ query: Query, _ sandbox: Simulation) throws(Problem) -> Response {
    let provider = try provider(query)
    let limit = try limit(query)
    let deliveries = sandbox.outbox.newestFirst.filter {
      provider == nil || $0.message.provider == provider
    }
    return response(["webhooks": .array(deliveries.prefix(limit).map(\.json))])
  }

  static func requests(_ sandbox: Simulation) -> Response {
    response(["requests": .array(sandbox.requests.newestFirst)])
  }

  static func provider(_ query: Query) throws(Problem) -> Provider? {
    guard let text = query["provider"] else { return nil }
    guard let provider = Provider(rawValue: text) else {
      throw .invalidRequest("provider must be openpay, cashypay, smilepayz or paynet")
    }
    return provider
  }

  static func limit(_ query: Query) throws(Problem) -> Int {
    guard let text = query["limit"] else { return 500 }
    guard let limit = Int(text), limit > 0 else {
      throw .invalidRequest("limit must be a positive number")
    }
    return limit
  }
}
