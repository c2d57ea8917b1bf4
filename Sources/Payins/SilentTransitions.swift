import JSONText

extension Payin {
  /// The one attempt that is asked about; nil where there are several, or none. Only of a single
  /// one is silence kept apart.
  public var onlyWatched: AttemptID? {
    let watched = attempts.filter { $0.nextCheckAt != nil }
    return watched.count == 1 ? watched[0].id : nil
  }

  /// As it stands after them.
  /// - Parameter new: all of them since the pay-in was written, those that it knows of too.
  public func after(_ new: Silence) -> Payin {
    var payin = self
    payin.hear(new, times: new.count - (silence?.count ?? 0))
    return payin
  }

  private mutating func hear(_ heard: Silence, times: Int) {
    guard let index = attempts.firstIndex(where: { $0.id == heard.attempt }) else { return }
    attempts[index].polls += times
    attempts[index].nextCheckAt = heard.nextCheckAt
    if heard.isEvidence, lastEvidence.map({ $0.at <= heard.last }) ?? true {
      lastEvidence = Evidence(grade: .query, at: heard.last)
    }
    silence = heard
  }

  /// What an answer does that teaches nothing; nil for one that teaches something.
  func silently(
    _ id: AttemptID, _ outcome: QueryOutcome, _ context: Context
  ) -> PayinTransition? {
    guard context.keepsSilence, outcome.mayBeSilent, onlyWatched == id,
      silence.map({ $0.word == outcome.label }) ?? true
    else { return nil }
    var asked = PayinTransition(self)
    asked.queried(id, outcome, nil, context)
    guard asked.alerts.isEmpty, asked.events.count == 1, asked.jobs.count == 1,
      let due = asked.payin.attempt(id)?.nextCheckAt
    else { return nil }
    let known = silence
    let heard = Silence(
      attempt: id, word: outcome.label, count: (known?.count ?? 0) + 1,
      first: known?.first ?? context.now, last: context.now, nextCheckAt: due)
    var silent = PayinTransition(self)
    silent.payin.hear(heard, times: 1)
    asked.payin.silence = heard
    guard asked.payin == silent.payin else { return nil }
    silent.jobs = asked.jobs
    silent.silence = heard
    return silent
  }
}

extension PayinTransition {
  /// Tells on the timeline how often the provider was asked in vain before what happens now.
  mutating func tellSilence() {
    guard let silence = payin.silence else { return }
    payin.silence = nil
    record(silence.eventType, silence.data)
  }
}

extension QueryOutcome {
  /// Whether it may teach nothing, by itself.
  fileprivate var mayBeSilent: Bool {
    switch self {
    case .found(let report): report.deposits.isEmpty && report.note == nil
    case .absent: true
    case .undetermined, .refused, .unauthorized, .mismatch: false
    }
  }
}
