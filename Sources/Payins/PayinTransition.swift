/// What happens to a pay-in.
public enum PayinInput: Equatable, Sendable {
  /// What is known of the create call of an attempt.
  case sent(AttemptID, CreateOutcome)
  /// A process died between the commit that planned the create call and its answer.
  case interrupted(AttemptID)
  /// What is known after asking the provider, and its answer where that could not be used.
  case queried(AttemptID, QueryOutcome, answer: RawAnswer? = nil)
  /// What a page of the provider's list says of an attempt's order: taken for an answer where that
  /// suffices, else a reason to ask about the order now.
  case listed(AttemptID, QueryOutcome)
  /// A verified callback: applied where its grade credits money, else a reason to ask now.
  case reported(AttemptID, StatusReport, EvidenceGrade)
  /// The merchant no longer wants it.
  case cancelled
  /// The payer's time may be over while no provider has given instructions.
  case deadline
  /// Nothing of the payer is to be known any more.
  case payerErased
}

public typealias PayinTransition = Transition<Payin>

extension PayinTransition {
  /// The pay-in as it stands after the input.
  public internal(set) var payin: Payin {
    get { state }
    _modify { yield &state }
  }
}

/// The work of pay-ins.
extension JobEffect {
  public static func send(_ attempt: AttemptID) -> JobEffect {
    .start(JobKey(kind: .sendAttempt, subject: attempt.text))
  }

  /// Ask the provider at `due`.
  public static func query(_ attempt: AttemptID, due: Instant) -> JobEffect {
    .plan(JobKey(kind: .queryAttempt, subject: attempt.text), due: due)
  }

  /// The instrument is dead: ask no more.
  public static func stopQuerying(_ attempt: AttemptID) -> JobEffect {
    .drop(JobKey(kind: .queryAttempt, subject: attempt.text))
  }

  /// End a pay-in at `due` if it still has no instructions then.
  public static func endDoubt(_ payin: Payin, due: Instant) -> JobEffect {
    .plan(JobKey(kind: .endDoubt, subject: payin.id.text), due: due)
  }
}
