/// How two values stand to each other on the language's scale.
enum Comparison: Equatable {
  case less, equal, greater
  /// NaN, beside anything.
  case unordered

  init<Element: Comparable>(_ left: Element, _ right: Element) {
    self = left < right ? .less : left == right ? .equal : left > right ? .greater : .unordered
  }

  var reversed: Comparison {
    switch self {
    case .less: .greater
    case .greater: .less
    case .equal, .unordered: self
    }
  }

  /// Orders two values; nil where there is no order between such values.
  ///
  /// Numbers are compared across types. Beside a double, an integer counts as the double nearest to
  /// it, as the conformance tests of the specification have it.
  static func between(_ left: Value, _ right: Value) -> Comparison? {
    if let comparison = numbers(left, right) { return comparison }
    switch (left, right) {
    case (.bool(let a), .bool(let b)): return Comparison(a ? 1 : 0, b ? 1 : 0)
    case (.string(let a), .string(let b)):
      if a.hasSameCodePoints(as: b) { return .equal }
      return a.precedesInCodePoints(b) ? .less : .greater
    case (.bytes(let a), .bytes(let b)):
      if a == b { return .equal }
      return a.lexicographicallyPrecedes(b) ? .less : .greater
    case (.timestamp(let a), .timestamp(let b)): return Comparison(a, b)
    case (.duration(let a), .duration(let b)): return Comparison(a, b)
    default: return nil
    }
  }

  /// Orders two numbers; nil where one of the values is none.
  static func numbers(_ left: Value, _ right: Value) -> Comparison? {
    switch (left, right) {
    case (.int(let a), .int(let b)): Comparison(a, b)
    case (.uint(let a), .uint(let b)): Comparison(a, b)
    case (.double(let a), .double(let b)): Comparison(a, b)
    case (.int(let a), .uint(let b)): integers(a, b)
    case (.uint(let a), .int(let b)): integers(b, a).reversed
    case (.int(let a), .double(let b)): Comparison(Double(a), b)
    case (.double(let a), .int(let b)): Comparison(a, Double(b))
    case (.uint(let a), .double(let b)): Comparison(Double(a), b)
    case (.double(let a), .uint(let b)): Comparison(a, Double(b))
    default: nil
    }
  }

  private static func integers(_ int: Int64, _ uint: UInt64) -> Comparison {
    UInt64(exactly: int).map { Comparison($0, uint) } ?? .less
  }
}
