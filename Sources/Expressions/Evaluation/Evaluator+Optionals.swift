/// What is done with values that may be there or not.
extension Evaluator {
  mutating func optional(_ node: Node, at index: NodeIndex) throws(Failure) -> Value {
    let operand = try value(node.a)
    switch node.operation {
    case .optionalOf: return .optional(operand)
    case .optionalOfNonZero: return .optional(operand.isZero ? nil : operand)
    default: break
    }
    guard case .optional(let wrapped) = operand else { throw notApplicable(operand, at: index) }
    switch node.operation {
    case .hasValue: return .bool(wrapped != nil)
    case .optionalValue:
      guard let wrapped else { throw Failure(reason: .noValue, node: index) }
      return wrapped
    case .orValue:
      if let wrapped { return wrapped }
      return try value(node.b)
    case .otherwise:
      if wrapped != nil { return operand }
      let other = try value(node.b)
      guard case .optional = other else { throw notApplicable(operand, other, at: index) }
      return other
    default:
      guard let wrapped else { return .optional(nil) }
      locals[Int(node.b)] = wrapped
      let result = try value(node.c)
      if node.operation == .optionalMap { return .optional(result) }
      guard case .optional = result else { throw notApplicable(result, at: index) }
      return result
    }
  }
}

extension Value {
  /// Whether it is what its type is without a value: zero, false, or empty.
  fileprivate var isZero: Bool {
    switch self {
    case .null: true
    case .bool(let bool): !bool
    case .int(let int): int == 0
    case .uint(let uint): uint == 0
    case .double(let double): double == 0
    case .string(let string): string.isEmpty
    case .bytes(let bytes): bytes.isEmpty
    case .list(let list): list.isEmpty
    case .map(let map): map.count == 0
    case .duration(let duration): duration == 0
    case .optional(let wrapped): wrapped?.isZero ?? true
    case .object, .timestamp, .type: false
    }
  }
}
