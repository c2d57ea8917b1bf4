import JSONText

/// The state machine.
extension Payin: CountedOperation {
  public static let kind = OperationKind.payin

  /// Of an attempt's work, its own; the end of a doubt is held up by no account.
  public func account(of job: JobKey) -> String {
    attempt(AttemptID(unchecked: job.subject))?.target.account ?? ""
  }

  /// A new pay-in with its first attempt ready to be sent.
  /// - Precondition: `routing.candidates` is not empty.
  public static func open(
    _ request: PayinRequest, id: PayinID, merchant: String, token: String,
    idempotencyKey: String, routing: RoutingRecord, _ context: Context
  ) -> PayinTransition {
    precondition(!routing.candidates.isEmpty, "routing refuses a pay-in without candidates")
    let opening = PayinOpening(
      id: id, merchant: merchant, request: request, createdAt: context.now, token: token,
      idempotencyKey: idempotencyKey, routing: routing)
    let payin = Payin(
      opening: opening, status: .processing, updatedAt: context.now, expiresAt: context.now,
      attempts: [], receipts: [], late: false, eventCount: 0, publishedCount: 0, version: 0)
    var next = PayinTransition(payin)
    next.record("payin.created", ["rule": .string(routing.rule)])
    next.startAttempt(context)
    next.finish(context)
    return next
  }

  /// The one function that changes a pay-in.
  public func apply(_ input: PayinInput, _ context: Context) -> PayinTransition {
    if case .listed(let id, let outcome) = input, !isAnswered(id, byList: outcome, context) {
      return askedSingly(id, context)
    }
    if let (id, outcome) = input.answer, let silent = silently(id, outcome, context) {
      return silent
    }
    var next = PayinTransition(self)
    next.tellSilence()
    switch input {
    case .sent(let id, let outcome): next.sent(id, outcome, context)
    case .interrupted(let id): next.interrupted(id, context)
    case .queried(let id, let outcome, let answer): next.queried(id, outcome, answer, context)
    case .listed(let id, let outcome): next.queried(id, outcome, nil, context)
    case .reported(let id, let report, let grade): next.reported(id, report, grade, context)
    case .cancelled: next.cancelled(context)
    case .deadline: next.deadline(context)
    case .payerErased: next.erasePayer()
    }
    if next.isIdle {
      next = PayinTransition(self)
      next.isIdle = true
    }
    next.finish(context)
    return next
  }
}

extension PayinTransition {
  mutating func update(_ id: AttemptID, _ change: (inout Attempt) -> Void) {
    guard let index = payin.attempts.firstIndex(where: { $0.id == id }) else { return }
    change(&payin.attempts[index])
  }

  /// Raises the alert, and shows it as a discrepancy until the provider's word agrees with ours.
  mutating func flag(
    _ id: AttemptID, _ alert: Alert, _ detail: String, answer: RawAnswer? = nil,
    isCounted: Bool = true, _ context: Context
  ) {
    assert(alert.isDiscrepancy, "\(alert) is counted only")
    if isCounted { alerts.append(alert) }
    // It may repeat what was erased.
    let answer = payin.request.payer.isErased ? nil : answer
    flagged.insert(DiscrepancyFlag(attempt: id, alert: alert))
    update(id) {
      var found = Discrepancy(alert: alert, since: context.now, detail: detail, answer: answer)
      if let index = $0.discrepancies.firstIndex(where: { $0.alert == alert }) {
        found.since = $0.discrepancies[index].since
        found.answer = answer ?? $0.discrepancies[index].answer
        found.isTold = $0.discrepancies[index].isTold
        $0.discrepancies[index] = found
      } else {
        $0.discrepancies.append(found)
      }
    }
  }

  /// After an answer that would have shown them again, what was not flagged anew no longer differs.
  mutating func dropSettledDiscrepancies(of id: AttemptID) {
    let flagged = flagged
    update(id) {
      $0.discrepancies.removeAll {
        !flagged.contains(DiscrepancyFlag(attempt: id, alert: $0.alert))
      }
    }
  }

  mutating func drop(_ alert: Alert, of id: AttemptID) {
    update(id) { $0.discrepancies.removeAll { $0.alert == alert } }
  }

  /// Drops what is known of the payer, and providers' answers, which may repeat it.
  mutating func erasePayer() {
    guard !payin.request.payer.isErased else {
      isIdle = true
      return
    }
    payin.opening = payin.opening.withoutPayer
    for index in payin.attempts.indices {
      for place in payin.attempts[index].discrepancies.indices {
        payin.attempts[index].discrepancies[place].answer = nil
      }
    }
    record("payer.erased", [:])
  }

  /// Starts the next candidate's attempt; there must be one.
  mutating func startAttempt(_ context: Context) {
    let candidate = payin.routing.candidates[payin.attempts.count]
    let attempt = Attempt(
      id: .make(at: context.now, entropy: context.entropy), candidate: candidate, at: context.now)
    payin.attempts.append(attempt)
    payin.expiresAt = payin.request.expiry(for: candidate.target.method, from: payin.createdAt)
    record(
      "attempt.started",
      [
        "attempt": .string(attempt.id.text), "target": .string(candidate.target.description),
        "order_number": .string(attempt.orderNumber),
      ])
    jobs.append(.send(attempt.id))
    if payin.attempts.contains(where: { $0.state == .inDoubt }) { planEndOfDoubt() }
  }

  /// Until instructions are there, nothing else may end the pay-in.
  mutating func planEndOfDoubt() {
    guard payin.status == .processing else { return }
    jobs.append(.endDoubt(payin, due: payin.expiresAt))
  }

  mutating func deadline(_ context: Context) {
    guard payin.status == .processing else { return }
    guard context.now >= payin.expiresAt else { return planEndOfDoubt() }
    payin.status = .failed
    payin.failure = .unresolved
    publish(.payinFailed, ["code": .string(Failure.unresolved.code)])
  }

  /// Plans the next question for an attempt, or ends its watch.
  mutating func planQuery(_ id: AttemptID, isUnanswered: Bool = false, _ context: Context) {
    guard let attempt = payin.attempt(id) else { return }
    guard
      let due = PollSchedule.next(for: attempt, of: payin, isUnanswered: isUnanswered, context)
    else {
      return stopQuerying(id)
    }
    update(id) { $0.nextCheckAt = due }
    jobs.append(.query(id, due: due))
  }

  mutating func stopQuerying(_ id: AttemptID) {
    guard payin.attempt(id)?.nextCheckAt != nil else { return }
    update(id) { $0.nextCheckAt = nil }
    jobs.append(.stopQuerying(id))
  }
}
