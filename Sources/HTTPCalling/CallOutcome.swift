/// What is known of one call.
public enum CallOutcome: Sendable, Equatable {
  /// Surely nothing of the request reached the peer; sending it again or elsewhere is safe.
  case neverSent(CallFailure)
  /// Some or all of the request may have reached the peer, and whether it acted on it is unknown.
  /// Everything unclear is this.
  case sentNoAnswer(CallFailure)
  /// The peer answered, with whatever status.
  case answered(HTTPResponse)
}
