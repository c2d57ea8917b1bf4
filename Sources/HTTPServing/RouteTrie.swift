/// Routes by their segments: a literal one is preferred to a parameter.
struct RouteTrie: Sendable {
  typealias Action = @Sendable (Request, PathParameters) async throws -> Response

  typealias Judge = @Sendable (Request, PathParameters) throws -> Void

  struct Endpoint: Sendable {
    let template: String
    let names: [String]
    /// Of the head alone.
    let judge: Judge?
    let action: Action
  }

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    var parameter: Int?
    /// Few enough to be searched.
    var endpoints: [(method: HTTPMethod, endpoint: Endpoint)] = []
  }

  enum Match {
    case found(Endpoint, [String])
    /// The path is known, but not with this method: only with these.
    case otherMethods(Set<HTTPMethod>, template: String)
    case none
  }

  private var nodes = [Node()]

  /// Gives false when the method and path are taken already.
  mutating func insert(
    _ method: HTTPMethod, _ segments: [RouteTemplate.Segment], _ endpoint: Endpoint
  ) -> Bool {
    var node = 0
    for segment in segments {
      let child =
        switch segment {
        case .literal(let text): nodes[node].literals[text]
        case .parameter: nodes[node].parameter
        }
      if let child {
        node = child
        continue
      }
      nodes.append(Node())
      switch segment {
      case .literal(let text): nodes[node].literals[text] = nodes.count - 1
      case .parameter: nodes[node].parameter = nodes.count - 1
      }
      node = nodes.count - 1
    }
    guard !nodes[node].endpoints.contains(where: { $0.method == method }) else { return false }
    nodes[node].endpoints.append((method, endpoint))
    return true
  }

  /// HEAD falls to GET where it has no route of its own.
  func match(_ method: HTTPMethod, _ segments: [String]) -> Match {
    var search = Search(method: method, segments: segments)
    visit(0, depth: 0, &search)
    if let (endpoint, values) = search.found { return .found(endpoint, values) }
    guard let template = search.template else { return .none }
    return .otherMethods(search.methods, template: template)
  }

  private struct Search {
    let method: HTTPMethod
    let segments: [String]
    var values: [String] = []
    var found: (Endpoint, [String])?
    var methods: Set<HTTPMethod> = []
    var template: String?
  }

  /// Goes down every branch that fits, until one has the method.
  private func visit(_ index: Int, depth: Int, _ search: inout Search) {
    let node = nodes[index]
    guard depth < search.segments.count else {
      if let endpoint = endpoint(of: node, search.method) {
        search.found = (endpoint, search.values)
      } else if let first = node.endpoints.first {
        search.methods.formUnion(node.endpoints.map(\.method))
        search.template = search.template ?? first.endpoint.template
      }
      return
    }
    let segment = search.segments[depth]
    if let child = node.literals[segment] { visit(child, depth: depth + 1, &search) }
    guard search.found == nil, let child = node.parameter, !segment.isEmpty else { return }
    search.values.append(segment)
    visit(child, depth: depth + 1, &search)
    search.values.removeLast()
  }

  private func endpoint(of node: Node, _ method: HTTPMethod) -> Endpoint? {
    let exact = node.endpoints.first { $0.method == method }
    guard exact == nil, method == .head else { return exact?.endpoint }
    return node.endpoints.first { $0.method == .get }?.endpoint
  }
}
