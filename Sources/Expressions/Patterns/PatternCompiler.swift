/// Turns the tree of a pattern into instructions, up to a limit.
struct PatternCompiler {
  private(set) var instructions: [Pattern.Instruction] = []
  private(set) var sets: [ScalarSet] = []
  private(set) var ignoresCase = false
  /// Counts the parts visited too: a repeated empty group makes no instruction.
  private var visits = 0

  mutating func append(_ instruction: Pattern.Instruction) throws(PatternFault) {
    guard instructions.count < ExpressionLimits.patternInstructions else { throw Self.tooLarge }
    instructions.append(instruction)
  }

  private static let tooLarge = PatternFault(message: "its repetitions make it too large")

  mutating func emit(_ tree: PatternTree) throws(PatternFault) {
    visits += 1
    guard visits <= 4 * ExpressionLimits.patternInstructions else { throw Self.tooLarge }
    switch tree {
    case .empty: break
    case .scalar(let scalar, let ignoringCase):
      ignoresCase = ignoresCase || ignoringCase
      try append(ignoringCase ? .folded(CaseForms(scalar).folded) : .scalar(scalar))
    case .set(let set):
      try append(.set(sets.count))
      sets.append(set)
      ignoresCase = ignoresCase || set.ignoresCase
    case .assertion(let assertion):
      try append(.assertion(assertion))
    case .sequence(let parts):
      for part in parts { try emit(part) }
    case .alternatives(let branches):
      try emit(alternatives: branches)
    case .repetition(let part, let minimum, let maximum):
      try emit(part, minimum: minimum, maximum: maximum)
    }
  }

  private mutating func emit(alternatives branches: [PatternTree]) throws(PatternFault) {
    var exits: [Int] = []
    for branch in branches.dropLast() {
      let split = instructions.count
      try append(.split(split + 1, 0))
      try emit(branch)
      exits.append(instructions.count)
      try append(.jump(0))
      instructions[split] = .split(split + 1, instructions.count)
    }
    if let last = branches.last { try emit(last) }
    for exit in exits { instructions[exit] = .jump(instructions.count) }
  }

  private mutating func emit(
    _ part: PatternTree, minimum: Int, maximum: Int?
  ) throws(PatternFault) {
    for _ in 0..<minimum { try emit(part) }
    guard let maximum else {
      let split = instructions.count
      try append(.split(split + 1, 0))
      try emit(part)
      try append(.jump(split))
      instructions[split] = .split(split + 1, instructions.count)
      return
    }
    var splits: [Int] = []
    for _ in minimum..<maximum {
      splits.append(instructions.count)
      try append(.split(instructions.count + 1, 0))
      try emit(part)
    }
    for split in splits { instructions[split] = .split(split + 1, instructions.count) }
  }
}
