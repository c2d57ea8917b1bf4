import Foundation
import HTTPCalling
import HTTPServing
import JSONText
import Synchronization
import TestSupport

/// Stands between a gateway and its providers, and writes over what is said about one order.
final class Wire: Sendable {
  /// What a script sees of one call of its order.
  struct Call: Sendable {
    let request: Request
    /// Whether it makes the order, rather than asks for it.
    let isCreate: Bool
    /// Which one it is of its kind, from 1.
    let turn: Int
    /// Lets the provider do its work.
    let forward: @Sendable () async -> Response
  }

  /// Answers in the provider's place.
  typealias Rule = @Sendable (Call) async -> Response

  /// What is written over about the orders whose create call holds a word.
  final class Script: Sendable {
    private struct State {
      var names: Set<String>
      var creates: [Request] = []
      var queries: [Request] = []
    }

    fileprivate let word: String
    fileprivate let rule: Rule
    private let state: Mutex<State>

    fileprivate init(_ word: String, _ rule: @escaping Rule) {
      self.word = word
      self.rule = rule
      state = Mutex(State(names: [word]))
    }

    /// The calls that made its orders, at whatever provider.
    var creates: [Request] { state.withLock { $0.creates } }
    var queries: [Request] { state.withLock { $0.queries } }

    /// The body of the first call that made an order.
    var sent: JSON { creates.first?.json ?? .null }

    fileprivate func isAbout(_ text: String) -> Bool {
      state.withLock { $0.names.contains { text.contains($0) } }
    }

    /// - Returns: which one of its kind it is.
    fileprivate func count(_ request: Request, _ isCreate: Bool) -> Int {
      state.withLock {
        if isCreate { $0.creates.append(request) } else { $0.queries.append(request) }
        return isCreate ? $0.creates.count : $0.queries.count
      }
    }

    /// Remembers the numbers by which the order will be asked for.
    fileprivate func learn(_ json: JSON) {
      for place in ["/order_id", "/mchOrderNo", "/orderNo", "/tradeNo", "/data/orderNo", "/id"] {
        guard let name = json.at(pointer: place)?.string, name.utf8.count >= 8 else { continue }
        state.withLock { _ = $0.names.insert(name) }
      }
    }
  }

  let port: Int
  private let server: HTTPServer
  private let caller = CurlClient()
  private let provider = Mutex("")
  private let scripts = Mutex<[Script]>([])

  private let holder = Holder()

  /// What the server reaches the wire by, until it ends.
  private final class Holder: Sendable {
    let wire = Mutex<Wire?>(nil)
  }

  init() throws {
    server = HTTPServer(configuration: HTTPServerConfiguration(port: 0)) { [holder] request in
      await holder.wire.withLock { $0 }?.answer(request) ?? Response(.gone)
    }
    port = try server.start()
    holder.wire.withLock { $0 = self }
  }

  /// Where calls go on to.
  func lead(to baseURL: String) { provider.withLock { $0 = baseURL } }

  func end() async {
    await server.drain(withinSeconds: 1)
    holder.wire.withLock { $0 = nil }
  }

  /// Writes over what is said about the order whose create call holds that word.
  func script(_ word: String, _ rule: @escaping Rule = { await $0.forward() }) -> Script {
    let script = Script(word, rule)
    scripts.withLock { $0.append(script) }
    return script
  }

  private func answer(_ request: Request) async -> Response {
    let text = request.target + String(decoding: request.body, as: UTF8.self)
    guard let script = scripts.withLock({ $0.first { $0.isAbout(text) } }) else {
      return await forward(request)
    }
    let isCreate =
      request.method == .post
      && ["/charges", "/payIn", "/pay-in", "/payment"].contains { request.path.hasSuffix($0) }
    if isCreate { script.learn(request.json) }
    let call = Call(
      request: request, isCreate: isCreate, turn: script.count(request, isCreate)
    ) { [self] in
      let response = await forward(request)
      if isCreate { script.learn(response.json) }
      return response
    }
    return await script.rule(call)
  }

  private func forward(_ request: Request) async -> Response {
    // What belongs to a connection is said anew.
    let own = ["host", "content-length", "connection", "accept", "accept-encoding"]
    let headers = request.headers.fields.filter { !own.contains($0.name.lowercased()) }
    let outcome = await caller.call(
      HTTPRequest(
        method: request.method.rawValue, url: provider.withLock { $0 } + request.target,
        headers: headers.map { HTTPHeader($0.name, $0.value) }, body: request.body),
      limits: CallLimits())
    guard case .answered(let answer) = outcome, let status = HTTPStatus(code: answer.status) else {
      return .dropped(reset: true)
    }
    var response = Response(status, body: answer.body)
    response.headers["Content-Type"] = answer.header("Content-Type")
    return response
  }
}

extension Response {
  var json: JSON { (try? JSON(parsing: body)) ?? .null }

  /// With some members of its object, at whatever depth, as they are given.
  func with(_ pointer: String, _ value: JSON?) -> Response {
    var response = self
    response.body = json.with(pointer, value).bytes
    return response
  }

  /// A page such as a proxy writes.
  static let page = Response.text(.ok, "<html><body><h1>Un momento", type: "text/html")

  static func json(_ status: HTTPStatus, _ json: JSON) -> Response { .json(status, json.bytes) }
}

extension JSON {
  /// With one member, at whatever depth, as it is given.
  func with(_ pointer: String, _ value: JSON?) -> JSON {
    with(pointer.split(separator: "/").map(String.init)[...], value)
  }

  private func with(_ path: ArraySlice<String>, _ value: JSON?) -> JSON {
    guard let key = path.first, var object else { return self }
    object[key] = path.count == 1 ? value : (object[key] ?? .null).with(path.dropFirst(), value)
    return .object(object)
  }

  /// A number in exactly these digits.
  static func digits(_ text: String) -> JSON { JSONNumber(text: text).map(JSON.number) ?? .null }
}
