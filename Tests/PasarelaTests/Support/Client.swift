import HTTPCalling
import JSONText

/// Calls over real sockets, as a merchant's program does.
struct Client {
  struct Answer {
    var status: Int
    var headers: [HTTPHeader]
    var body: [UInt8]

    var json: JSON { (try? JSON(parsing: body)) ?? .null }
  }

  struct Unanswered: Error {}

  let baseURL: String
  var key: String?
  private let caller = CurlCaller()

  init(port: Int, key: String? = nil) {
    baseURL = "http://127.0.0.1:\(port)"
    self.key = key
  }

  func get(_ path: String) async throws -> Answer { try await call("GET", path) }

  func post(_ path: String, _ body: JSON = [:], idempotencyKey: String? = nil) async throws
    -> Answer
  {
    try await call(
      "POST", path, body.bytes,
      [HTTPHeader("Content-Type", "application/json")]
        + (idempotencyKey.map { [HTTPHeader("Idempotency-Key", $0)] } ?? []))
  }

  private func call(
    _ method: String, _ path: String, _ body: [UInt8] = [], _ headers: [HTTPHeader] = []
  ) async throws -> Answer {
    let authorization = key.map { [HTTPHeader("Authorization", "Bearer \($0)")] } ?? []
    let request = HTTPRequest(
      method: method, url: baseURL + path, headers: headers + authorization, body: body)
    guard case .answered(let response) = await caller.call(request, limits: CallLimits()) else {
      throw Unanswered()
    }
    return Answer(status: response.status, headers: response.headers, body: response.body)
  }
}
