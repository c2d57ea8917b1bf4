import JSONText
public import Payins

/// What happens to a store payment.
public enum CounterPaymentInput: Equatable, Sendable {
  case sent(AuthorizationOutcome)
  /// A process died between the commit that planned the authorization and its answer.
  case interrupted
  /// The merchant takes it back.
  case reversalAsked
  case reversalSent(ReversalOutcome)
}

public typealias CounterPaymentTransition = Transition<CounterPayment>

extension CounterPaymentTransition {
  /// The payment as it stands after the input; where it is withdrawn its `failure` says why.
  public internal(set) var payment: CounterPayment {
    get { state }
    _modify { yield &state }
  }
}

/// Once a reversal is planned nothing but Paynet's word on it ends it: a late answer to the
/// authorization is written down and changes nothing. Where Paynet rejects the request for a day,
/// the reversal waits until it is asked for again.
extension CounterPayment: CountedOperation {
  public static let kind = OperationKind.counterPayment

  public func account(of job: JobKey) -> String { request.account }

  /// Seconds from each reversal to the next; the last repeats for ever.
  private static let delays: [Int64] = [0, 2, 5, 15, 30, 60, 120, 300, 600]

  /// "No such payment" must be heard this often, and so many seconds after the payment was begun,
  /// to be believed: an authorization that is late on its way is then surely lost.
  static let absencesForProof = 3
  static let proofSeconds: Int64 = 60

  /// For so many seconds a reversal that Paynet rejects is sent again.
  static let rejectionSeconds: Int64 = 86_400

  public static func open(
    _ request: CounterPaymentRequest, id: CounterPaymentID, merchant: String,
    idempotencyKey: String, _ context: Context
  ) -> CounterPaymentTransition {
    var next = CounterPaymentTransition(
      CounterPayment(
        id: id, merchant: merchant, request: request, idempotencyKey: idempotencyKey,
        createdAt: context.now, updatedAt: context.now, status: .sending, reversalTries: 0,
        absences: 0, unresolvedSince: context.now, eventCount: 0, publishedCount: 0, version: 0))
    next.record("store_payment.created", [:])
    next.jobs = [.start(next.payment.authorizationJob)]
    next.finish(context)
    return next
  }

  public func apply(_ input: CounterPaymentInput, _ context: Context) -> CounterPaymentTransition {
    var next = CounterPaymentTransition(self)
    switch (input, status) {
    case (.sent(let outcome), .sending): next.take(outcome, context)
    case (.sent(let outcome), _):
      next.record("store_payment.late_answer", ["outcome": JSON(outcome.label)])
    case (.interrupted, .sending):
      next.markInDoubt(
        Refusal(code: "interrupted", message: "the gateway stopped before the answer came"),
        context)
    case (.reversalAsked, .authorized):
      next.payment.status = .reversing
      next.payment.reversal = nil
      next.payment.reversalTries = 0
      next.payment.unresolvedSince = context.now
      next.startReversal(context)
    case (.reversalAsked, .reversing) where waitsForOperator:
      next.startReversal(context)
    case (.reversalSent(let outcome), .inDoubt), (.reversalSent(let outcome), .reversing):
      next.take(outcome, context)
    case (.interrupted, _), (.reversalAsked, _), (.reversalSent, _): next.isIdle = true
    }
    next.finish(context)
    return next
  }

  public var authorizationJob: JobKey { JobKey(kind: .authorizeCounterPayment, subject: id.text) }
  public var reversalJob: JobKey { JobKey(kind: .reverseCounterPayment, subject: id.text) }

  static func delaySeconds(after tries: Int) -> Int64 {
    delays[min(tries, delays.count - 1)]
  }
}

extension CounterPaymentTransition {
  mutating func take(_ outcome: AuthorizationOutcome, _ context: Context) {
    switch outcome {
    case .authorized(let answer):
      payment.status = .authorized
      payment.answer = answer
      payment.unresolvedSince = nil
      publish(.counterPaymentAuthorized, ["code": JSON(answer.code)])
    case .declined(let answer):
      payment.status = .declined
      payment.answer = answer
      payment.unresolvedSince = nil
      publish(.counterPaymentDeclined, ["code": JSON(answer.code)])
    case .neverSent(let refusal):
      payment.failure = refusal
      isWithdrawn = true
    case .inDoubt(let refusal): markInDoubt(refusal, context)
    }
  }

