internal import HTTPCalling

/// The webhooks that were sent, are due or wait for another attempt.
struct Outbox: Sendable {
  /// Of an answer, kept for people.
  private static let answerBytes = 500

  private var deliveries = RecordTable<Int, Delivery>(capacity: 20_000)
  private var due = DueQueue<Int>()
  private var lastID = 0

  /// Queues a message, together with what the faults do to it.
  mutating func add(_ message: WebhookMessage, at now: Instant, faults: inout FaultList) {
    func take(_ kind: Fault.Kind) -> Fault? {
      faults.take(message.provider, .webhook, at: now) { $0 == kind }
    }
    let firstHeaders = take(.badSignature).map { _ in message.forgedHeaders }
    var delay: Int64 = 0
    if case .seconds(let seconds) = take(.webhookDelayed)?.detail { delay = seconds }
    let isLost = take(.webhookLost) != nil
    let copies = take(.webhookDoubled) == nil ? 1 : 2
    for _ in 0..<copies {
      lastID += 1
      var delivery = Delivery(id: lastID, message: message, firstHeaders: firstHeaders)
      if isLost {
        delivery.state = .lost
      } else {
        delivery.nextAttemptAt = now.adding(seconds: delay)
        due.add(lastID, at: now.adding(seconds: delay))
      }
      deliveries[lastID] = delivery
    }
    deliveries.forgetOldest(2_000, where: \.isOver)
  }

  var nextDue: Instant? { due.next }

  var newestFirst: some Sequence<Delivery> { deliveries.newestFirst }

  /// Forgets all, but gives no number twice.
  mutating func removeAll() {
    let lastID = lastID
    self = Outbox()
    self.lastID = lastID
  }

  /// What is to be sent by now; each must be given back with `record`.
  mutating func takeDue(at now: Instant, limit: Int) -> [Delivery] {
    var taken: [Delivery] = []
    while taken.count < limit, let id = due.takeDue(at: now) {
      guard deliveries[id]?.state == .waiting else { continue }
      deliveries[id]?.state = .sending
      deliveries[id]?.nextAttemptAt = nil
      if let delivery = deliveries[id] { taken.append(delivery) }
    }
    return taken
  }

  /// Notes how an attempt went, and plans the next one where it went wrong.
  mutating func record(_ id: Int, _ outcome: CallOutcome, at now: Instant) {
    guard var delivery = deliveries[id] else { return }
    delivery.attempts.append(Self.attempt(outcome, at: now))
    let message = delivery.message
    if case .answered(let response) = outcome, message.acknowledgement.accepts(response) {
      delivery.state = .delivered
    } else if delivery.attempts.count <= message.retryMinutes.count {
      let next = now.adding(seconds: message.retryMinutes[delivery.attempts.count - 1] * 60)
      delivery.state = .waiting
      delivery.nextAttemptAt = next
      due.add(id, at: next)
    } else {
      delivery.state = .exhausted
    }
    deliveries[id] = delivery
  }

  private static func attempt(_ outcome: CallOutcome, at now: Instant) -> Delivery.Attempt {
    switch outcome {
    case .answered(let response):
      Delivery.Attempt(
        at: now, status: response.status,
        answer: String(decoding: response.body.prefix(answerBytes), as: UTF8.self))
    case .neverSent(let failure), .sentNoAnswer(let failure):
      Delivery.Attempt(at: now, status: nil, answer: failure.description)
    }
  }
}
