import CounterPayments
import Gateway
import HTTPServing
import JSONText
import Payins
import Routing
import Storage

/// An error that knows what it is in HTTP.
protocol HTTPProblem: Error {
  var problem: Problem { get }
}

extension OperationRefusal: HTTPProblem {
  var problem: Problem {
    switch self {
    case .notFound(let kind): .notFound("there is no such \(kind.words)")
    case .keyReused:
      Problem(
        .unprocessableContent, code: "idempotency_key_reused",
        detail: "this Idempotency-Key was used with another body")
    case .inProgress:
      Problem(
        .conflict, code: "conflict_in_progress",
        detail: "the first call with this Idempotency-Key is still running",
        retryAfterSeconds: 1, effect: .unknown)
    case .duplicate(.payin, let existing):
      Problem(
        .conflict, code: "duplicate_merchant_reference",
        detail: "this merchant_reference belongs to \(existing.text)")
    case .duplicate(.counterPayment, let existing):
      Problem(
        .conflict, code: "duplicate_chain_transaction",
        detail: "this group, chain and chain_transaction_id belong to \(existing.text)")
    }
  }
}

extension PayinRefusal: HTTPProblem {
  var problem: Problem {
    switch self {
    case .noEligibleProvider(let decision):
      Problem(
        .unprocessableContent, code: "no_eligible_provider", detail: Self.unserved(decision),
        errors: Self.reasons(decision))
    case .noProviderNow(let decision, let seconds):
      .unavailable(
        "\(Self.unserved(decision)) now", errors: Self.reasons(decision),
        retryAfterSeconds: Int(seconds))
    case .notCancellable(let status):
      Problem(
        .unprocessableContent, code: "not_cancellable",
        detail: "a pay-in that is \(status.rawValue) cannot be cancelled")
    case .accountBusy: .rateLimited("the account's limit of calls is reached")
    }
  }

  private static func unserved(_ decision: Decision) -> String {
    "no account that rule \(decision.rule) names can serve this pay-in"
  }

  private static func reasons(_ decision: Decision) -> [Problem.Entry] {
    decision.dropped.map {
      Problem.Entry(pointer: "", detail: "\($0.target): \($0.reason.code): \($0.reason.sentence)")
    }
  }
}

extension CounterPaymentService.Refusal: HTTPProblem {
  var problem: Problem {
    switch self {
    case .noSuchAccount:
      return .invalidMember("/account", "must be an account that takes store payments")
    case .amountOutOfRange(let range):
      return .invalidMember("/amount", "the account takes \(Self.words(range))")
    case .unreachable(let reason):
      let detail =
        "nothing was authorized and nothing is kept, so the same call may be made again: "
        + reason.message
      return reason.code == "rate_limited"
        ? .rateLimited(detail) : .unavailable(detail, retryAfterSeconds: 5)
    case .notReversible(let status):
      return Problem(
        .unprocessableContent, code: "not_reversible",
        detail: "a store payment that is \(status.told) cannot be reversed")
    }
  }

  private static func words(_ range: ClosedRange<Int64>) -> String {
    range.upperBound == .max
      ? "\(range.lowerBound) centavos or more"
      : "\(range.lowerBound) to \(range.upperBound) centavos"
  }
}

extension WebhookService.Refusal: HTTPProblem {
  var problem: Problem {
    switch self {
    case .notFound: .notFound("there is no such endpoint or event")
    case .tooMany:
      Problem(
        .unprocessableContent, code: "too_many_endpoints",
        detail: "a merchant has at most 10 webhook endpoints")
    case .tooManySecrets(let seconds):
      Problem(
        .tooManyRequests, code: "rate_limited",
        detail: "50 secrets of this endpoint sign already: each does for a day after it is rotated",
        retryAfterSeconds: Int(clamping: seconds))
    case .configured:
      Problem(
        .conflict, code: "configured_endpoint",
        detail: "this endpoint stands in the gateway's configuration and is changed there")
    }
  }
}