  mutating func markInDoubt(_ refusal: Refusal, _ context: Context) {
    payment.status = .inDoubt
    payment.failure = refusal
    record("store_payment.in_doubt", ["code": JSON(refusal.code)])
    planReversal(after: 0, context)
  }

  mutating func take(_ outcome: ReversalOutcome, _ context: Context) {
    payment.reversalTries += 1
    if outcome.endsRejection { payment.rejectedSince = nil }
    switch outcome {
    case .acknowledged(let answer): settle(answer)
    case .unknown(let answer) where payment.answer == nil: absent(answer, context)
    case .unknown(let answer): refused(answer, context)
    case .rejected(let answer): rejected(answer, context)
    case .unsettled(let refusal): unsettled(JSON(refusal.code), context)
    }
  }

  private mutating func absent(_ answer: CounterPaymentAnswer, _ context: Context) {
    payment.absences += 1
    let isOld = context.now >= payment.createdAt.adding(seconds: CounterPayment.proofSeconds)
    if isOld, payment.absences >= CounterPayment.absencesForProof { return settle(answer) }
    payment.status = .reversing
    record("store_payment.unknown_at_paynet", ["code": JSON(answer.code)])
    planReversal(after: payment.reversalTries, context)
  }

  /// Paynet does not take back what it authorized: the payment stands. After a try without an
  /// answer nobody knows whether that one did, so that it stays unresolved.
  private mutating func refused(_ answer: CounterPaymentAnswer, _ context: Context) {
    payment.reversal = answer
    guard payment.reversalTries == 1 else { return unsettled(JSON(answer.code), context) }
    payment.status = .authorized
    payment.nextReversalAt = nil
    payment.unresolvedSince = nil
    record("store_payment.reversal_refused", ["code": JSON(answer.code)])
  }

  private mutating func rejected(_ answer: CounterPaymentAnswer, _ context: Context) {
    payment.reversal = answer
    let since = payment.rejectedSince ?? context.now
    payment.rejectedSince = since
    guard context.now >= since.adding(seconds: CounterPayment.rejectionSeconds) else {
      return unsettled(JSON(answer.code), context)
    }
    payment.status = .reversing
    payment.rejectedSince = nil
    payment.nextReversalAt = nil
    record("store_payment.reversal_held", ["code": JSON(answer.code)])
  }

  private mutating func unsettled(_ code: JSON, _ context: Context) {
    payment.status = .reversing
    record("store_payment.reversal_unsettled", ["code": code])
    planReversal(after: payment.reversalTries, context)
  }

  private mutating func settle(_ answer: CounterPaymentAnswer) {
    payment.status = .reversed
    payment.reversal = answer
    payment.nextReversalAt = nil
    payment.unresolvedSince = nil
    publish(.counterPaymentReversed, ["code": JSON(answer.code)])
  }

  /// Within a quarter more, so that what failed together does not come back together.
  mutating func planReversal(after tries: Int, _ context: Context) {
    let delay = CounterPayment.delaySeconds(after: tries) * 1000
    let jitter = delay * Int64(context.entropy.bytes(1)[0]) / 1024
    let due = context.now.adding(milliseconds: delay + jitter)
    payment.nextReversalAt = due
    jobs = [.plan(payment.reversalJob, due: due)]
  }

  /// Whoever asks for it sends it first.
  mutating func startReversal(_ context: Context) {
    record("store_payment.reversal_asked", [:])
    payment.nextReversalAt = context.now
    jobs = [.start(payment.reversalJob)]
  }
}

extension ReversalOutcome {
  /// Whether Paynet says something else. Where it says nothing the rejection goes on.
  fileprivate var endsRejection: Bool {
    switch self {
    case .acknowledged, .unknown: true
    case .rejected, .unsettled: false
    }
  }
}
