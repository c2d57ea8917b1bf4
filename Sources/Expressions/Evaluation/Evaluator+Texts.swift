/// The functions of CEL's strings extension. Places and lengths are counted in code points.
extension Evaluator {
  mutating func text(_ node: Node, at index: NodeIndex) throws(Failure) -> Value {
    var operands: [Value] = []
    var texts: [String] = []
    var numbers: [Int64] = []
    for place in Int(node.a)..<Int(node.a + node.b) {
      operands.append(try value(program.parts.operands[place]))
    }
    // Every overload takes texts first and then numbers.
    for operand in operands {
      switch operand {
      case .string(let text) where numbers.isEmpty: texts.append(text)
      case .int(let number): numbers.append(number)
      default: throw notApplicable(operands, at: index)
      }
    }
    guard texts.count == node.operation.textCount else {
      throw notApplicable(operands, at: index)
    }
    try spend(steps: texts.reduce(0) { $0 + $1.utf8.count } >> 6, at: index)
    switch node.operation {
    case .charAt:
      let start = try position(numbers[0], in: texts[0], at: index)
      return .string(String(texts[0].unicodeScalars[start...].prefix(1)))
    case .indexOf: return .int(try indexOf(texts, from: numbers.first, at: index))
    case .lastIndexOf: return .int(try lastIndexOf(texts, to: numbers.first, at: index))
    case .replace: return .string(try replace(texts, limit: numbers.first, at: index))
    case .split: return .list(try split(texts, limit: numbers.first, at: index))
    case .substring: return .string(try substring(texts[0], numbers, at: index))
    default: return .string(try transformed(texts[0], by: node.operation, at: index))
    }
  }

  /// Where a code point begins, or the end; an error where the text is shorter.
  private func position(
    _ number: Int64, in text: String, at index: NodeIndex
  ) throws(Failure) -> String.Index {
    let scalars = text.unicodeScalars
    guard number >= 0,
      let position = scalars.index(
        scalars.startIndex, offsetBy: Int(number), limitedBy: scalars.endIndex)
    else {
      throw Failure(reason: .positionOutOfRange(number, count: scalars.count), node: index)
    }
    return position
  }

  private mutating func transformed(
    _ text: String, by operation: Operation, at index: NodeIndex
  ) throws(Failure) -> String {
    try spend(bytes: text.utf8.count, at: index)
    switch operation {
    case .lowerAscii:
      return String(
        decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    case .upperAscii:
      return String(
        decoding: text.utf8.map { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 }, as: UTF8.self)
    default:
      let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
      let scalars = text.unicodeScalars.drop(while: isBlank)
      let end = scalars.lastIndex { !isBlank($0) }.map(scalars.index(after:))
      return String(scalars[..<(end ?? scalars.startIndex)])
    }
  }

  private mutating func substring(
    _ text: String, _ bounds: [Int64], at index: NodeIndex
  ) throws(Failure) -> String {
    if bounds.count == 2, bounds[0] > bounds[1] {
      throw Failure(reason: .reversedRange(bounds[0], bounds[1]), node: index)
    }
    let start = try position(bounds[0], in: text, at: index)
    let end = bounds.count == 2 ? try position(bounds[1], in: text, at: index) : text.endIndex
    let part = text[start..<end]
    try spend(bytes: part.utf8.count, at: index)
    return String(part)
  }

  // MARK: Searching

  private func indexOf(
    _ texts: [String], from first: Int64?, at index: NodeIndex
  ) throws(Failure) -> Int64 {
    let start = try position(first ?? 0, in: texts[0], at: index)
    let rest = Array(texts[0].utf8[start...])
    guard let place = TextSearch(texts[1].utf8).first(in: rest) else { return -1 }
    return (first ?? 0) + codePoints(in: rest[..<place])
  }

  /// The last place at or before `last`: the first one in both texts written backwards.
  private func lastIndexOf(
    _ texts: [String], to last: Int64?, at index: NodeIndex
  ) throws(Failure) -> Int64 {
    let bytes = Array(texts[0].utf8)
    let start =
      try last.map { number throws(Failure) in
        let position = try position(number, in: texts[0], at: index)
        return texts[0].utf8.distance(from: texts[0].startIndex, to: position)
      } ?? bytes.count
    let length = texts[1].utf8.count
    let end = min(bytes.count, start + length)
    let search = TextSearch(texts[1].utf8.reversed())
    guard let place = search.first(in: bytes[..<end].reversed()) else { return -1 }
    return codePoints(in: bytes[..<(end - place - length)])
  }

  private func codePoints(in bytes: ArraySlice<UInt8>) -> Int64 {
    bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }

  private mutating func replace(
    _ texts: [String], limit: Int64?, at index: NodeIndex
  ) throws(Failure) -> String {
    let bytes = Array(texts[0].utf8)
    let (old, new) = (texts[1].utf8.count, Array(texts[2].utf8))
    let places = TextSearch(texts[1].utf8).all(in: bytes, limit: Self.count(limit))
    // Known before it is made: it may be the product of two texts.
    try spend(bytes: bytes.count + places.count * (new.count - old), at: index)
    var result: [UInt8] = []
    var end = 0
    for place in places {
      result += bytes[end..<place] + new
      end = place + old
    }
    return String(decoding: result + bytes[end...], as: UTF8.self)
  }

  /// Split at the empty text, a text falls into its code points.
  private mutating func split(
    _ texts: [String], limit: Int64?, at index: NodeIndex
  ) throws(Failure) -> [Value] {
    let bytes = Array(texts[0].utf8)
    let separator = texts[1].utf8.count
    let limit = Self.count(limit)
    if limit == 0 || separator == 0 && bytes.isEmpty { return [] }
    let cuts =
      separator == 0
      ? TextSearch([] as [UInt8]).all(in: bytes, limit: .max).dropFirst().dropLast().prefix(
        limit - 1)
      : TextSearch(texts[1].utf8).all(in: bytes, limit: limit - 1)[...]
    try spend(
      bytes: bytes.count + (cuts.count + 1) * MemoryLayout<Value>.stride, at: index)
    var parts: [Value] = []
    var start = 0
    for cut in cuts + [bytes.count] {
      parts.append(.string(String(decoding: bytes[start..<cut], as: UTF8.self)))
      start = cut + separator
    }
    return parts
  }

  /// How many times at most: any number of times where no limit is given, or a negative one.
  private static func count(_ limit: Int64?) -> Int {
    limit.map { $0 < 0 ? .max : Int($0) } ?? .max
  }
}

extension Operation {
  /// How many texts an operation on texts takes, the numbers behind them aside.
  fileprivate var textCount: Int {
    switch self {
    case .replace: 3
    case .indexOf, .lastIndexOf, .split: 2
    default: 1
    }
  }
}
