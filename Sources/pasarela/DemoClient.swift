import HTTPCalling
import JSONText

/// Calls the gateway and the sandbox as their users do.
struct DemoClient {
  struct Fault: Error, CustomStringConvertible {
    var description: String
  }

  let baseURL: String
  var apiKey: String?
  private let caller = CurlClient()

  init(baseURL: String, apiKey: String? = nil) {
    self.baseURL = baseURL
    self.apiKey = apiKey
  }

  func get(_ path: String) async throws -> JSON { try await call("GET", path, nil, []) }

  func post(_ path: String, _ body: JSON, idempotencyKey: String? = nil) async throws -> JSON {
    let headers = idempotencyKey.map { [HTTPHeader("Idempotency-Key", $0)] } ?? []
    return try await call("POST", path, body, headers)
  }

  private func call(
    _ method: String, _ path: String, _ body: JSON?, _ extra: [HTTPHeader]
  ) async throws -> JSON {
    var headers = extra
    if let apiKey { headers.append(HTTPHeader("Authorization", "Bearer \(apiKey)")) }
    if body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
    let request = HTTPRequest(
      method: method, url: baseURL + path, headers: headers, body: body?.bytes ?? [])
    let limits = CallLimits(totalMilliseconds: 40_000)
    switch await caller.call(request, limits: limits) {
    case .answered(let response):
      guard (200...299).contains(response.status) else {
        let text = String(decoding: response.body, as: UTF8.self)
        throw Fault(description: "\(method) \(path) answered \(response.status): \(text)")
      }
      return try JSON(parsing: response.body)
    case .neverSent(let failure), .sentNoAnswer(let failure):
      throw Fault(description: "\(method) \(path): \(failure)")
    }
  }
}
