/// A value that may hold secrets or a payer's data. However it is printed, interpolated or dumped,
/// only its `description` shows, which must be fit for a log.
public protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
}

extension Redacted {
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
