import HTTPCalling
import JSONText
import Testing

/// Calls over real sockets, as a merchant's program does. Every answer is held against
/// openapi/pasarela.json.
struct Client {
  struct Answer {
    var status: Int
    var headers: [HTTPHeader]
    var body: [UInt8]

    var json: JSON { (try? JSON(parsing: body)) ?? .null }
    var code: String? { json["code"]?.string }
    var pointers: [String] {
      json["errors"]?.array?.compactMap { $0["pointer"]?.string } ?? []
    }

    func header(_ name: String) -> String? {
      headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
  }

  struct Unanswered: Error {
    var outcome: CallOutcome
  }

  let baseURL: String
  var key: String?
  /// Whether it is the gateway that answers.
  var isHeldToContract = true
  /// How long it waits for an answer.
  var patienceMilliseconds = 60_000
  private let caller = CurlClient()

  init(port: Int, key: String? = nil, isHeldToContract: Bool = true) {
    baseURL = "http://127.0.0.1:\(port)"
    self.key = key
    self.isHeldToContract = isHeldToContract
  }

  func get(_ path: String) async throws -> Answer { try await call("GET", path) }

  func post(
    _ path: String, _ body: JSON = [:], idempotencyKey: String? = nil
  ) async throws -> Answer {
    try await call(
      "POST", path, body.bytes,
      [HTTPHeader("Content-Type", "application/json")]
        + (idempotencyKey.map { [HTTPHeader("Idempotency-Key", $0)] } ?? []))
  }

  func call(
    _ method: String, _ path: String, _ body: [UInt8] = [], _ headers: [HTTPHeader] = []
  ) async throws -> Answer {
    let authorization = key.map { [HTTPHeader("Authorization", "Bearer \($0)")] } ?? []
    let request = HTTPRequest(
      method: method, url: baseURL + path, headers: headers + authorization, body: body)
    // The sandbox's books of a long campaign come in one answer.
    let limits = CallLimits(totalMilliseconds: patienceMilliseconds, responseBytes: 1 << 28)
    let outcome = await caller.call(request, limits: limits)
    guard case .answered(let response) = outcome else { throw Unanswered(outcome: outcome) }
    let answer = Answer(status: response.status, headers: response.headers, body: response.body)
    if isHeldToContract {
      let departures = Contract.standing.departures(request, at: path, answer)
      #expect(departures.isEmpty, "\(String(decoding: answer.body, as: UTF8.self))")
    }
    return answer
  }
}
