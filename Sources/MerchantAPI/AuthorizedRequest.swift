import HTTPServing
import JSONText

/// A call to `/v1/…` that was let in.
struct AuthorizedRequest: Sendable {
  let request: Request
  let path: PathParameters
  let caller: Principal
  /// Known names only, each once.
  let query: [String: String]

  var merchant: String { caller.merchant }

  /// A parameter of the query; nil where it is absent.
  func parameter<Value>(
    _ name: String, _ read: (String) -> Value?
  ) throws(Problem) -> Value? {
    guard let text = query[name] else { return nil }
    guard let value = read(text) else {
      throw .invalidRequest("the query parameter \(name) cannot be read")
    }
    return value
  }

  /// The body as a JSON object; `Content-Type` must say that it is JSON.
  func body() throws(Problem) -> JSONObject { try RequestReading.object(request) }

  /// The body, or an empty object where there is none.
  func optionalBody() throws(Problem) -> JSONObject {
    request.body.isEmpty ? [:] : try body()
  }

  /// Refuses every member, for calls whose path says it all.
  func takeNoMembers() throws {
    var reader = ObjectReader(try optionalBody())
    let problems = reader.finish()
    guard problems.isEmpty else { throw InvalidBody(problems: problems) }
  }
}

extension Router {
  /// Registers a route for callers whose key has the scope. Query parameters that are not known,
  /// or come twice, are refused.
  mutating func serve(
    _ method: HTTPMethod, _ template: String, to keys: KeyRing, with scope: Scope,
    query known: Set<String> = [],
    _ action: @escaping @Sendable (AuthorizedRequest) async throws -> Response
  ) {
    let judge: Judge = { request, _ in
      _ = try keys.caller(of: request, needing: scope, tokens: 0)
      _ = try RequestReading.parameters(request, known: known)
      // Other methods' bodies say nothing.
      if [.post, .put, .patch].contains(method) { try RequestReading.checkType(of: request) }
    }
    serve(method, template, judge: judge) { request, path in
      let (caller, standing) = try keys.caller(of: request, needing: scope)
      let query = try RequestReading.parameters(request, known: known)
      var response = try await action(
        AuthorizedRequest(request: request, path: path, caller: caller, query: query))
      response.add(standing)
      return response
    }
  }
}
