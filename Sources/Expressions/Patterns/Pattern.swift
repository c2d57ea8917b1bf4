/// Why a text is no pattern.
struct PatternFault: Error, Equatable {
  let message: String
}

/// A regular expression in the syntax of RE2, compiled to a program that matches in time linear in
/// the text: it follows all alternatives at once and never goes back.
///
/// Only whether a text matches is asked, never where, so greedy and lazy repetition are one.
struct Pattern: Sendable {
  let instructions: [Instruction]
  let sets: [ScalarSet]
  /// Whether any part of it ignores case.
  let ignoresCase: Bool

  init(_ text: String) throws(PatternFault) {
    let tree = try PatternParser.parse(text)
    var compiler = PatternCompiler()
    try compiler.emit(tree)
    try compiler.append(.match)
    instructions = compiler.instructions
    sets = compiler.sets
    ignoresCase = compiler.ignoresCase
  }

  enum Instruction: Sendable, Equatable {
    case scalar(Unicode.Scalar)
    /// A scalar in the form that ignores its case.
    case folded(Unicode.Scalar)
    case set(Int)
    case assertion(Assertion)
    case split(Int, Int)
    case jump(Int)
    case match
  }

  enum Assertion: Sendable, Equatable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary

    func holds(between previous: Unicode.Scalar?, and next: Unicode.Scalar?) -> Bool {
      switch self {
      case .textStart: previous == nil
      case .textEnd: next == nil
      case .lineStart: previous == nil || previous == "\n"
      case .lineEnd: next == nil || next == "\n"
      case .wordBoundary: isWord(previous) != isWord(next)
      case .noWordBoundary: isWord(previous) == isWord(next)
      }
    }

    private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { ScalarSet.word.contains($0) } ?? false
    }
  }
}

/// A pattern as it was written.
indirect enum PatternTree: Equatable {
  case empty
  case scalar(Unicode.Scalar, ignoringCase: Bool)
  case set(ScalarSet)
  case assertion(Pattern.Assertion)
  case sequence([PatternTree])
  case alternatives([PatternTree])
  /// At least `minimum` times, and no more than `maximum` where there is one.
  case repetition(PatternTree, minimum: Int, maximum: Int?)
}
