import JSONText

/// What callbacks do: they credit money where their signature covers it, and otherwise are a reason
/// to ask.
extension PayinTransition {
  mutating func reported(
    _ id: AttemptID, _ report: StatusReport, _ grade: EvidenceGrade, _ context: Context
  ) {
    guard let attempt = payin.attempt(id) else {
      isIdle = true
      return
    }
    if isRepetition(report, grade, of: attempt, context) { return repeated(attempt, context) }
    update(id) {
      $0.heard = Attempt.Heard(grade: grade, status: report.status.label, at: context.now)
    }
    record(
      "callback.received",
      [
        "attempt": .string(id.text), "grade": .string(grade.label),
        "status": .string(report.status.label),
      ])
    // A signed word may be late: it is told, and the query decides.
    let isDisputed =
      grade.creditsMoney && contradicted(attempt, report, isProof: false, context)
    // A word that would end the order never overwrites a higher grade: the query decides.
    let contradicts = report.status.isDead && (payin.lastEvidence?.grade ?? grade) > grade
    if let amount = report.orderAmount, amount != payin.request.amount {
      // Signed, and about another order than ours: a hint, and no money.
      flag(id, .mismatch, "the provider reports an order of \(amount) centavos", context)
      payin.lastEvidence = payin.lastEvidence ?? Evidence(grade: grade, at: context.now)
    } else if grade.creditsMoney && !contradicts && !isDisputed {
      take(report, from: attempt, grade, context)
      return planQuery(id, context)
    }
    update(id) { $0.nextCheckAt = context.now }
    jobs.append(.query(id, due: context.now))
  }

  /// Whether a callback says what another has just said: it may be told a thousand times.
  private func isRepetition(
    _ report: StatusReport, _ grade: EvidenceGrade, of attempt: Attempt, _ context: Context
  ) -> Bool {
    guard let heard = attempt.heard, heard.grade == grade, heard.status == report.status.label,
      context.now >= heard.at,
      context.now < heard.at.adding(seconds: PollSchedule.repetitionSeconds)
    else { return false }
    guard grade.creditsMoney else { return true }
    // Whatever it says of money must be known already.
    let recorded = payin.receipts.filter { $0.attempt == attempt.id }
    return (report.orderAmount ?? payin.request.amount) == payin.request.amount
      && recorded.count == report.deposits.count
      && report.deposits.allSatisfy { deposit in
        recorded.contains {
          $0.identity.utf8.elementsEqual(deposit.identity.utf8) && $0.amount == deposit.amount
        }
      }
  }

  /// One question answers them all, once they have had time to come.
  private mutating func repeated(_ attempt: Attempt, _ context: Context) {
    let due = (attempt.heard?.at ?? context.now)
      .adding(seconds: PollSchedule.repetitionSeconds)
    if let next = attempt.nextCheckAt, next <= due {
      isIdle = true
      return
    }
    update(attempt.id) { $0.nextCheckAt = due }
    jobs.append(.query(attempt.id, due: due))
  }
}
