/// Builds the tree of an expression from its tokens, macros included.
struct Parser {
  private let source: SourceText
  private let tokens: [Token]
  private var place = 0
  private var depth = 0

  private init(_ source: SourceText) throws(ExpressionFault) {
    self.source = source
    tokens = try Lexer.tokens(of: source)
  }

  static func parse(_ source: SourceText) throws(ExpressionFault) -> Syntax {
    let limit = ExpressionLimits.sourceBytes
    guard source.bytes.count <= limit else {
      throw source.fault(
        "an expression has at most \(limit) bytes, found \(source.bytes.count)",
        at: SourceRange(start: 0, end: 0))
    }
    var parser = try Parser(source)
    let syntax = try parser.expression()
    guard parser.token.kind == .end else { throw parser.unexpected("the end or an operator") }
    return syntax
  }

  // MARK: Tokens

  private var token: Token { tokens[place] }
  private var previousEnd: Int { tokens[max(0, place - 1)].range.end }

  private mutating func take(_ symbol: Symbol) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ symbol: Symbol, _ purpose: String) throws(ExpressionFault) {
    guard take(symbol) else { throw unexpected("'\(symbol.rawValue)' \(purpose)") }
  }

  private func unexpected(_ expected: String) -> ExpressionFault {
    let found = token.kind == .end ? "the end" : "'\(source[token.range])'"
    var advice = ""
    if case .identifier(let word) = token.kind {
      switch word.lowercased() {
      case "and": advice = "; 'and' is written '&&'"
      case "or": advice = "; 'or' is written '||'"
      case "not": advice = "; 'not' is written '!'"
      default: break
      }
    }
    return source.fault("expected \(expected), found \(found)\(advice)", at: token.range)
  }

  // MARK: Nodes

  private func node(
    _ kind: Syntax.Kind, _ range: SourceRange, over children: [Syntax] = []
  ) throws(ExpressionFault) -> Syntax {
    let height = 1 + (children.map(\.height).max() ?? 0)
    guard height <= ExpressionLimits.depth else { throw tooDeep(at: range) }
    return Syntax(kind: kind, range: range, height: height)
  }

  private func tooDeep(at range: SourceRange) -> ExpressionFault {
    source.fault("nested deeper than \(ExpressionLimits.depth) levels", at: range)
  }

  // MARK: Operators

  private mutating func expression() throws(ExpressionFault) -> Syntax {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ExpressionLimits.depth else { throw tooDeep(at: token.range) }
    let condition = try logical(.or)
    guard take(.question) else { return condition }
    let first = try logical(.or)
    try expect(.colon, "between the branches of the condition")
    let second = try expression()
    return try node(
      .conditional(condition, first, second), condition.range.joined(with: second.range),
      over: [condition, first, second])
  }

  private mutating func logical(
    _ logicalOperator: LogicalOperator
  ) throws(ExpressionFault) -> Syntax {
    let symbol: Symbol = logicalOperator == .or ? .or : .and
    var terms: [Syntax] = []
    repeat {
      terms.append(logicalOperator == .or ? try logical(.and) : try binary(minimum: 1))
    } while take(symbol)
    guard terms.count > 1 else { return terms[0] }
    let range = terms[0].range.joined(with: terms[terms.count - 1].range)
    return try node(.logical(logicalOperator, terms), range, over: terms)
  }

  private mutating func binary(minimum: Int) throws(ExpressionFault) -> Syntax {
    var left = try unary()
    while case .symbol(let symbol) = token.kind,
      let binaryOperator = BinaryOperator(rawValue: symbol.rawValue),
      binaryOperator.precedence >= minimum
    {
      place += 1
      let right = try binary(minimum: binaryOperator.precedence + 1)
      left = try node(
        .binary(binaryOperator, left, right), left.range.joined(with: right.range),
        over: [left, right])
    }
    return left
  }

  /// Any number of `!` or of `-` before a member; a sign directly before a number belongs to it.
  private mutating func unary() throws(ExpressionFault) -> Syntax {
    let first = place
    guard token.kind == .symbol(.not) || token.kind == .symbol(.minus) else { return try member() }
    let symbol: Symbol = token.kind == .symbol(.not) ? .not : .minus
    while take(symbol) {}
    var operators = place - first
    var operand: Syntax
    if symbol == .minus, isNumber {
      operators -= 1
      operand = try member(of: try number(isNegative: true))
    } else {
      operand = try member()
    }
    while operators > 0 {
      operators -= 1
      let range = tokens[first + operators].range.joined(with: operand.range)
      operand = try node(symbol == .not ? .not(operand) : .negate(operand), range, over: [operand])
    }
    return operand
  }

  // MARK: Members

  private mutating func member() throws(ExpressionFault) -> Syntax {
    try member(of: try primary())
  }

  private mutating func member(of primary: Syntax) throws(ExpressionFault) -> Syntax {
    var operand = primary
    while true {
      if take(.dot) {
        let isOptional = take(.question)
        let (name, isQuoted) = try selector()
        operand =
          !isOptional && !isQuoted && take(.openParenthesis)
          ? try methodCall(name, on: operand)
          : try node(
            .select(operand, name, isOptional: isOptional), operand.range.joined(with: name.range),
            over: [operand])
      } else if take(.openBracket) {
        let isOptional = take(.question)
        let index = try expression()
        try expect(.closeBracket, "after the index")
        let range = SourceRange(start: operand.range.start, end: previousEnd)
        operand = try node(
          .index(operand, index, isOptional: isOptional), range, over: [operand, index])
      } else if token.kind == .symbol(.openBrace) {
        throw source.fault("objects cannot be made in an expression", at: token.range)
      } else {
        return operand
      }
    }
  }

  /// A name after a dot, where even reserved words may stand, and names in back quotes.
  private mutating func selector() throws(ExpressionFault) -> (Name, isQuoted: Bool) {
    let range = token.range
    switch token.kind {
    case .identifier(let text):
      place += 1
      return (Name(text: text, range: range), false)
    case .quotedName(let text):
      place += 1
      return (Name(text: text, range: range), true)
    default: throw unexpected("a name after '.'")
    }
  }

  private mutating func methodCall(
    _ name: Name, on receiver: Syntax
  ) throws(ExpressionFault) -> Syntax {
    let arguments = try list(until: .closeParenthesis)
    let range = SourceRange(start: receiver.range.start, end: previousEnd)
    guard let macro = Macro(rawValue: name.text) else {
      return try node(
        .call(name, receiver: receiver, arguments: arguments), range, over: [receiver] + arguments)
    }
    guard macro.accepts(arguments: arguments.count) else {
      throw source.fault(
        "\(name.text) is written \(macro.usage), found \(counted(arguments.count, "argument"))",
        at: name.range)
    }
    guard case .identifier(let variable, isRooted: false) = arguments[0].kind else {
      throw source.fault(
        "expected the name of a variable, as in \(macro.usage)", at: arguments[0].range)
    }
    return try node(
      .macro(macro, over: receiver, variable: variable, body: Array(arguments.dropFirst())), range,
      over: [receiver] + arguments)
  }

  // MARK: Primaries

  private mutating func primary() throws(ExpressionFault) -> Syntax {
    if isNumber { return try number(isNegative: false) }
    let start = token
    place += 1
    switch start.kind {
    case .string(let string): return try node(.literal(.string(string)), start.range)
    case .bytes(let bytes): return try node(.literal(.bytes(bytes)), start.range)
    case .symbol(.true): return try node(.literal(.bool(true)), start.range)
    case .symbol(.false): return try node(.literal(.bool(false)), start.range)
    case .symbol(.null): return try node(.literal(.null), start.range)
    case .identifier(let text):
      return try identifier(Name(text: text, range: start.range), isRooted: false)
    case .symbol(.dot):
      guard case .identifier(let text) = token.kind else { throw unexpected("a name after '.'") }
      place += 1
      return try identifier(Name(text: text, range: tokens[place - 1].range), isRooted: true)
    case .symbol(.openParenthesis):
      let inner = try expression()
      try expect(.closeParenthesis, "to close the parenthesis")
      let range = SourceRange(start: start.range.start, end: previousEnd)
      return Syntax(kind: inner.kind, range: range, height: inner.height)
    case .symbol(.openBracket):
      let elements = try list(until: .closeBracket)
      let range = SourceRange(start: start.range.start, end: previousEnd)
      return try node(.list(elements), range, over: elements)
    case .symbol(.openBrace):
      return try map(from: start.range.start)
    default:
      place -= 1
      throw unexpected("a value")
    }
  }

  private mutating func identifier(_ name: Name, isRooted: Bool) throws(ExpressionFault) -> Syntax {
    if reservedWords.contains(name.text) {
      throw source.fault("'\(name.text)' is a reserved word", at: name.range)
    }
    guard take(.openParenthesis) else {
      return try node(.identifier(name, isRooted: isRooted), name.range)
    }
    let arguments = try list(until: .closeParenthesis)
    let range = SourceRange(start: name.range.start, end: previousEnd)
    guard name.text == "has" else {
      return try node(.call(name, receiver: nil, arguments: arguments), range, over: arguments)
    }
    guard arguments.count == 1,
      case .select(let operand, let field, isOptional: false) = arguments[0].kind
    else {
      throw source.fault("has() asks for one field, as in has(payin.method)", at: range)
    }
    return try node(.has(operand, field), range, over: [operand])
  }

  /// Expressions between commas, up to and with the closing symbol. In brackets the last may be
  /// followed by a comma.
  private mutating func list(until end: Symbol) throws(ExpressionFault) -> [Syntax] {
    var elements: [Syntax] = []
    while !take(end) {
      if !elements.isEmpty {
        try expect(.comma, "or '\(end.rawValue)'")
        if end != .closeParenthesis, take(end) { break }
      }
      elements.append(try expression())
    }
    return elements
  }

  private mutating func map(from start: Int) throws(ExpressionFault) -> Syntax {
    var entries: [(key: Syntax, value: Syntax)] = []
    while !take(.closeBrace) {
      if !entries.isEmpty {
        try expect(.comma, "or '}'")
        if take(.closeBrace) { break }
      }
      let key = try expression()
      try expect(.colon, "between a key and its value")
      entries.append((key, try expression()))
    }
    let range = SourceRange(start: start, end: previousEnd)
    return try node(.map(entries), range, over: entries.flatMap { [$0.key, $0.value] })
  }

  // MARK: Numbers

  private var isNumber: Bool {
    switch token.kind {
    case .int, .uint, .double: true
    case .identifier, .quotedName, .string, .bytes, .symbol, .end: false
    }
  }

  /// A number, after its sign where it has one.
  private mutating func number(isNegative: Bool) throws(ExpressionFault) -> Syntax {
    let signStart = isNegative ? tokens[place - 1].range.start : token.range.start
    let range = SourceRange(start: signStart, end: token.range.end)
    place += 1
    switch tokens[place - 1].kind {
    case .int(let magnitude):
      let limit = isNegative ? Int64.min.magnitude : Int64.max.magnitude
      guard magnitude <= limit else {
        throw source.fault("\(source[range]) is outside the range of int", at: range)
      }
      let int = Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude)
      return try node(.literal(.int(int)), range)
    case .double(let double):
      return try node(.literal(.double(isNegative ? -double : double)), range)
    case .uint(let uint) where !isNegative:
      return try node(.literal(.uint(uint)), range)
    default:
      throw source.fault("a uint cannot be negative", at: range)
    }
  }
}

/// "1 argument", "2 arguments".
func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
