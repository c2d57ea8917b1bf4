import HTTPCalling
import Synchronization

/// The endpoints' side of every call, as the test writes it.
final class ScriptedClient: HTTPClient {
  typealias Script = @Sendable (HTTPRequest) async -> CallOutcome

  private let script = Mutex<Script>({ _ in .status(200) })
  private let requests = Mutex<[HTTPRequest]>([])

  func call(_ request: HTTPRequest, limits: CallLimits) async -> CallOutcome {
    requests.withLock { $0.append(request) }
    return await script.withLock { $0 }(request)
  }

  /// From now on.
  func answers(_ script: @escaping Script) { self.script.withLock { $0 = script } }

  func answers(_ status: Int) { answers { _ in .status(status) } }

  /// What was sent since the last look.
  func taken() -> [HTTPRequest] {
    requests.withLock { requests in
      defer { requests = [] }
      return requests
    }
  }
}

extension CallOutcome {
  static func status(_ status: Int) -> CallOutcome { .answered(HTTPResponse(status: status)) }
  static let timeout = CallOutcome.sentNoAnswer(CallFailure(.timeout, "no answer"))
}

extension HTTPRequest {
  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name }?.value
  }
}
