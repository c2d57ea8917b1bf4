import JSONText

/// What a provider's word on an order does.
extension PayinTransition {
  mutating func queried(
    _ id: AttemptID, _ outcome: QueryOutcome, _ answer: RawAnswer?, _ context: Context
  ) {
    guard let attempt = payin.attempt(id) else { return }
    update(id) {
      $0.polls += 1
      $0.unanswered = outcome.isReadable ? 0 : $0.unanswered + 1
    }
    if outcome.isReadable { drop(.unfollowed, of: id) }
    var data: JSONObject = ["attempt": .string(id.text)]
    switch outcome {
    case .found(let report):
      record("poll.\(outcome.label)", data)
      update(id) { $0.absences = 0 }
      _ = contradicted(attempt, report, isProof: true, context)
      take(report, from: attempt, .query, context)
      // Whatever still differs was flagged anew.
      dropSettledDiscrepancies(of: id)
    case .absent:
      record("poll.absent", data)
      absent(attempt, context)
    case .undetermined(let refusal), .refused(let refusal, _), .unauthorized(let refusal),
      .mismatch(let refusal):
      data["code"] = .string(refusal.code)
      data["message"] = .string(refusal.message)
      record("poll.\(outcome.label)", data)
      if case .mismatch = outcome { flag(id, .mismatch, refusal.message, context) }
      if case .unauthorized = outcome { alerts.append(.unauthorized) }
      if !outcome.isReadable { unfollowed(id, refusal, answer, context) }
      flagLongDoubt(attempt, context)
      giveUpOutlived(attempt, context)
    }
    planQuery(id, isUnanswered: outcome.isUnanswered, context)
  }

  /// Money that is recorded and that the provider no longer shows: the receipt stands, and it is
  /// told. Returns whether it is so.
  mutating func contradicted(
    _ attempt: Attempt, _ report: StatusReport, isProof: Bool, _ context: Context
  ) -> Bool {
    let recorded = payin.receipts.filter { $0.attempt == attempt.id }
    let shown = Set(report.deposits.map(\.identity))
    let isMissing = recorded.contains { receipt in
      let isCovered = report.coveredIdentities?.contains(receipt.identity) ?? true
      return isCovered && !shown.contains(receipt.identity)
    }
    guard isMissing else { return false }
    takenBack(
      attempt, "the provider shows the order as \(report.status.label)", isProof: isProof, context)
    return true
  }

  private mutating func takenBack(
    _ attempt: Attempt, _ how: String, isProof: Bool, _ context: Context
  ) {
    let known = attempt.discrepancies.first { $0.alert == .takenBack }
    flag(
      attempt.id, .takenBack, "money that was recorded is not shown any more: \(how)",
      isCounted: known == nil, context)
    guard isProof, known?.isTold != true else { return }
    update(attempt.id) {
      guard let index = $0.discrepancies.firstIndex(where: { $0.alert == .takenBack }) else {
        return
      }
      $0.discrepancies[index].isTold = true
    }
    publish(.payinDisputedReceipt, ["attempt": .string(attempt.id.text)])
  }

  mutating func take(
    _ report: StatusReport, from attempt: Attempt, _ grade: EvidenceGrade, _ context: Context
  ) {
    payin.lastEvidence = Evidence(grade: grade, at: context.now)
    if let order = report.providerOrderID {
      update(attempt.id) { $0.providerOrderID = $0.providerOrderID ?? order }
    }
    if let note = report.note { flag(attempt.id, .note, note, context) }
    if case .unrecognised(let word) = report.status {
      flag(attempt.id, .unknownStatus, "the provider says \(word)", context)
      record(
        "attempt.unknown_status",
        [
          "attempt": .string(attempt.id.text),
          "word": .string(word),
        ])
    }
    let arrived = credit(report.deposits, to: attempt, context)
    var report = report
    if report.status == .paid, !payin.receipts.contains(where: { $0.attempt == attempt.id }) {
      // A word without an amount pays nothing and ends nothing.
      flag(attempt.id, .unknownStatus, "paid, and no amount is told", context)
      report.status = .unrecognised("paid")
    }
    advance(attempt, by: report, context)
    if arrived { settle(at: context.now) }
    end(attempt.id, report.status, context)
  }

  /// The most that is recorded on one pay-in: a hundred thousand million pesos, beyond which no
  /// amount is believed and sums might not be exact.
  private static let mostCentavos: Int64 = 10_000_000_000_000

