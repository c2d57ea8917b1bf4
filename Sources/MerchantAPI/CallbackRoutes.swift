import Gateway
import HTTPCalling
import HTTPServing
import Providers

/// `POST /callbacks/{account}`: where providers report.
struct CallbackRoutes: Sendable {
  let service: CallbackService

  func register(on router: inout Router) {
    router.serve(.post, "/callbacks/{account}") { request, path in
      let headers = request.headers.fields.map { HTTPHeader($0.name, $0.value) }
      switch await service.receive(
        account: path["account"], headers: headers, body: request.body)
      {
      case .taken(let acknowledgement):
        return .text(
          HTTPStatus(code: acknowledgement.status) ?? .ok, acknowledgement.body,
          type: acknowledgement.contentType)
      case .unknownAccount: throw Problem.notFound("there is no such account")
      case .forged:
        throw Problem(
          .unauthorized, code: "unauthorized", detail: "the delivery is not proved the provider's")
      case .malformed(let reason): throw Problem.invalidRequest(reason)
      case .notRecorded:
        throw Problem.unavailable("the delivery could not be recorded", retryAfterSeconds: 30)
      }
    }
  }
}
