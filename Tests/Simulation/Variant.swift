import HTTPCalling
import JSONText
import Payins
import Providers
import Storage
import Synchronization

/// A gateway that is broken on purpose: the simulation must find out each.
enum Variant: String, CaseIterable {
  /// The pay-in is answered for without being kept.
  case firstCommitSkipped = "first-commit-skipped"
  /// Another process takes up what one is at.
  case leaseIgnored = "lease-ignored"
  /// A deposit that is reported again counts again.
  case depositCountedAgain = "deposit-counted-again"
  /// Several deposits of one order count as one.
  case depositsTakenForOne = "deposits-taken-for-one"
  /// A time-out counts as a refusal.
  case doubtTakenForRefusal = "doubt-taken-for-refusal"
  /// What a callback says is believed whatever it proves.
  case hintBelieved = "hint-believed"
  /// What a dead process was at is never taken up.
  case leaseEndless = "lease-endless"
  /// A callback is acknowledged and not kept.
  case callbackForgotten = "callback-forgotten"
  /// Nobody asks the providers.
  case questionForgotten = "question-forgotten"
  /// The first answer to a key is not kept.
  case answerForgotten = "answer-forgotten"
  /// An event is not written.
  case eventDropped = "event-dropped"
  /// A till's payment in doubt is left as it is.
  case reversalForgotten = "reversal-forgotten"
  /// Merchants are not told.
  case deliveryForgotten = "delivery-forgotten"
  /// A refusal in words that nobody has classed counts as "no order ever".
  case refusalBelieved = "refusal-believed"
  /// A pay-in in doubt outlives its own time.
  case doubtEndless = "doubt-endless"
  /// Refused credentials count as an ordinary decline.
  case credentialsIgnored = "credentials-ignored"
  /// Queries that cannot be read are not counted.
  case silenceIgnored = "silence-ignored"
  /// Money beside a CashyPay order is not looked for.
  case patchIgnored = "patch-ignored"
  /// A callback about an order that is not known yet is not looked at again.
  case parkedCallbackDropped = "parked-callback-dropped"
  /// A signed callback about another amount than the order's is believed.
  case callbackAmountBelieved = "callback-amount-believed"
  /// Once paid, whatever a provider says.
  case contradictionDropped = "contradiction-dropped"
  /// A pay-in that is partly paid is not asked about any more.
  case openWithoutQuestion = "open-without-question"
  /// A CLABE that was paid is not asked about any more.
  case repetitionIgnored = "repetition-ignored"

  /// Nil: the change is not kept at all.
  func tampered(_ change: Change) -> Change? {
    var out = change
    switch self {
    case .firstCommitSkipped:
      if change.operation?.isInsertion == true { return nil }
    case .leaseIgnored:
      out.jobs = change.jobs.map { job in
        guard case .put(var put) = job, put.lease != nil else { return job }
        put.due = put.due.adding(seconds: -36_000)
        put.tries = 0
        put.lease = nil
        return .put(put)
      }
    case .questionForgotten:
      out.jobs = change.jobs.filter { job in
        if case .put(let put) = job { put.key.kind != .queryAttempt } else { true }
      }
    case .answerForgotten:
      if case .answer = change.key { out.key = nil }
    case .eventDropped: out.events = change.events.filter { $0.type != "attempt.accepted" }
    case .reversalForgotten:
      out.jobs = change.jobs.filter { job in
        if case .put(let put) = job { put.key.kind != .reverseCounterPayment } else { true }
      }
    case .deliveryForgotten:
      out.jobs = change.jobs.filter { job in
        if case .put(let put) = job { put.key.kind != .deliverEvent } else { true }
      }
    case .doubtEndless:
      out.jobs = change.jobs.filter { job in
        if case .put(let put) = job { put.key.kind != .endDoubt } else { true }
      }
    case .parkedCallbackDropped:
      out.jobs = change.jobs.filter { job in
        if case .ensure(let put) = job { put.key.kind != .replayCallback } else { true }
      }
    case .openWithoutQuestion: out.jobs = withoutQuestions(change)
    case .callbackForgotten:
      if change.callback != nil { return nil }
    case .leaseEndless:
      out.jobs = change.jobs.map { job in
        guard case .put(var put) = job, put.lease != nil else { return job }
        put.due = put.due.adding(seconds: 3_600_000)
        return .put(put)
      }
    case .depositCountedAgain, .depositsTakenForOne, .doubtTakenForRefusal, .hintBelieved,
      .refusalBelieved, .credentialsIgnored, .silenceIgnored, .patchIgnored,
      .callbackAmountBelieved, .contradictionDropped, .repetitionIgnored:
      break
    }
    return out
  }

