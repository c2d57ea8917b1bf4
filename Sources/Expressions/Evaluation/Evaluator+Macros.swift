/// The macros, which evaluate their bodies once for each element of a list or key of a map.
extension Evaluator {
  mutating func macro(_ node: Node, at index: NodeIndex) throws(Failure) -> Value {
    let elements: [Value]
    switch try value(node.a) {
    case .list(let list): elements = list
    case .map(let map): elements = map.keys
    case let other: throw notApplicable(other, at: index)
    }
    switch node.operation {
    case .all: return .bool(try quantify(node, elements, deciding: false))
    case .exists: return .bool(try quantify(node, elements, deciding: true))
    case .existsOne: return .bool(try select(node, elements, at: index).count == 1)
    case .filter: return .list(try select(node, elements, at: index))
    default: return .list(try transform(node, elements, at: index))
    }
  }

  /// `all` and `exists`: one element may decide whatever the others are, even errors.
  private mutating func quantify(
    _ node: Node, _ elements: [Value], deciding: Bool
  ) throws(Failure) -> Bool {
    var failure: Failure?
    for element in elements {
      locals[Int(node.b)] = element
      do {
        if try bool(node.c) == deciding { return deciding }
      } catch {
        if error.isFinal { throw error }
        if failure == nil { failure = error }
      }
    }
    if let failure { throw failure }
    return !deciding
  }

  private mutating func select(
    _ node: Node, _ elements: [Value], at index: NodeIndex
  ) throws(Failure) -> [Value] {
    var selected: [Value] = []
    for element in elements {
      locals[Int(node.b)] = element
      guard try bool(node.c) else { continue }
      try spend(bytes: MemoryLayout<Value>.stride, at: index)
      selected.append(element)
    }
    return selected
  }

  private mutating func transform(
    _ node: Node, _ elements: [Value], at index: NodeIndex
  ) throws(Failure) -> [Value] {
    let condition = program.parts.operands[Int(node.c)]
    let result = program.parts.operands[Int(node.c) + 1]
    var transformed: [Value] = []
    for element in elements {
      locals[Int(node.b)] = element
      if condition >= 0, !(try bool(condition)) { continue }
      try spend(bytes: MemoryLayout<Value>.stride, at: index)
      transformed.append(try value(result))
    }
    return transformed
  }
}
