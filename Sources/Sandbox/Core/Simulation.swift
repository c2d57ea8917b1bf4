internal import HTTPServing

/// Everything that the simulated providers know. A value: requests and times come in, answers and
/// webhooks to send come out; it reads no clock and opens no socket.
struct Simulation: Sendable {
  /// What is to be done with a request.
  enum Reply: Sendable {
    case answer(Response)
    /// Openpay calls a new webhook before it answers; `completed` makes the answer of the outcome.
    case verification(OpenpayVerification)
    /// None: the connection ends, or is reset.
    case cut(reset: Bool)
  }

  private let configured: SandboxSettings
  private let capacity: Int
  let keys: SmilePayzKeys
  var settings: SandboxSettings
  /// How far the sandbox's clock is ahead of the wall's, in milliseconds.
  var clockOffset: Int64 = 0
  var ids: Identifiers
  var ledger: Ledger
  var outbox = Outbox()
  var faults = FaultBook()
  var requests = RequestLog()
  var openpay = OpenpayRegister()
  var paynet = PaynetJournal()

  init(settings: SandboxSettings, keys: SmilePayzKeys, seed: UInt64, capacity: Int) {
    configured = settings
    self.settings = settings
    self.keys = keys
    self.capacity = capacity
    ids = Identifiers(seed: seed)
    ledger = Ledger(capacity: capacity)
  }

  /// Forgets all but what keeps ids from coming twice.
  mutating func reset() {
    var fresh = Simulation(settings: configured, keys: keys, seed: 0, capacity: capacity)
    fresh.ids = ids
    fresh.outbox = outbox
    fresh.outbox.removeAll()
    self = fresh
  }

  /// Answers a provider's caller, as that provider or the first fault that waits would.
  mutating func reply(to request: Request, _ call: ProviderCall, at now: Instant) -> Reply {
    let fault = faults.take(call.provider, call.operation, at: now) { $0.decides }
    return reply(to: request, call, fault, at: now)
  }

  /// Answers as the provider would, or as the fault makes it.
  mutating func reply(
    to request: Request, _ call: ProviderCall, _ fault: Fault?, at now: Instant
  ) -> Reply {
    settle(at: now)
    if let fault, let reply = ProviderTrouble.reply(to: request, call, fault, &self, at: now) {
      guard case .answer(let response) = reply else { return reply }
      return .answer(spelled(response, call, at: now))
    }
    let reply = properReply(to: request, call, at: now)
    guard case .answer(let response) = reply else { return reply }
    return finish(response, call, fault, at: now)
  }

  /// What becomes of an answer when the work is done.
  mutating func finish(
    _ response: Response, _ call: ProviderCall, _ fault: Fault?, at now: Instant
  ) -> Reply {
    let reply = ProviderTrouble.reply(after: response, call, fault, &self)
    guard case .answer(let response) = reply else { return reply }
    return .answer(spelled(response, call, at: now))
  }

  private mutating func properReply(
    to request: Request, _ call: ProviderCall, at now: Instant
  ) -> Reply {
    switch call.provider {
    case .openpay: OpenpayDesk.reply(to: request, call, &self, at: now)
    case .cashypay: .answer(CashyPayDesk.answer(request, call, &self, at: now))
    case .smilepayz: .answer(SmilePayzDesk.answer(request, call, &self, at: now))
    case .paynet: .answer(PaynetDesk.answer(request, call, &self, at: now))
    }
  }

  // MARK: Time

  /// When something happens by itself next: a webhook is due, or an order expires.
  var nextDue: Instant? {
    [outbox.nextDue, ledger.nextExpiry].compactMap { $0 }.min()
  }

  /// Lets expire what has expired.
  mutating func settle(at now: Instant) {
    faults.removeEnded(at: now)
    while let order = ledger.takeExpired(at: now) { expire(order, at: now) }
  }

  // MARK: What happens to orders from outside

  /// Brings money to an order.
  mutating func pay(
    _ order: Order, _ transfer: Transfer, at now: Instant
  ) throws(TransferRefusal) -> Payment {
    switch order.key.provider {
    case .openpay: try OpenpayMoney.receive(transfer, for: order, &self, at: now)
    case .cashypay: try CashyPayMoney.receive(transfer, for: order, &self, at: now)
    case .smilepayz: SmilePayzMoney.receive(transfer, for: order, &self, at: now)
    case .paynet: throw TransferRefusal(reason: "Paynet keeps no orders")
    }
  }

  mutating func expire(_ order: Order, at now: Instant) {
    end(order, as: .expired, at: now)
  }

  /// Takes the money of a paid order back, and tells what the order has become.
  mutating func takeBack(_ order: Order, as status: Order.Status, at now: Instant) {
    var order = order
    let paying = order.payments.lastIndex { $0.shownAs == order.key.id && !$0.isReversed }
    if let paying { order.payments[paying].isReversed = true }
    if order.key.provider == .openpay { openpay.balance -= order.amount }
    end(order, as: status, at: now)
  }

  /// Ends an order and tells its merchant what its provider tells.
  mutating func end(_ order: Order, as status: Order.Status, at now: Instant) {
    var order = order
    order.become(status, at: now)
    switch order.key.provider {
    case .openpay: OpenpayMoney.end(&order, as: status, &self, at: now)
    case .cashypay: CashyPayMoney.end(order, as: status, &self, at: now)
    case .smilepayz: SmilePayzMoney.end(order, as: status, &self, at: now)
    case .paynet: break
    }
  }

  /// Queues a webhook.
  mutating func send(_ message: WebhookMessage, at now: Instant) {
    outbox.add(message, at: now, faults: &faults)
  }

  /// A number that no order goes by yet.
  mutating func unused(_ make: (inout Identifiers) -> String) -> String {
    while true {
      let made = make(&ids)
      if !ledger.isUsed(made) { return made }
    }
  }
}
