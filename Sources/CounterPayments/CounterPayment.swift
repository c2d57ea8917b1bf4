public import JSONText
public import Payins

/// Where a payment at a till stands.
public enum CounterPaymentStatus: String, Sendable, CaseIterable {
  /// The authorization is on its way; told as `in_doubt`, since nobody knows yet.
  case sending
  case authorized
  case declined
  /// Whether it was authorized is not known, and the till took no cash: it is to be reversed.
  case inDoubt = "in_doubt"
  /// The reversal was asked for or sent, and is not acknowledged yet.
  case reversing
  case reversed

  /// As the API says it.
  public var told: String { self == .sending ? Self.inDoubt.rawValue : rawValue }
}

/// What Paynet answered.
public struct CounterPaymentAnswer: Equatable, Sendable {
  /// S000 "Response codes": 0 is success.
  public var code: Int64
  public var description: String?
  /// Paynet's name for the call, to ask its people by.
  public var requestID: String?
  public var authorization: String?
  public var customerInstructions: String?

  public init(
    code: Int64, description: String?, requestID: String? = nil, authorization: String? = nil,
    customerInstructions: String? = nil
  ) {
    self.code = code
    self.description = description
    self.requestID = requestID
    self.authorization = authorization
    self.customerInstructions = customerInstructions
  }
}

/// What is known of an authorization call.
public enum AuthorizationOutcome: Equatable, Sendable {
  case authorized(CounterPaymentAnswer)
  case declined(CounterPaymentAnswer)
  /// Paynet did not come to look at it, so surely nothing was authorized.
  case neverSent(Refusal)
  /// It may have been authorized.
  case inDoubt(Refusal)

  public var label: String {
    switch self {
    case .authorized: "authorized"
    case .declined: "declined"
    case .neverSent: "never_sent"
    case .inDoubt: "in_doubt"
    }
  }
}

/// What is known of a reversal call.
public enum ReversalOutcome: Equatable, Sendable {
  /// Paynet took it back, now or before.
  case acknowledged(CounterPaymentAnswer)
  /// Paynet has nothing that it could take back. Of a payment in doubt, once is no proof: the
  /// authorization may still be on its way.
  case unknown(CounterPaymentAnswer)
  /// Paynet does not take the request as it is. The same again will hardly be taken, so that it is
  /// sent for a day, and then an operator has to look.
  case rejected(CounterPaymentAnswer)
  /// To be sent again.
  case unsettled(Refusal)

  public var label: String {
    switch self {
    case .acknowledged: "acknowledged"
    case .unknown: "unknown"
    case .rejected: "rejected"
    case .unsettled: "unsettled"
    }
  }
}

/// A cash payment of a reference at a store chain's till, authorized through Paynet.
public struct CounterPayment: Equatable, Sendable {
  public let id: CounterPaymentID
  public let merchant: String
  public let request: CounterPaymentRequest
  public let idempotencyKey: String
  public let createdAt: Instant
  public package(set) var updatedAt: Instant
  public internal(set) var status: CounterPaymentStatus
  /// To the authorization, and to the reversal.
  public internal(set) var answer: CounterPaymentAnswer?
  public internal(set) var reversal: CounterPaymentAnswer?
  /// Why there is no answer.
  public internal(set) var failure: Refusal?
  public internal(set) var reversalTries: Int
  /// How often Paynet said that it has no such payment.
  public internal(set) var absences: Int
  /// Since when Paynet rejects the reversal's request, where the last it said is that.
  public internal(set) var rejectedSince: Instant?
  /// Of one that is to be reversed, nil where that waits for an operator.
  public internal(set) var nextReversalAt: Instant?
  /// Since when Paynet has something to say, where it has.
  public internal(set) var unresolvedSince: Instant?
  public package(set) var eventCount: Int
  public package(set) var publishedCount: Int
  /// Counts the changes; a store refuses to overwrite another one.
  public package(set) var version: Int

  /// Whether its reversal is not sent any more until somebody asks for it again.
  public var waitsForOperator: Bool { status == .reversing && nextReversalAt == nil }
}

/// How a store keeps it.
extension CounterPayment {
  public var stored: JSON {
    .object([
      "id": JSON(id.text), "merchant": JSON(merchant), "request": request.stored,
      "idempotency_key": JSON(idempotencyKey), "created_at": JSON(createdAt.milliseconds),
      "updated_at": JSON(updatedAt.milliseconds), "status": JSON(status.rawValue),
      "answer": answer?.stored ?? .null, "reversal": reversal?.stored ?? .null,
      "failure_code": JSON(failure?.code), "failure_message": JSON(failure?.message),
      "reversal_tries": JSON(reversalTries), "absences": JSON(absences),
      "rejected_since": JSON(rejectedSince?.milliseconds),
      "next_reversal_at": JSON(nextReversalAt?.milliseconds),
      "unresolved_since": JSON(unresolvedSince?.milliseconds),
      "event_count": JSON(eventCount), "announced_count": JSON(publishedCount),
      "version": JSON(version),
    ])
  }

  public init?(stored json: JSON) {
    guard let id = json["id"]?.string, let merchant = json["merchant"]?.string,
      let request = json["request"].flatMap(CounterPaymentRequest.init(stored:)),
      let key = json["idempotency_key"]?.string, let createdAt = json["created_at"]?.int64,
      let updatedAt = json["updated_at"]?.int64,
      let status = json["status"]?.string.flatMap(CounterPaymentStatus.init(rawValue:)),
      let tries = json["reversal_tries"]?.int64, let absences = json["absences"]?.int64,
      let eventCount = json["event_count"]?.int64,
      let publishedCount = json["announced_count"]?.int64, let version = json["version"]?.int64
    else { return nil }
    var failure: Refusal?
    if let code = json["failure_code"]?.string, let message = json["failure_message"]?.string {
      failure = Refusal(code: code, message: message)
    }
    self.init(
      id: CounterPaymentID(unchecked: id), merchant: merchant, request: request,
      idempotencyKey: key, createdAt: Instant(milliseconds: createdAt),
      updatedAt: Instant(milliseconds: updatedAt), status: status,
      answer: json["answer"].flatMap(CounterPaymentAnswer.init(stored:)),
      reversal: json["reversal"].flatMap(CounterPaymentAnswer.init(stored:)), failure: failure,
      reversalTries: Int(tries), absences: Int(absences),
      rejectedSince: json["rejected_since"]?.int64.map(Instant.init(milliseconds:)),
      nextReversalAt: json["next_reversal_at"]?.int64.map(Instant.init(milliseconds:)),
      unresolvedSince: json["unresolved_since"]?.int64.map(Instant.init(milliseconds:)),
      eventCount: Int(eventCount), publishedCount: Int(publishedCount), version: Int(version))
  }
}

extension CounterPaymentAnswer {
  fileprivate var stored: JSON {
    [
      "code": JSON(code), "description": JSON(description), "request_id": JSON(requestID),
      "authorization": JSON(authorization), "instructions": JSON(customerInstructions),
    ]
  }

  fileprivate init?(stored json: JSON) {
    guard let code = json["code"]?.int64 else { return nil }
    self.init(
      code: code, description: json["description"]?.string,
      requestID: json["request_id"]?.string,
      authorization: json["authorization"]?.string,
      customerInstructions: json["instructions"]?.string)
  }
}
