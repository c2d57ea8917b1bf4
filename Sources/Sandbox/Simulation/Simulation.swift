internal import HTTPCalling
internal import HTTPServing
internal import JSONText

/// The simulated providers as one value: requests and times come in, answers and webhooks to send
/// come out; it reads no clock and opens no socket.
struct Simulation: Sendable {
  private let capacity: Int
  var requests = RequestLog()
  /// How far the sandbox's clock is ahead of the wall's, in milliseconds.
  var clockOffset: Int64 = 0
  var state: SandboxState

  /// - Parameter capacity: of orders.
  init(seed: UInt64, capacity: Int) {
    self.capacity = capacity
    state = SandboxState(seed: seed, capacity: capacity)
  }

  /// Forgets all but what keeps ids from coming twice.
  mutating func reset() {
    var fresh = Simulation(seed: 0, capacity: capacity)
    fresh.state.ids = state.ids
    fresh.state.outbox = state.outbox
    fresh.state.outbox.removeAll()
    self = fresh
  }

  // MARK: Calls

  /// Answers as the provider or the first fault that waits would.
  mutating func reply(to call: ProviderCall, at now: Instant) -> ProviderReply {
    settle(at: now)
    return reply(to: call, state.takeFault(call.provider, call.operation) { $0.decides })
  }

  /// Answers as the provider would, or as the fault makes it.
  mutating func reply(to call: ProviderCall, _ fault: Fault?) -> ProviderReply {
    let reply =
      switch fault?.kind {
      case .timeoutBefore: ProviderReply.cut(reset: false)
      case .resetBefore: ProviderReply.cut(reset: true)
      case .garbage: ProviderReply.answer(Self.garbage)
      default: properReply(to: call, fault?.trouble)
      }
    guard case .answer(let response) = reply else { return reply }
    return finish(response, call, fault)
  }

  /// What becomes of an answer when the work is done.
  mutating func finish(
    _ response: Response, _ call: ProviderCall, _ fault: Fault?
  ) -> ProviderReply {
    let reply =
      switch fault?.kind {
      case .timeoutAfter: ProviderReply.cut(reset: false)
      case .resetAfter: ProviderReply.cut(reset: true)
      case .garbageAfter: ProviderReply.answer(Self.garbage)
      case .error500After: properReply(to: call, .internalError)
      default: ProviderReply.answer(response)
      }
    guard case .answer(let response) = reply else { return reply }
    return .answer(spelled(response, call))
  }

  private mutating func properReply(
    to call: ProviderCall, _ trouble: ProviderTrouble?
  ) -> ProviderReply {
    guard let api = SandboxRegistry.named(call.provider)?.api else {
      return .answer(Response(.notFound))
    }
    guard let trouble else { return api.reply(to: call, &state) }
    return .answer(api.answer(trouble, to: call, &state))
  }

  /// What a broken proxy in front of the provider might say.
  private static let garbage = Response.text(
    .ok, "<html><body><h1>Service temporarily", type: "text/html")

  private mutating func spelled(_ response: Response, _ call: ProviderCall) -> Response {
    var response = response
    if let body = try? JSON(parsing: response.body) {
      let before = state
      response.body = state.spelled(body, by: call.provider, call.operation) {
        SandboxRegistry.named(call.provider)?.amount($0, like: $1, before) ?? $1
      }
    }
    let gzip = state.takeFault(call.provider, call.operation) { $0 == .gzip }
    if gzip != nil, !response.body.isEmpty {
      response.body = Gzip.member(of: response.body)
      response.headers["Content-Encoding"] = "gzip"
    }
    return response
  }

  // MARK: Time

  /// When something happens by itself next: a webhook is due, or an order expires.
  var nextDue: Instant? {
    [state.outbox.nextDue, state.ledger.nextExpiry].compactMap { $0 }.min()
  }

  var clock: JSON {
    [
      "now": .string(state.now.mexico), "milliseconds": JSON(state.now.milliseconds),
      "ahead_seconds": JSON(clockOffset / 1_000), "next_due_at": JSON(nextDue?.mexico),
    ]
  }

  /// Goes to a time, and lets expire what has expired.
  mutating func settle(at now: Instant) {
    state.now = now
    state.faults.removeEnded(at: now)
    while let order = state.ledger.takeExpired(at: now) { end(order, as: .expired) }
  }

  // MARK: What happens to orders from outside

  /// Brings money to an order.
  mutating func pay(_ order: Order, _ transfer: Transfer) throws(TransferRefusal) -> Payment {
    guard let lifecycle = SandboxRegistry.lifecycle(of: order) else {
      throw TransferRefusal(reason: "its provider takes no money")
    }
    return try lifecycle.receive(transfer, for: order, &state)
  }

  /// Ends an order, and notifies its merchant as its provider does.
  mutating func end(_ order: Order, as status: Order.Status) {
    SandboxRegistry.lifecycle(of: order)?
      .changed(order.becoming(status, at: state.now), from: order.status, &state)
  }

  /// Gives the money of a paid order back, and notifies its merchant of what the order has become.
  mutating func returnMoney(of order: Order, as status: Order.Status) {
    var order = order
    let paying = order.payments.lastIndex { $0.shownAs == order.key.id && !$0.isReversed }
    if let paying { order.payments[paying].isReversed = true }
    end(order, as: status)
  }
}

extension Fault {
  /// Nil where the provider does its work.
  fileprivate var trouble: ProviderTrouble? {
    switch kind {
    case .error500: .internalError
    case .systemError: .systemError
    case .notFound: .notFound
    case .refused: words.map(ProviderTrouble.refused)
    case .unauthorized: .unauthorized(words)
    case .timeoutBefore, .timeoutAfter, .resetBefore, .resetAfter, .error500After, .slow, .garbage,
      .garbageAfter, .filterIgnored, .latin1, .byteOrderMark, .gzip, .oddDates, .floatNoise,
      .otherAmount, .badSignature, .webhookLost, .webhookDoubled, .webhookDelayed:
      nil
    }
  }
}
