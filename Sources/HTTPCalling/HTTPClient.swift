/// Sends requests. ``CurlClient`` is the real one; a simulation may own the network instead.
public protocol HTTPClient: Sendable {
  /// Sends `request` and tells what is known of it within `limits`. Cancelling the task that waits
  /// does not cut the call off: a payment call ends by its own deadline.
  func call(_ request: HTTPRequest, limits: CallLimits) async -> CallOutcome
}
