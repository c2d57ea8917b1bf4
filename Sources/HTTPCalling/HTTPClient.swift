/// Sends requests. ``CurlClient`` is the real one; a simulation may own the network instead.
public protocol HTTPClient: Sendable {
  /// Sends `request` and tells what is known of it within `limits`. Cancelling the task that waits
  /// does not cut the call off: a payment call ends by its own deadline.
  func call(_ request: HTTPRequest, limits: CallLimits) async -> CallOutcome
}

/// The bounds of one call.
public struct CallLimits: Sendable, Equatable {
  /// For resolving, connecting and the TLS handshake, in milliseconds.
  public var connectMilliseconds: Int
  /// For everything, from the call to the last byte of the answer, in milliseconds.
  public var totalMilliseconds: Int
  /// The largest answer's body, in bytes. (Headers: 64 KiB in all.)
  public var responseBytes: Int
  /// Whether a larger body is cut there and the rest left unread, rather than the call failing:
  /// where the status alone matters.
  public var cutsBody: Bool
  public var addressPolicy: AddressPolicy

  public init(
    connectMilliseconds: Int = 3_000, totalMilliseconds: Int = 10_000,
    responseBytes: Int = 1_048_576, cutsBody: Bool = false, addressPolicy: AddressPolicy = .any
  ) {
    self.connectMilliseconds = connectMilliseconds
    self.totalMilliseconds = totalMilliseconds
    self.responseBytes = responseBytes
    self.cutsBody = cutsBody
    self.addressPolicy = addressPolicy
  }
}

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
