internal import HTTPServing
internal import JSONText

/// What providers answer when a fault keeps them from answering properly.
enum ProviderTrouble {
  /// HTTP 500, in the provider's own form.
  static func error500(_ call: ProviderCall, _ sandbox: inout Simulation) -> Response {
    switch call.provider {
    case .openpay, .paynet:
      OpenpayError.internalError.response(requestID: sandbox.ids.uuid())
    case .cashypay: CashyPayError.systemError.response(.internalServerError)
    case .smilepayz: SmilePayzError.systemError.response(.internalServerError)
    }
  }

  /// As the provider says that something inside is out of order.
  static func systemError(
    _ request: Request, _ call: ProviderCall, _ sandbox: inout Simulation, at now: Instant
  ) -> Response {
    switch call.provider {
    case .openpay: return OpenpayError.unavailable.response(requestID: sandbox.ids.uuid())
    case .cashypay: return CashyPayError.busy.response()
    case .smilepayz: return SmilePayzError.systemError.response()
    case .paynet:
      let id = (try? JSON(parsing: request.body))?["chainTransactionId"] ?? .null
      let body = PaynetDesk.refusal(.systemError, id, &sandbox, at: now)
      return .json(.ok, body.bytes)
    }
  }

  /// As if the order were not there (yet).
  static func notFound(_ call: ProviderCall, _ sandbox: inout Simulation) -> Response {
    switch call.provider {
    case .openpay where call.segments.last == "charges": .json(.ok, Array("[]".utf8))
    case .openpay, .paynet:
      OpenpayError.notFound("The transaction does not exist")
        .response(requestID: sandbox.ids.uuid())
    case .cashypay: CashyPayError.notFound.response()
    case .smilepayz: SmilePayzError.notFound.response()
    }
  }

  /// What a broken proxy in front of the provider might say.
  static let garbage = Response.text(
    .ok, "<html><body><h1>Service temporarily", type: "text/html")
}
