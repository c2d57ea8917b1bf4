import HTTPCalling
import JSONText
import Synchronization

/// Paynet as the page has it, in memory, with the network before it: what it has authorized
/// stands until it is reversed.
final class PaynetCounter: HTTPClient {
  /// What happens to one call.
  enum Way: CaseIterable {
    case answered
    /// The request is lost.
    case lost
    /// The work is done, the answer is lost.
    case answerLost
    case serverError
    case serverErrorAfter
    case garbageAfter
    case systemError
    case neverSent
    /// The request comes through when the gate opens, and is answered then.
    case held
    /// The work is done, and answered when the gate opens.
    case answerHeld
  }

  private struct State {
    var ways: [Way] = []
    var standing: Set<String> = []
    var reversed: Set<String> = []
    var calls: [(resource: String, body: JSON)] = []
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isOpen = false
    var refusesReversals = false
    var rejection: Int?
  }

  private let state = Mutex(State())

  /// For the next calls; those after them are answered.
  func goes(_ ways: Way...) { state.withLock { $0.ways += ways } }
  func goes(_ ways: [Way]) { state.withLock { $0.ways += ways } }

  /// Whether what it authorized is not taken back any more.
  func refusesReversals(_ refuses: Bool) { state.withLock { $0.refusesReversals = refuses } }

  /// The code with which it rejects every reversal; nil: none.
  func rejectsReversals(_ code: Int?) { state.withLock { $0.rejection = code } }

  /// What Paynet holds for authorized, by the chain's number.
  var standing: Set<String> { state.withLock { $0.standing } }
  var calls: [String] { state.withLock { $0.calls.map(\.resource) } }
  var bodies: [JSON] { state.withLock { $0.calls.map(\.body) } }
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Lets through what is held, now and later.
  func open() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      state.isOpen = true
      return state.waiting
    }
    for one in waiting { one.resume() }
  }

  func call(_ request: HTTPRequest, limits: CallLimits) async -> CallOutcome {
    let resource = String(request.url.split(separator: "/").last ?? "")
    let body = (try? JSON(parsing: request.body)) ?? .null
    let way = state.withLock { state -> Way in
      let way = state.ways.isEmpty ? .answered : state.ways.removeFirst()
      if way != .neverSent { state.calls.append((resource, body)) }
      return way
    }
    switch way {
    case .answered: return answer(resource, body)
    case .lost: return .timeout
    case .answerLost:
      _ = answer(resource, body)
      return .timeout
    case .serverError: return .status(502)
    case .serverErrorAfter:
      _ = answer(resource, body)
      return .status(500)
    case .garbageAfter:
      _ = answer(resource, body)
      return .answered(HTTPResponse(status: 200, body: Array("<html>".utf8)))
    case .systemError: return reply(96, body, nil)
    case .neverSent: return .neverSent(CallFailure(.refused, "connection refused"))
    case .held:
      await hold()
      return answer(resource, body)
    case .answerHeld:
      let outcome = answer(resource, body)
      await hold()
      return outcome
    }
  }

  private func hold() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  private func answer(_ resource: String, _ body: JSON) -> CallOutcome {
    let number = body["chainTransactionId"]?.number?.text ?? ""
    return state.withLock { state in
      if resource == "payment" {
        guard body["reference"] != "UNKNOWN" else { return reply(93, body, nil) }
        guard !state.reversed.contains(number) else { return reply(12, body, nil) }
        state.standing.insert(number)
        return reply(0, body, "9\(number)")
      }
      if let code = state.rejection { return reply(code, body, nil) }
      if state.refusesReversals { return reply(12, body, nil) }
      guard state.standing.remove(number) != nil || state.reversed.contains(number) else {
        return reply(12, body, nil)
      }
      state.reversed.insert(number)
      return reply(0, body, "9\(number)")
    }
  }

  private func reply(_ code: Int, _ body: JSON, _ authorization: String?) -> CallOutcome {
    var object: JSONObject = [
      "requestId": "r1", "operationDate": 1_509_053_135_780,
      "chainTransactionId": body["chainTransactionId"] ?? .null, "responseCode": JSON(code),
      "descriptionCode": "¡así!", "customerInstructions": "Señor cliente",
    ]
    object["authorization"] = authorization.map(JSON.string)
    return .answered(HTTPResponse(status: 200, body: JSON.object(object).bytes))
  }
}
