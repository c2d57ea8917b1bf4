import CounterPayments
import JSONText
import Payins
import Storage

/// What the gateway needs to know of a kind of operation, beside its state machine.
protocol ServedOperation: KeptOperation {
  /// The call that makes one, as idempotency keys are scoped by it.
  static var createCall: String { get }
  /// Whether the answer to the call that made it is kept with the key. Else it is the operation as
  /// it was first published, which is kept once and loses its payer when that is erased.
  static var keepsAnswer: Bool { get }
  /// Whether the call that made it has its answer for ever.
  var isSettled: Bool { get }
  /// When it came to its end; nil before.
  var endedAt: Instant? { get }
  /// What was asked in vain since it was written.
  var silence: Silence? { get }

  /// As its merchant sees it, in JSON: in answers and in webhooks alike.
  func document(publicURL: String) -> [UInt8]
  /// Counters that a commit adds one to.
  static func counts(_ transition: Transition<Self>, before: Self?) -> [Count]
}

typealias Count = (name: String, labels: [(String, String)])

extension Payin: ServedOperation {
  static let createCall = IdempotencyKey.createPayin
  static let keepsAnswer = false
  var isSettled: Bool { status != .processing }
  var endedAt: Instant? { overSince }

  func document(publicURL: String) -> [UInt8] {
    PayinDocument(publicURL: publicURL).bytes(self)
  }

  static func counts(_ transition: Transition<Payin>, before: Payin?) -> [Count] {
    let status = transition.state.status
    return before?.status == status
      ? [] : [("pasarela_payins_total", [("status", status.rawValue)])]
  }
}

extension CounterPayment: ServedOperation {
  static let createCall = "store_payments.create"
  static let keepsAnswer = true
  var isSettled: Bool { status != .sending }
  var endedAt: Instant? { unresolvedSince == nil ? updatedAt : nil }
  var silence: Silence? { nil }

  func document(publicURL: String) -> [UInt8] { CounterPaymentDocument.json(self).bytes }

  static func counts(_ transition: Transition<CounterPayment>, before: CounterPayment?) -> [Count] {
    transition.events.filter(\.isPublished).map {
      ("pasarela_store_payments_total", [("event", $0.type)])
    }
  }
}
