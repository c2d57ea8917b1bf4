import Gateway
import HTTPCalling
import HTTPServing
import Providers

/// `POST /callbacks/{account}`: where providers report.
struct CallbackRoutes: Sendable {
  private static let unknownAccount = Problem.notFound("there is no such account")

  let service: CallbackService
  let calls: ProviderCalls
  let limits: RateLimits

  func register(on router: inout Router) {
    let judge: Router.Judge = { _, path in
      guard calls.accounts[path["account"]]?.provider is any ReceivesCallbacks else {
        throw Self.unknownAccount
      }
    }
    router.serve(.post, "/callbacks/{account}", judge: judge) { request, path in
      let headers = request.headers.fields.map { HTTPHeader($0.name, $0.value) }
      switch await service.receive(
        account: path["account"], headers: headers, body: request.body)
      {
      case .taken(let acknowledgement):
        return .text(
          HTTPStatus(code: acknowledgement.status) ?? .ok, acknowledgement.body,
          type: acknowledgement.contentType)
      case .unknownAccount: throw Self.unknownAccount
      case .forged:
        throw limits.failure(of: request)
          ?? Problem(
            .unauthorized, code: "unauthorized",
            detail: "the delivery is not proved the provider's")
      case .malformed(let reason): throw Problem.invalidRequest(reason)
      case .notRecorded:
        throw Problem.unavailable("the delivery could not be recorded", retryAfterSeconds: 30)
      }
    }
  }
}
