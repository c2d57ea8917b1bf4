/// Equality, order and membership.
extension Evaluator {
  mutating func relation(_ node: Node, at index: NodeIndex) throws(Failure) -> Bool {
    let left = try value(node.a)
    let right = try value(node.b)
    switch node.operation {
    case .equal: return try areEqual(left, right, at: index)
    case .notEqual: return !(try areEqual(left, right, at: index))
    case .isIn: return try contains(right, left, at: index)
    default: break
    }
    try spend(steps: textSteps(left), at: index)
    guard let comparison = Comparison.between(left, right) else {
      throw notApplicable(left, right, at: index)
    }
    switch node.operation {
    case .less: return comparison == .less
    case .lessOrEqual: return comparison == .less || comparison == .equal
    case .greater: return comparison == .greater
    default: return comparison == .greater || comparison == .equal
    }
  }

  /// What it costs to look at a text once.
  private func textSteps(_ value: Value) -> Int {
    switch value {
    case .string(let string): string.utf8.count >> 6
    case .bytes(let bytes): bytes.count >> 6
    case .null, .bool, .int, .uint, .double, .list, .map, .object, .timestamp, .duration, .optional,
      .type:
      0
    }
  }

  /// The language's `==`: numbers across types, otherwise false between values of different types.
  /// Values may nest deeper than the source that makes them: they are followed as deep as sources.
  mutating func areEqual(
    _ left: Value, _ right: Value, at index: NodeIndex
  ) throws(Failure) -> Bool {
    equalityDepth += 1
    defer { equalityDepth -= 1 }
    guard equalityDepth <= ExpressionLimits.depth else {
      throw Failure(reason: .tooManySteps, node: index)
    }
    switch (left, right) {
    case (.string(let a), .string(let b)):
      try spend(steps: a.utf8.count >> 6, at: index)
      return a.hasSameCodePoints(as: b)
    case (.bytes(let a), .bytes(let b)):
      try spend(steps: a.count >> 6, at: index)
      return a == b
    case (.list(let a), .list(let b)):
      guard a.count == b.count else { return false }
      return try areEqual(zip(a, b), at: index)
    case (.map(let a), .map(let b)):
      guard a.count == b.count else { return false }
      for (key, value) in zip(a.keys, a.values) {
        try spend(steps: 1, at: index)
        guard let other = b[key], try areEqual(value, other, at: index) else { return false }
      }
      return true
    case (.optional(let a), .optional(let b)):
      guard let a, let b else { return a == nil && b == nil }
      return try areEqual(a, b, at: index)
    case (.object(let a), .object(let b)):
      guard a.type === b.type else { return false }
      for name in a.type.fields.map(\.name) {
        try spend(steps: 1, at: index)
        switch (a[name], b[name]) {
        case (nil, nil): continue
        case (let one?, let other?):
          guard try areEqual(one, other, at: index) else { return false }
        default: return false
        }
      }
      return true
    default:
      if let comparison = Comparison.numbers(left, right) { return comparison == .equal }
      return left == right
    }
  }

  private mutating func areEqual(
    _ pairs: Zip2Sequence<[Value], [Value]>, at index: NodeIndex
  ) throws(Failure) -> Bool {
    for (left, right) in pairs {
      try spend(steps: 1, at: index)
      guard try areEqual(left, right, at: index) else { return false }
    }
    return true
  }

  private mutating func contains(
    _ container: Value, _ element: Value, at index: NodeIndex
  ) throws(Failure) -> Bool {
    switch container {
    case .map(let map):
      return map[element] != nil
    case .list(let elements):
      for other in elements {
        try spend(steps: 1, at: index)
        if try areEqual(element, other, at: index) { return true }
      }
      return false
    default:
      throw notApplicable(element, container, at: index)
    }
  }
}
