/// A route as it was registered.
public struct Route: Sendable, Hashable {
  public let method: HTTPMethod
  /// As `/v1/payins/{id}`.
  public let template: String
}

/// Finds the handler of a request by method and path, and answers for itself where there is none.
public struct Router: Sendable {
  /// What a routed handler does. A `Problem` that it throws is the answer; any other error becomes
  /// a 500 that says nothing.
  public typealias Action = @Sendable (Request, PathParameters) async throws -> Response

  /// Throws what a request gets for its head alone, before its body is read.
  public typealias Judge = @Sendable (Request, PathParameters) throws -> Void

  public struct Answer: Sendable {
    public let response: Response
    /// The template of the route, a bounded label for metrics; nil where no path fits.
    public let template: String?
    /// What failed here, for the log: of a problem its cause, of another error its type.
    public let fault: String?

    init(response: Response, template: String?, fault: String? = nil) {
      self.response = response
      self.template = template
      self.fault = fault
    }
  }

  /// In the order of their registration.
  public private(set) var routes: [Route] = []
  private var trie = RouteTrie()

  public init() {}

  /// Registers a route. A literal segment is preferred to a parameter, and GET serves HEAD too. A
  /// malformed template or a route that is there already is a programmer's error and stops the
  /// program.
  public mutating func on(
    _ method: HTTPMethod, _ template: String, judge: Judge? = nil, _ action: @escaping Action
  ) {
    guard let segments = RouteTemplate.segments(template) else {
      preconditionFailure("\(template) is no route template")
    }
    let names = segments.compactMap { segment in
      if case .parameter(let name) = segment { name } else { nil }
    }
    let endpoint = RouteTrie.Endpoint(
      template: template, names: names, judge: judge, action: action)
    guard trie.insert(method, segments, endpoint) else {
      preconditionFailure("\(method) \(template) is registered already")
    }
    routes.append(Route(method: method, template: template))
  }

  public func handle(_ request: Request) async -> Response {
    await answer(request).response
  }

  /// The response together with the template that led to it.
  public func answer(_ request: Request) async -> Answer {
    switch find(request) {
    case .answer(let answer): return answer
    case .endpoint(let endpoint, let parameters):
      return await run(endpoint, request, parameters)
    }
  }

  /// What a request gets for its head alone; nil where its body may come.
  public func judge(_ request: Request) -> Answer? {
    switch find(request) {
    case .answer(let answer): return answer
    case .endpoint(let endpoint, let parameters):
      do {
        try endpoint.judge?(request, parameters)
        return nil
      } catch {
        return Self.answer(to: error, request, endpoint)
      }
    }
  }

  private enum Found {
    case answer(Answer)
    case endpoint(RouteTrie.Endpoint, PathParameters)
  }

  private func find(_ request: Request) -> Found {
    if request.path == "*" {
      let allowed = Self.allowed(Set(routes.map(\.method)))
      return .answer(Answer(response: Self.options(allowed), template: nil))
    }
    guard let segments = Self.segments(of: request.path) else {
      let problem = Problem.invalidRequest("the path holds an invalid percent-encoding")
      return .answer(
        Answer(response: problem.response(requestID: request.id), template: nil))
    }
    switch trie.match(request.method, segments) {
    case .found(let endpoint, let values):
      return .endpoint(endpoint, PathParameters(names: endpoint.names, values: values))
    case .otherMethods(let methods, let template):
      let allowed = Self.allowed(methods)
      if request.method == .options {
        return .answer(Answer(response: Self.options(allowed), template: template))
      }
      var response = Problem.methodNotAllowed(allowed).response(requestID: request.id)
      response.headers["Allow"] = allowed
      return .answer(Answer(response: response, template: template))
    case .none:
      return .answer(
        Answer(response: Problem.notFound().response(requestID: request.id), template: nil))
    }
  }

  private func run(
    _ endpoint: RouteTrie.Endpoint, _ request: Request, _ parameters: PathParameters
  ) async -> Answer {
    do {
      return Answer(
        response: try await endpoint.action(request, parameters), template: endpoint.template)
    } catch {
      return Self.answer(to: error, request, endpoint)
    }
  }

  private static func answer(
    to error: any Error, _ request: Request, _ endpoint: RouteTrie.Endpoint
  ) -> Answer {
    let problem =
      error as? Problem ?? .internalError(because: "\(type(of: error))")
    return Answer(
      response: problem.response(requestID: request.id), template: endpoint.template,
      fault: problem.cause)
  }

  /// Decoded after the split: an encoded slash stays within its segment. Nil for a broken encoding
  /// and for control characters, which no name here has.
  private static func segments(of path: String) -> [String]? {
    guard path.utf8.first == UInt8(ascii: "/") else { return nil }
    var segments: [String] = []
    for part in path.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      guard let segment = PercentCoding.decode(Substring(part)),
        segment.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else { return nil }
      segments.append(segment)
    }
    return segments
  }

  private static func options(_ allowed: String) -> Response {
    Response(.noContent, headers: ["Allow": allowed])
  }

  /// What `Allow` says: the routes' methods, and those that the router answers because of them.
  private static func allowed(_ methods: Set<HTTPMethod>) -> String {
    var methods = methods.union([.options])
    if methods.contains(.get) { methods.insert(.head) }
    return methods.map(\.rawValue).sorted().joined(separator: ", ")
  }
}