  /// Records each deposit once, by its identity. Returns whether any was new.
  private mutating func credit(
    _ deposits: [Deposit], to attempt: Attempt, _ context: Context
  ) -> Bool {
    var arrived = false
    for deposit in deposits where deposit.amount > 0 {
      let known = payin.receipts.first {
        $0.identity.utf8.elementsEqual(deposit.identity.utf8)
          && payin.attempt($0.attempt)?.target.account == attempt.target.account
      }
      if let known {
        if known.amount != deposit.amount {
          flag(
            attempt.id, .mismatch,
            "a payment that is recorded is told with another amount: \(deposit.amount)", context)
        }
        continue
      }
      guard Self.mostCentavos - payin.amountReceived >= deposit.amount else {
        flag(
          attempt.id, .mismatch, "a payment of \(deposit.amount) centavos is beyond belief", context
        )
        continue
      }
      let receipt = Receipt(
        id: .make(at: context.now, entropy: context.entropy), amount: deposit.amount,
        receivedAt: deposit.receivedAt ?? context.now,
        providerReference: deposit.providerReference, attempt: attempt.id,
        identity: deposit.identity)
      payin.receipts.append(receipt)
      var data: JSONObject = [
        "receipt": .string(receipt.id.text), "attempt": .string(attempt.id.text),
        "amount": .number(JSONNumber(deposit.amount)),
      ]
      // `received_at` is then when we learnt of it.
      data["unreadable_time"] = deposit.unreadableTime.map(JSON.string)
      record("receipt.recorded", data)
      if attempt.id != payin.active { alerts.append(.orphanPaid) }
      arrived = true
    }
    return arrived
  }

  /// Brings the attempt to where the provider says that its order stands.
  private mutating func advance(
    _ attempt: Attempt, by report: StatusReport, _ context: Context
  ) {
    switch attempt.state {
    case .sending:
      // The create call's own answer decides what the payer is shown.
      break
    case .inDoubt:
      resolve(attempt, report, context)
    case .declined, .refused, .neverSent, .absent:
      // We believed that there was no order.
      flag(
        attempt.id, .mismatch, "taken for \(attempt.state.rawValue), and the provider has it",
        context)
      update(attempt.id) { $0.state = .orphaned }
      record("attempt.orphaned", ["attempt": .string(attempt.id.text)])
    case .pending, .orphaned, .paid, .failed, .expired, .cancelled:
      guard let state = report.status.attemptState, attempt.state != .paid else { break }
      update(attempt.id) { $0.state = state }
    }
  }

  private mutating func resolve(
    _ attempt: Attempt, _ report: StatusReport, _ context: Context
  ) {
    record("attempt.found", ["attempt": .string(attempt.id.text)])
    guard let state = report.status.attemptState else {
      return adopt(attempt.id, report.instructions, context)
    }
    update(attempt.id) { $0.state = state }
    if report.status.isDead {
      failOver(
        after: .declined,
        Refusal(code: "provider_\(report.status.label)", message: "the provider ended the order"),
        context)
    }
  }

  /// A pay-in that can no longer be followed must not look like a payer who has not paid.
  private mutating func unfollowed(
    _ id: AttemptID, _ refusal: Refusal, _ answer: RawAnswer?, _ context: Context
  ) {
    guard let attempt = payin.attempt(id), attempt.isUnfollowed else { return }
    let isKnown = attempt.discrepancies.contains { $0.alert == .unfollowed }
    flag(
      id, .unfollowed,
      "\(attempt.unanswered) queries in a row without a usable answer: \(refusal.message)",
      // The alert counts orders, not questions.
      answer: answer, isCounted: !isKnown, context)
  }

  /// Doubt that lasts is shown: the operator may have to ask the provider.
  private mutating func flagLongDoubt(_ attempt: Attempt, _ context: Context) {
    guard attempt.state == .inDoubt, let since = attempt.inDoubtSince,
      context.now >= since.adding(seconds: PollSchedule.longDoubtSeconds),
      !attempt.discrepancies.contains(where: { $0.alert == .unresolved })
    else { return }
    flag(
      attempt.id, .unresolved, "whether the order exists at the provider is not known", context)
  }

  /// An order in doubt whose instrument would be dead can bring nothing any more, whatever it was.
  private mutating func giveUpOutlived(_ attempt: Attempt, _ context: Context) {
    guard attempt.state == .inDoubt, context.now >= payin.instrumentDiesAt(attempt) else { return }
    giveUp(attempt, context)
  }

  private mutating func giveUp(_ attempt: Attempt, _ context: Context) {
    update(attempt.id) {
      $0.state = .absent
      $0.discrepancies = []
    }
    record("attempt.absent", ["attempt": .string(attempt.id.text)])
    failOver(
      after: .neverSent,
      attempt.refusal ?? Refusal(code: "absent", message: "the provider has no such order"),
      context)
  }

