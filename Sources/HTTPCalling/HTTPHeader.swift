/// One header field.
public struct HTTPHeader: Sendable, Equatable, Redacted {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// Without the value, which may be a credential.
  public var description: String { "\(name): …" }
}
