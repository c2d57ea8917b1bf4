import Expressions
import JSONText

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

/// A rule file that was read as JSON5: turns pointers into places for people.
struct RuleSource: Sendable {
  let name: String
  let root: LocatedJSON

  /// A notice about the value a pointer names, or about the innermost value on the way to it.
  func notice(_ pointer: String, _ message: String) -> RuleNotice {
    RuleNotice(file: name, position: root.position(at: pointer), message: message)
  }

  func notice(_ problem: JSONProblem) -> RuleNotice {
    // A member is called by its name; an item of an array is told by its place alone.
    let name = JSONPointer.tokens(problem.pointer)?.last.flatMap { Int($0) == nil ? $0 : nil }
    return notice(problem.pointer, (name.map { "\($0): " } ?? "") + problem.detail)
  }

  /// A notice about an expression, at its place inside the string.
  func notice(_ pointer: String, _ fault: ExpressionFault, of expression: String) -> RuleNotice {
    let text = root.at(pointer: pointer) ?? root
    return RuleNotice(
      file: name,
      position: fault.line == 1 ? text.position(ofCharacter: fault.column - 1) : text.position,
      message: fault.message,
      excerpt: fault.excerpt(of: expression))
  }
}