  /// "Not found" is believed after enough of it over enough time.
  private mutating func absent(_ attempt: Attempt, _ context: Context) {
    switch attempt.state {
    case .pending:
      flag(
        attempt.id, .acceptedOrderAbsent, "accepted, and the provider has no such order", context)
    case .refused: update(attempt.id) { $0.absences += 1 }
    case .paid where payin.receipts.contains(where: { $0.attempt == attempt.id }):
      paidIsAbsent(attempt, context)
    case .inDoubt: doubtedIsAbsent(attempt, context)
    case .sending, .orphaned, .declined, .neverSent, .absent, .paid, .failed, .expired,
      .cancelled:
      break
    }
  }

  /// A paid order that its provider does not know: once is no proof.
  private mutating func paidIsAbsent(_ attempt: Attempt, _ context: Context) {
    update(attempt.id) { $0.absences += 1 }
    takenBack(
      attempt, "the provider has no such order",
      isProof: attempt.absences + 1 >= PollSchedule.absencesForProof, context)
  }

  private mutating func doubtedIsAbsent(_ attempt: Attempt, _ context: Context) {
    guard let since = attempt.inDoubtSince else { return }
    update(attempt.id) { $0.absences += 1 }
    if attempt.isQuestioned {
      let refusal =
        attempt.refusal ?? Refusal(code: "absent", message: "the provider has no such order")
      close(attempt.id, as: .declined, refusal)
      return failOver(after: .declined, refusal, context)
    }
    guard attempt.absences + 1 >= PollSchedule.absencesForProof,
      context.now >= since.adding(seconds: PollSchedule.proofSeconds)
    else { return }
    giveUp(attempt, context)
  }

  /// Derives the pay-in's status from the money that has arrived.
  private mutating func settle(at now: Instant) {
    let before = payin.status
    let received = payin.amountReceived
    switch before {
    case .succeeded: break
    case .processing, .pending, .partiallyPaid, .expired, .cancelled, .failed:
      if received >= payin.request.amount {
        payin.status = .succeeded
        payin.succeededAt = now
      } else if before != .failed {
        payin.status = .partiallyPaid
      }
    }
    let isUnresolved = before == .failed && payin.failure?.code == Failure.unresolved.code
    if before == .expired || before == .cancelled || isUnresolved { payin.late = true }
    if payin.status == before {
      publish(.payinReceipt)
    } else {
      payin.failure = nil
      publish(payin.status == .succeeded ? .payinSucceeded : .payinPartiallyPaid)
    }
  }

  /// Ends an open pay-in whose shown order can bring no more, by the provider's word and our clock.
  private mutating func end(_ id: AttemptID, _ status: ReportedStatus, _ context: Context) {
    // Money may have come on an order that the payer was never shown here.
    let isShown = payin.active.map { $0 == id } ?? payin.receipts.contains { $0.attempt == id }
    guard isShown, !payin.late,
      payin.status == .pending || payin.status == .partiallyPaid
    else { return }
    let overdue = context.now >= payin.expiresAt
    switch status {
    case .expired: expire()
    case .pending where overdue: expire()
    case .failed where overdue, .cancelled where overdue: expire()
    // Less than asked, and its time is over.
    case .paid where overdue: expire()
    case .failed where payin.status == .pending, .cancelled where payin.status == .pending:
      payin.status = .failed
      payin.failure = Failure(
        code: "provider_\(status.label)",
        message: "the provider reports the order as \(status.label)")
      publish(.payinFailed)
    case .pending, .paid, .failed, .cancelled, .unrecognised: break
    }
  }

  private mutating func expire() {
    payin.status = .expired
    publish(.payinExpired)
  }
}

extension ReportedStatus {
  /// Ended without money.
  var isDead: Bool {
    switch self {
    case .failed, .expired, .cancelled: true
    case .pending, .paid, .unrecognised: false
    }
  }

  /// The attempt's state that this word asks for; nil: leave it.
  var attemptState: AttemptState? {
    switch self {
    case .paid: .paid
    case .failed: .failed
    case .expired: .expired
    case .cancelled: .cancelled
    case .pending, .unrecognised: nil
    }
  }
}

extension QueryOutcome {
  /// Whether the provider has said nothing of use, so that the question stands.
  var isUnanswered: Bool {
    switch self {
    case .undetermined, .refused, .unauthorized, .mismatch: true
    case .found, .absent: false
    }
  }

  /// Whether the provider's books could be read at all, even if they contradict ours.
  var isReadable: Bool {
    switch self {
    case .found, .absent, .mismatch: true
    case .undetermined, .refused, .unauthorized: false
    }
  }
}
