/// A file of rules as it was read from the rules folder or sent for a dry run.
public struct RuleFile: Equatable, Sendable {
  /// What faults call it, and what orders the files: `default.json5`.
  public var name: String
  /// JSON5.
  public var text: String

  public init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}
