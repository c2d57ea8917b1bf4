extension Payin {
  /// Whether a question about the attempt may be answered by a page of its provider's list.
  /// Whatever is urgent or unclear is asked about by itself: doubt, what differs, and an order that
  /// a callback calls paid.
  public func mayBeListed(_ id: AttemptID) -> Bool {
    guard let attempt = attempt(id), attempt.providerOrderID != nil else { return false }
    return attempt.state != .sending && attempt.state != .inDoubt
      && attempt.discrepancies.isEmpty && attempt.heard?.saysPaid != true
      && !receipts.contains { $0.attempt == id }
  }

  /// Whether a page's word is believed: where it teaches nothing, or shows an order paid that the
  /// payer was asked to pay. It proves presence alone: an end, a failure or a contradiction is
  /// heard from an answer about the order itself, or not at all.
  public func isAnswered(
    _ id: AttemptID, byList outcome: QueryOutcome, _ context: Context
  ) -> Bool {
    guard mayBeListed(id), case .found(let report) = outcome else { return false }
    if report.status == .paid, attempt(id)?.state == .pending, report.note == nil {
      return report.deposits.contains { $0.amount > 0 }
    }
    return silently(id, outcome, context) != nil
  }

  /// Where a page answers nothing: the question stands, and is asked by itself at once.
  func askedSingly(_ id: AttemptID, _ context: Context) -> PayinTransition {
    var asked = PayinTransition(self)
    asked.isIdle = true
    if attempt(id) != nil { asked.jobs = [.query(id, due: context.now)] }
    return asked
  }
}

extension PayinInput {
  /// What a provider answered about an attempt's order.
  var answer: (AttemptID, QueryOutcome)? {
    switch self {
    case .queried(let id, let outcome, _), .listed(let id, let outcome): (id, outcome)
    case .sent, .interrupted, .reported, .cancelled, .deadline, .payerErased: nil
    }
  }
}
