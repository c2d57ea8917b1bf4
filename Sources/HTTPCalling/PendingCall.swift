/// A call that waits for its outcome.
struct PendingCall: Sendable {
  let request: HTTPRequest
  let limits: CallLimits
  let continuation: CheckedContinuation<CallOutcome, Never>
}