  private func withoutQuestions(_ change: Change) -> [JobChange] {
    guard change.operation?.payin?.status == .partiallyPaid else { return change.jobs }
    return change.jobs.map { job in
      switch job {
      case .put(let put) where put.key.kind == .queryAttempt: .drop(put.key)
      case .reschedule(let key, let lease, _) where key.kind == .queryAttempt: .finish(key, lease)
      default: job
      }
    }
  }

  func tampered(_ request: LeaseRequest) -> LeaseRequest {
    var out = request
    if self == .leaseEndless { out.until = out.until.adding(seconds: 3_600_000) }
    return out
  }

  func tampered(_ outcome: CallOutcome) -> CallOutcome {
    guard self == .doubtTakenForRefusal, case .sentNoAnswer(let failure) = outcome else {
      return outcome
    }
    return .neverSent(failure)
  }

  func tampered(_ provider: any Provider) -> any Provider {
    switch self {
    case .depositCountedAgain, .depositsTakenForOne, .hintBelieved, .refusalBelieved,
      .credentialsIgnored, .silenceIgnored, .patchIgnored, .callbackAmountBelieved,
      .contradictionDropped, .repetitionIgnored:
      (provider as? any Queryable & ReceivesCallbacks).map {
        TamperedProvider(base: $0, variant: self)
      } ?? provider
    default: provider
    }
  }
}

/// A dialect that says other than the provider did.
struct TamperedProvider: Queryable, ReceivesCallbacks {
  static let name = "tampered"
  static let statuses: [String: ReportedStatus] = [:]

  let base: any Queryable & ReceivesCallbacks
  let variant: Variant
  /// What was found paid, by our number.
  private let paid = Paid()

  private final class Paid: Sendable {
    let reports = Mutex<[String: StatusReport]>([:])
  }

  init(base: any Queryable & ReceivesCallbacks, variant: Variant) {
    self.base = base
    self.variant = variant
  }

  init?(account: AccountIdentity, settings: inout ObjectReader) { nil }

  var capabilities: [Payins.Method: Capability] {
    guard variant == .repetitionIgnored else { return base.capabilities }
    return base.capabilities.mapValues {
      var capability = $0
      capability.showsRepeatedPayments = false
      return capability
    }
  }
  var acknowledgement: Acknowledgement { base.acknowledgement }

  func createRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    base.createRequest(order, at: now)
  }

  func createOutcome(_ response: HTTPResponse, _ order: Order) -> CreateOutcome {
    switch (variant, base.createOutcome(response, order)) {
    case (.refusalBelieved, .refused(let refusal, _)),
      (.credentialsIgnored, .unauthorized(let refusal)):
      .declined(Refusal(code: "declined", message: refusal.message))
    case (_, let outcome): outcome
    }
  }

  func queryRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    base.queryRequest(order, at: now)
  }

  func queryOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome {
    switch (variant, base.queryOutcome(response, order)) {
    case (.credentialsIgnored, .unauthorized(let refusal)):
      return .undetermined(Refusal(code: "refused", message: refusal.message))
    case (.silenceIgnored, .undetermined(let refusal)): return .mismatch(refusal)
    case (_, .found(var report)):
      tamper(&report, "query")
      if variant == .contradictionDropped {
        if report.deposits.isEmpty, let known = paid.reports.withLock({ $0[order.number] }) {
          return .found(known)
        }
        if !report.deposits.isEmpty { paid.reports.withLock { $0[order.number] = report } }
      }
      return .found(report)
    case (_, let outcome): return outcome
    }
  }

  func followUp(_ outcome: QueryOutcome, _ order: Order, at now: Instant) -> FollowUp? {
    variant == .patchIgnored ? nil : base.followUp(outcome, order, at: now)
  }

  func read(_ delivery: CallbackDelivery) -> CallbackReading {
    guard case .notice(var notice) = base.read(delivery) else { return base.read(delivery) }
    tamper(&notice.report, "callback")
    if variant == .callbackAmountBelieved { notice.report.orderAmount = nil }
    if variant == .hintBelieved { notice.grade = .fullySignedCallback }
    return .notice(notice)
  }

  private func tamper(_ report: inout StatusReport, _ source: String) {
    for index in report.deposits.indices {
      switch variant {
      case .depositCountedAgain: report.deposits[index].identity += source
      case .depositsTakenForOne: report.deposits[index].identity = "one"
      default: break
      }
    }
  }
}
