internal import JSONText

/// What the simulated providers work on: the orders of all of them, and what each keeps beside. A
/// value that reads no clock and opens no socket.
struct SandboxState: Sendable {
  /// The time of what is happening.
  var now = Instant(milliseconds: 0)
  var ids: Identifiers
  var ledger: Ledger
  var outbox = Outbox()
  var faults = FaultList()
  private var states: [ObjectIdentifier: any ProviderState] = [:]

  /// - Parameter capacity: of orders.
  init(seed: UInt64, capacity: Int) {
    ids = Identifiers(seed: seed)
    ledger = Ledger(capacity: capacity)
  }

  /// What one provider keeps.
  subscript<State: ProviderState>(type: State.Type) -> State {
    get { states[ObjectIdentifier(type)] as? State ?? State() }
    // Taken out meanwhile, so that large collections are changed in place.
    _modify {
      var state = states.removeValue(forKey: ObjectIdentifier(type)) as? State ?? State()
      defer { states[ObjectIdentifier(type)] = state }
      yield &state
    }
  }

  /// Queues a webhook.
  mutating func send(_ message: WebhookMessage) {
    outbox.add(message, at: now, faults: &faults)
  }

  /// Money that has arrived.
  mutating func payment(_ amount: Int64, trackingKey: String?, shownAs: String?) -> Payment {
    Payment(
      id: "pay\(ids.digits(12))", amount: amount, at: now, trackingKey: trackingKey,
      shownAs: shownAs)
  }

  /// A number that no order goes by yet.
  mutating func unused(_ make: (inout Identifiers) -> String) -> String {
    while true {
      let made = make(&ids)
      if !ledger.isUsed(made) { return made }
    }
  }

  /// The first fault that waits for such a call, counted down.
  mutating func takeFault(
    _ provider: ProviderName, _ operation: Operation, where isWanted: (Fault.Kind) -> Bool
  ) -> Fault? {
    faults.take(provider, operation, at: now, where: isWanted)
  }

  /// What a provider sends, in the spelling that faults give it now.
  /// - Parameter amount: see `Spelling.bytes`.
  mutating func spelled(
    _ body: JSON, by provider: ProviderName, _ operation: Operation,
    amount: (Int64, JSON) -> JSON
  ) -> [UInt8] {
    faults.takeSpelling(provider, operation, at: now)?.bytes(body, amount: amount) ?? body.bytes
  }
}
