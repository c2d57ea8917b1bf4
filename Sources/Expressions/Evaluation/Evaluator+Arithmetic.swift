/// Sums, products and signs, with an error for every result out of range.
extension Evaluator {
  mutating func arithmetic(_ node: Node, at index: NodeIndex) throws(Failure) -> Value {
    let left = try value(node.a)
    if node.operation == .negate { return try negate(left, at: index) }
    let right = try value(node.b)
    switch (left, right) {
    case (.int(let a), .int(let b)):
      return .int(try integer(node.operation, a, b, "int", at: index))
    case (.uint(let a), .uint(let b)):
      return .uint(try integer(node.operation, a, b, "uint", at: index))
    case (.double(let a), .double(let b)) where node.operation != .remainder:
      return .double(double(node.operation, a, b))
    default:
      if node.operation == .add { return try add(left, right, at: index) }
      if node.operation == .subtract { return try subtract(left, right, at: index) }
      throw notApplicable(left, right, at: index)
    }
  }

  private func negate(_ value: Value, at index: NodeIndex) throws(Failure) -> Value {
    switch value {
    case .int(.min): throw Failure(reason: .overflow("int"), node: index)
    case .int(let int): return .int(-int)
    case .double(let double): return .double(-double)
    default: throw notApplicable(value, at: index)
    }
  }

  private func integer<Integer: FixedWidthInteger>(
    _ operation: Operation, _ left: Integer, _ right: Integer, _ type: String,
    at index: NodeIndex
  ) throws(Failure) -> Integer {
    let result: Integer
    let overflow: Bool
    switch operation {
    case .add: (result, overflow) = left.addingReportingOverflow(right)
    case .subtract: (result, overflow) = left.subtractingReportingOverflow(right)
    case .multiply: (result, overflow) = left.multipliedReportingOverflow(by: right)
    default:
      if right == 0 { throw Failure(reason: .divisionByZero, node: index) }
      (result, overflow) =
        operation == .divide
        ? left.dividedReportingOverflow(by: right)
        : left.remainderReportingOverflow(dividingBy: right)
    }
    if overflow { throw Failure(reason: .overflow(type), node: index) }
    return result
  }

  private func double(_ operation: Operation, _ left: Double, _ right: Double) -> Double {
    switch operation {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    default: left / right
    }
  }

  private mutating func add(
    _ left: Value, _ right: Value, at index: NodeIndex
  ) throws(Failure) -> Value {
    switch (left, right) {
    case (.string(let a), .string(let b)):
      try spend(bytes: a.utf8.count + b.utf8.count, at: index)
      return .string(a + b)
    case (.bytes(let a), .bytes(let b)):
      try spend(bytes: a.count + b.count, at: index)
      return .bytes(a + b)
    case (.list(let a), .list(let b)):
      try spend(bytes: (a.count + b.count) * MemoryLayout<Value>.stride, at: index)
      return .list(a + b)
    case (.timestamp(let a), .duration(let b)), (.duration(let b), .timestamp(let a)):
      return try timestamp(a.adding(b), at: index)
    case (.duration(let a), .duration(let b)):
      return .duration(try integer(.add, a, b, "duration", at: index))
    default:
      throw notApplicable(left, right, at: index)
    }
  }

  private func subtract(
    _ left: Value, _ right: Value, at index: NodeIndex
  ) throws(Failure) -> Value {
    switch (left, right) {
    case (.timestamp(let a), .timestamp(let b)):
      guard let duration = a.duration(since: b) else {
        throw Failure(reason: .overflow("duration"), node: index)
      }
      return .duration(duration)
    case (.timestamp(let a), .duration(let b)):
      // In two steps, since the smallest duration has no opposite.
      let half = b / 2
      return try timestamp(a.adding(-half)?.adding(half - b), at: index)
    case (.duration(let a), .duration(let b)):
      return .duration(try integer(.subtract, a, b, "duration", at: index))
    default:
      throw notApplicable(left, right, at: index)
    }
  }

  private func timestamp(_ result: Timestamp?, at index: NodeIndex) throws(Failure) -> Value {
    guard let result else { throw Failure(reason: .overflow("timestamp"), node: index) }
    return .timestamp(result)
  }
}
