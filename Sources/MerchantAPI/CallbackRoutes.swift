import Gateway
import HTTPCalling
import HTTPServing
import JSONText
import Providers

/// `POST /callbacks/{account}`: where providers report.
struct CallbackRoutes: Sendable {
  private static let unknownAccount = Problem.notFound("there is no such account")

  private static let unproved = Problem(
    .unauthorized, code: "unauthorized", detail: "the delivery is not proved the provider's")

  let service: CallbackService
  let calls: ProviderClient
  let limits: RateLimits
  let log: Log

  func register(on router: inout Router) {
    let judge: Router.Judge = { request, path in
      guard let account = calls.accounts[path["account"]],
        account.provider is any ReceivesCallbacks
      else { throw Self.unknownAccount }
      guard let name = account.callbackCertificate else { return }
      guard request.certificate?.isMadeOut(to: name) == true else {
        throw refusal(
          request, account.id, "a callback was refused",
          request.certificate == nil
            ? "the client showed no certificate" : "the client's certificate has another name",
          Self.unproved)
      }
    }
    router.serve(.post, "/callbacks/{account}", judge: judge) { request, path in
      try judge(request, path)
      let headers = request.headers.fields.map { HTTPHeader($0.name, $0.value) }
      switch await service.receive(
        account: path["account"], headers: headers, body: request.body)
      {
      case .taken(let acknowledgement):
        return .text(
          HTTPStatus(code: acknowledgement.status) ?? .ok, acknowledgement.body,
          type: acknowledgement.contentType)
      case .unknownAccount: throw Self.unknownAccount
      case .forged(let reason):
        throw refusal(
          request, path["account"], "a callback was refused", reason, Self.unproved)
      case .malformed(let reason):
        throw refusal(
          request, path["account"], "a callback could not be read", reason,
          .invalidRequest(reason))
      case .notRecorded:
        throw Problem.unavailable("the delivery could not be recorded", retryAfterSeconds: 30)
      }
    }
  }

  /// Anybody may send what proves nothing: an address has a line in the log for as many as it has
  /// attempts, and then one a minute with their number.
  private func refusal(
    _ request: Request, _ account: String, _ message: String, _ reason: String,
    _ problem: Problem
  ) -> Problem {
    if let limited = limits.failure(of: request) { return limited }
    log.warn(message, ["account": .string(account), "reason": .string(reason)])
    return problem
  }
}
