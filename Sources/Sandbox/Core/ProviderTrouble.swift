internal import HTTPServing
internal import JSONText

/// What providers answer when a fault keeps them from answering properly.
enum ProviderTrouble {
  /// What comes in place of any work; nil where the work is to be done.
  static func reply(
    to request: Request, _ call: ProviderCall, _ fault: Fault, _ sandbox: inout Simulation,
    at now: Instant
  ) -> Simulation.Reply? {
    switch fault.kind {
    case .timeoutBefore: .cut(reset: false)
    case .resetBefore: .cut(reset: true)
    case .error500: .answer(error500(call, &sandbox))
    case .systemError: .answer(systemError(request, call, &sandbox, at: now))
    case .garbage: .answer(garbage)
    case .notFound: .answer(notFound(call, &sandbox))
    case .refused: .answer(refused(request, call, fault.words, &sandbox, at: now))
    case .unauthorized: .answer(unauthorized(call, fault.words, &sandbox, at: now))
    default: nil
    }
  }

  /// What becomes of the answer when the work is done.
  static func reply(
    after response: Response, _ call: ProviderCall, _ fault: Fault?, _ sandbox: inout Simulation
  ) -> Simulation.Reply {
    switch fault?.kind {
    case .timeoutAfter: .cut(reset: false)
    case .resetAfter: .cut(reset: true)
    case .error500After: .answer(error500(call, &sandbox))
    case .garbageAfter: .answer(garbage)
    default: .answer(response)
    }
  }

  /// HTTP 500, in the provider's own form.
  private static func error500(_ call: ProviderCall, _ sandbox: inout Simulation) -> Response {
    switch call.provider {
    case .openpay, .paynet:
      OpenpayError.internalError.response(requestID: sandbox.ids.uuid())
    case .cashypay: CashyPayError.systemError.response(.internalServerError)
    case .smilepayz: SmilePayzError.systemError.response(.internalServerError)
    }
  }

  /// As the provider says that something inside is out of order.
  private static func systemError(
    _ request: Request, _ call: ProviderCall, _ sandbox: inout Simulation, at now: Instant
  ) -> Response {
    switch call.provider {
    case .openpay: OpenpayError.unavailable.response(requestID: sandbox.ids.uuid())
    case .cashypay: CashyPayError.busy.response()
    case .smilepayz: SmilePayzError.systemError.response()
    case .paynet: declined(request, .systemError, &sandbox, at: now)
    }
  }

  /// Paynet's answer to what it does not authorize.
  private static func declined(
    _ request: Request, _ refusal: PaynetRefusal, _ sandbox: inout Simulation, at now: Instant
  ) -> Response {
    let id = (try? JSON(parsing: request.body))?["chainTransactionId"] ?? .null
    return .json(.ok, PaynetDesk.refusal(refusal, id, &sandbox, at: now).bytes)
  }

  /// As if the order were not there (yet).
  private static func notFound(_ call: ProviderCall, _ sandbox: inout Simulation) -> Response {
    switch call.provider {
    case .openpay where call.segments.last == "charges": .json(.ok, Array("[]".utf8))
    case .openpay, .paynet:
      OpenpayError.notFound("The transaction does not exist")
        .response(requestID: sandbox.ids.uuid())
    case .cashypay: CashyPayError.notFound.response()
    case .smilepayz: SmilePayzError.notFound.response()
    }
  }

  /// A whole answer that says no, in given words.
  private static func refused(
    _ request: Request, _ call: ProviderCall, _ words: RefusalWords?,
    _ sandbox: inout Simulation, at now: Instant
  ) -> Response {
    guard let words else { return systemError(request, call, &sandbox, at: now) }
    switch call.provider {
    case .openpay: return OpenpayError(words).response(requestID: sandbox.ids.uuid())
    case .cashypay: return CashyPayError(words).response()
    case .smilepayz: return SmilePayzError(words).response(at: now)
    case .paynet: return declined(request, PaynetRefusal(words), &sandbox, at: now)
    }
  }

  /// As to a caller whose credentials are wrong.
  private static func unauthorized(
    _ call: ProviderCall, _ words: RefusalWords?, _ sandbox: inout Simulation, at now: Instant
  ) -> Response {
    switch call.provider {
    case .openpay, .paynet:
      (words.map(OpenpayError.init) ?? .unauthorized).response(requestID: sandbox.ids.uuid())
    case .cashypay: (words.map(CashyPayError.init) ?? .badSign).response()
    case .smilepayz: (words.map(SmilePayzError.init) ?? .badSignature).response(at: now)
    }
  }

  /// What a broken proxy in front of the provider might say.
  private static let garbage = Response.text(
    .ok, "<html><body><h1>Service temporarily", type: "text/html")
}