extension DatabaseError: HTTPProblem {
  var problem: Problem {
    if case .damaged(let what) = self { return .internalError(because: what) }
    // The commit may have become durable before it failed.
    var problem = Problem.unavailable(
      "the gateway cannot write to its store", retryAfterSeconds: 5, effect: .unknown)
    problem.cause = description
    return problem
  }
}

extension InvalidBody: HTTPProblem {
  var problem: Problem {
    .invalidRequest(
      "the body is not valid",
      errors: problems.map { Problem.Entry(pointer: $0.pointer, detail: $0.detail) })
  }
}

extension Problem {
  fileprivate static func invalidMember(_ pointer: String, _ detail: String) -> Problem {
    .invalidRequest("the body is not valid", errors: [Entry(pointer: pointer, detail: detail)])
  }

  fileprivate static func rateLimited(_ detail: String) -> Problem {
    Problem(.tooManyRequests, code: "rate_limited", detail: detail, retryAfterSeconds: 1)
  }
}

/// Reads of a request what every route reads alike.
enum RequestReading {
  /// The body as a JSON object; `Content-Type` must say that it is JSON.
  static func object(_ request: Request) throws(Problem) -> JSONObject {
    try checkType(of: request)
    let json: JSON
    do { json = try JSON(parsing: request.body) } catch {
      throw .invalidRequest(
        "the body is not JSON: \(error.message) (line \(error.line), column \(error.column))",
        errors: [Problem.Entry(pointer: error.pointer, detail: error.message)])
    }
    guard let object = json.object else {
      throw .invalidRequest("the body must be a JSON object, not \(json.kind)")
    }
    return object
  }

  static func checkType(of request: Request) throws(Problem) {
    guard request.headers["Content-Type"].map(Self.isJSON) == true else {
      throw Problem(
        .unsupportedMediaType, code: "unsupported_media_type",
        detail: "the body must be application/json")
    }
  }

  /// Whether a `Content-Type` names JSON, whatever its parameters.
  private static func isJSON(_ type: String) -> Bool {
    Array(type.utf8).prefix { $0 != UInt8(ascii: ";") }.trimmed
      .isSameIgnoringCase(as: "application/json")
  }

  /// 1 to 255 visible ASCII characters.
  static func idempotencyKey(_ request: Request) throws(Problem) -> String {
    let keys = request.headers.values(of: "Idempotency-Key")
    guard keys.count == 1, let key = keys.first else {
      throw .invalidRequest(
        keys.isEmpty ? "the header Idempotency-Key is needed" : "one Idempotency-Key only")
    }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (33...126).contains($0) })
    else {
      throw .invalidRequest("Idempotency-Key must be 1 to 255 visible ASCII characters")
    }
    guard !CardNumbers.isWhole(key) else {
      throw .invalidRequest("Idempotency-Key \(PayinRequestReader.cardDetail)")
    }
    return key
  }

  /// Refuses query parameters that the route does not know, or that come twice.
  static func parameters(
    _ request: Request, known: Set<String>
  ) throws(Problem) -> [String: String] {
    var out: [String: String] = [:]
    for item in request.query.items {
      guard known.contains(item.name) else {
        throw .invalidRequest(
          "unknown query parameter \(Substring(item.name.unicodeScalars.prefix(40)))")
      }
      guard out.updateValue(item.value, forKey: item.name) == nil else {
        throw .invalidRequest("the query parameter \(item.name) comes twice")
      }
    }
    return out
  }
}

extension Router {
  /// Registers a route whose action may also throw what knows its problem.
  mutating func serve(
    _ method: HTTPMethod, _ template: String, judge: Judge? = nil,
    _ action: @escaping @Sendable (Request, PathParameters) async throws -> Response
  ) {
    on(method, template, judge: judge) { request, path in
      do {
        return try await action(request, path)
      } catch let refusal as any HTTPProblem {
        throw refusal.problem
      }
    }
  }
}
