/// Text that must not be seen: an API key, a password, a signing secret. However it is printed,
/// interpolated, dumped or reflected it shows as `‹redacted›`; it cannot be encoded.
public struct Secret: Sendable {
  private let text: String

  public init(_ text: String) {
    self.text = text
  }

  /// The text itself, for the one place that needs it.
  public func reveal() -> String { text }
}

extension Secret: Equatable {
  /// Constant-time, over the UTF-8 bytes.
  public static func == (one: Secret, other: Secret) -> Bool {
    ConstantTime.equal(one.text, other.text)
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "‹redacted›" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
