extension Pattern {
  /// Whether any part of a text matches.
  ///
  /// - Parameter steps: reduced by a step for every few states visited; where it falls below zero
  ///   the search stops and its answer means nothing.
  func matches(_ text: String, steps: inout Int) -> Bool {
    var matcher = PatternMatcher(self)
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if matcher.advance(over: scalar, after: previous) { return true }
      steps -= 1 + matcher.takeVisits() >> 3
      if steps < 0 { return false }
      previous = scalar
    }
    return matcher.advance(over: nil, after: previous)
  }
}

/// The states a pattern can be in at one place of a text.
private struct PatternMatcher {
  private let pattern: Pattern
  /// Where matching goes on: instructions that follow a consumed scalar.
  private var seeds: [Int] = []
  private var nextSeeds: [Int] = []
  private var pending: [Int] = []
  /// The place at which an instruction was last visited.
  private var visitedAt: [Int]
  private var place = 0
  private var visits = 0

  init(_ pattern: Pattern) {
    self.pattern = pattern
    visitedAt = Array(repeating: -1, count: pattern.instructions.count)
  }

  /// How many states were visited since this was last asked.
  mutating func takeVisits() -> Int {
    defer { visits = 0 }
    return visits
  }

  /// Follows every state over the next scalar, nil at the end of the text; true once one matches.
  mutating func advance(over next: Unicode.Scalar?, after previous: Unicode.Scalar?) -> Bool {
    let forms = pattern.ignoresCase ? next.map { CaseForms($0) } : nil
    nextSeeds.removeAll(keepingCapacity: true)
    // A match may begin at any place.
    seeds.append(0)
    for seed in seeds {
      pending.append(seed)
      while let state = pending.popLast() {
        guard visitedAt[state] != place else { continue }
        visitedAt[state] = place
        visits += 1
        switch pattern.instructions[state] {
        case .match: return true
        case .jump(let target): pending.append(target)
        case .split(let first, let second):
          pending.append(second)
          pending.append(first)
        case .assertion(let assertion):
          if assertion.holds(between: previous, and: next) { pending.append(state + 1) }
        case .scalar(let scalar):
          if scalar == next { nextSeeds.append(state + 1) }
        case .folded(let scalar):
          if scalar == forms?.folded { nextSeeds.append(state + 1) }
        case .set(let set):
          visits += pattern.sets[set].complements.count
          if contains(pattern.sets[set], next, forms) { nextSeeds.append(state + 1) }
        }
      }
    }
    swap(&seeds, &nextSeeds)
    place += 1
    return false
  }

  private func contains(
    _ set: ScalarSet, _ next: Unicode.Scalar?, _ forms: CaseForms?
  ) -> Bool {
    if set.ignoresCase { return forms.map { set.contains($0) } ?? false }
    return next.map { set.contains($0) } ?? false
  }
}
