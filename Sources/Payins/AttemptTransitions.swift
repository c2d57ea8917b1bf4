import JSONText

/// What a create call's answer does.
extension PayinTransition {
  mutating func sent(_ id: AttemptID, _ outcome: CreateOutcome, _ context: Context) {
    guard let attempt = payin.attempt(id) else { return }
    guard attempt.state == .sending || attempt.state == .inDoubt else {
      return record(
        "attempt.late_answer",
        [
          "attempt": .string(id.text),
          "outcome": .string(outcome.label),
        ])
    }
    if let refusal = outcome.refusal, payin.receipts.contains(where: { $0.attempt == id }) {
      return refusedThoughPaid(id, refusal, context)
    }
    switch outcome {
    case .accepted(let acceptance):
      record(
        "attempt.accepted",
        [
          "attempt": .string(id.text),
          "provider_order_id": acceptance.providerOrderID.map(JSON.string) ?? .null,
        ])
      update(id) { $0.providerOrderID = acceptance.providerOrderID }
      adopt(id, acceptance.instructions, context)
    case .declined(let refusal):
      close(id, as: .declined, refusal)
      failOver(after: .declined, refusal, context)
    case .refused(let refusal, let word):
      refused(id, refusal, word, context)
    case .questioned(let refusal):
      update(id) { $0.isQuestioned = true }
      markInDoubt(id, refusal, context)
    case .unauthorized(let refusal):
      alerts.append(.unauthorized)
      close(id, as: .declined, refusal)
      failOver(after: .declined, refusal, context)
    case .neverSent(let refusal):
      close(id, as: .neverSent, refusal)
      failOver(after: .neverSent, refusal, context)
    case .inDoubt(let refusal):
      markInDoubt(id, refusal, context)
    }
  }

  mutating func interrupted(_ id: AttemptID, _ context: Context) {
    guard payin.attempt(id)?.state == .sending else { return }
    markInDoubt(
      id, Refusal(code: "interrupted", message: "the gateway stopped before the answer came"),
      context)
  }

  /// Money was proved to have come before the call was answered: whatever the answer says, the
  /// order exists and is watched.
  private mutating func refusedThoughPaid(
    _ id: AttemptID, _ refusal: Refusal, _ context: Context
  ) {
    flag(id, .mismatch, "paid, and the create call was answered: \(refusal.message)", context)
    update(id) {
      $0.state = .orphaned
      $0.refusal = refusal
    }
    record("attempt.orphaned", ["attempt": .string(id.text), "code": .string(refusal.code)])
    planQuery(id, context)
  }

  private mutating func refused(
    _ id: AttemptID, _ refusal: Refusal, _ word: String, _ context: Context
  ) {
    alerts.append(.unclassedRefusal)
    update(id) {
      $0.state = .refused
      $0.refusal = refusal
    }
    record(
      "attempt.refused",
      [
        "attempt": .string(id.text), "code": .string(refusal.code),
        "message": .string(refusal.message), "word": .string(word),
      ])
    planQuery(id, context)
    failOver(after: .declined, refusal, context)
  }

  mutating func close(_ id: AttemptID, as state: AttemptState, _ refusal: Refusal) {
    update(id) {
      $0.state = state
      $0.refusal = refusal
    }
    record(
      "attempt.\(state.rawValue)",
      [
        "attempt": .string(id.text),
        "code": .string(refusal.code), "message": .string(refusal.message),
      ])
    stopQuerying(id)
  }

  private mutating func markInDoubt(_ id: AttemptID, _ refusal: Refusal, _ context: Context) {
    update(id) {
      $0.state = .inDoubt
      $0.refusal = refusal
      $0.inDoubtSince = $0.inDoubtSince ?? context.now
    }
    record(
      "attempt.in_doubt",
      [
        "attempt": .string(id.text), "code": .string(refusal.code),
        "message": .string(refusal.message),
      ])
    planQuery(id, context)
    planEndOfDoubt()
    // One look comes first where the provider has as good as declined.
    let isQuestioned = payin.attempt(id)?.isQuestioned ?? false
    if payin.status == .processing, !isQuestioned, payin.routing.retry.contains(.inDoubt) {
      startNextAttempt(context)
    }
  }

  /// The order exists. Shown to the payer if nothing else was; an orphan otherwise.
  mutating func adopt(
    _ id: AttemptID, _ instructions: Instructions?, _ context: Context
  ) {
    // Its callback was faster than its answer: what was paid is what the payer was shown.
    let isPaid = payin.receipts.contains { $0.attempt == id }
    if isPaid, payin.status != .processing, payin.active == nil, let instructions {
      update(id) {
        $0.state = .paid
        $0.refusal = nil
      }
      payin.active = id
      payin.instructions = instructions
      return planQuery(id, context)
    }
    if payin.status == .processing, payin.active == nil, let instructions {
      update(id) {
        $0.state = .pending
        $0.refusal = nil
      }
      payin.active = id
      payin.instructions = instructions
      if let method = payin.attempt(id)?.target.method {
        payin.expiresAt = payin.request.expiry(for: method, from: payin.createdAt)
      }
      payin.status = .pending
      publish(.payinPending, ["attempt": .string(id.text)])
      planQuery(id, context)
      return
    }
    update(id) { $0.state = .orphaned }
    record("attempt.orphaned", ["attempt": .string(id.text)])
    planQuery(id, context)
    if payin.status == .processing {
      // The payer never saw it, so going on needs no permission.
      tryNextCandidate(
        Refusal(code: "no_instructions", message: "the provider gave nothing to pay with"),
        context)
    }
  }

  mutating func failOver(
    after outcome: RetryOutcome, _ refusal: Refusal, _ context: Context
  ) {
    guard payin.status == .processing else { return }
    guard payin.routing.retry.contains(outcome) else { return failUnlessLive(refusal) }
    tryNextCandidate(refusal, context)
  }

  private mutating func tryNextCandidate(_ refusal: Refusal, _ context: Context) {
    if context.now < payin.expiresAt, startNextAttempt(context) { return }
    failUnlessLive(refusal)
  }

  @discardableResult
  private mutating func startNextAttempt(_ context: Context) -> Bool {
    guard payin.attempts.count < payin.routing.candidates.count else { return false }
    startAttempt(context)
    return true
  }

  /// Fails the pay-in, except while another attempt may still give the payer instructions.
  private mutating func failUnlessLive(_ refusal: Refusal) {
    let undecided = payin.attempts.contains { $0.state == .sending || $0.state == .inDoubt }
    guard payin.status == .processing, !undecided else { return }
    payin.status = .failed
    payin.failure = refusal
    publish(.payinFailed, ["code": .string(refusal.code)])
  }

  mutating func cancelled(_ context: Context) {
    guard payin.status.isOpen else { return }
    payin.status = .cancelled
    publish(.payinCancelled)
    for attempt in payin.attempts where attempt.nextCheckAt != nil {
      planQuery(attempt.id, context)
    }
  }
}
