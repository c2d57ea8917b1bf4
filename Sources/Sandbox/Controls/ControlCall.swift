internal import HTTPServing
internal import JSONText

/// A request to `/_sandbox/`.
struct ControlCall: Sendable {
  let request: Request
  /// What the path names: an order or a fault.
  let name: String

  /// Reads the body's form, and turns what is wrong with it into a problem. An empty body counts as
  /// `{}`.
  func read<Value>(
    _ read: (inout FormReader) throws(FormFault) -> Value
  ) throws(Problem) -> Value {
    guard let form = request.body.isEmpty ? FormReader([:]) : request.form else {
      throw .invalidRequest("the body is not a JSON object")
    }
    return try form.read(
      { fault in
        let path = fault.field.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0 }
        let pointer = "/\(String(decoding: path, as: UTF8.self))"
        return Problem.invalidRequest(
          fault.detail, errors: [Problem.Entry(pointer: pointer, detail: fault.detail)])
      }, read)
  }

  /// Of `?provider=`.
  func provider() throws(Problem) -> ProviderName? {
    guard let text = request.query["provider"] else { return nil }
    guard let provider = SandboxRegistry.named(ProviderName(rawValue: text)) else {
      let names = ControlGuide.enumerated(SandboxRegistry.names, "or")
      throw .invalidRequest("provider must be \(names)")
    }
    return provider.name
  }

  /// Of `?limit=`.
  func limit() throws(Problem) -> Int {
    guard let text = request.query["limit"] else { return 500 }
    guard let limit = Int(text), limit > 0 else {
      throw .invalidRequest("limit must be a positive number")
    }
    return limit
  }
}
