/// Splits a source into tokens.
struct Lexer {
  private var reader: SourceReader

  private init(_ source: SourceText) {
    reader = SourceReader(source)
  }

  /// All tokens of a source, the last one being `end`.
  static func tokens(of source: SourceText) throws(ExpressionFault) -> [Token] {
    var lexer = Lexer(source)
    var tokens: [Token] = []
    repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
    return tokens
  }

  private mutating func next() throws(ExpressionFault) -> Token {
    skipBlanksAndComments()
    let start = reader.index
    let kind = try kindOfNext()
    return Token(kind: kind, range: SourceRange(start: start, end: reader.index))
  }

  private mutating func skipBlanksAndComments() {
    while let byte = reader.byte {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x0C:
        reader.index += 1
      case UInt8(ascii: "/") where reader.peek(1) == UInt8(ascii: "/"):
        reader.skip { $0 != UInt8(ascii: "\n") }
      default:
        return
      }
    }
  }

  private mutating func kindOfNext() throws(ExpressionFault) -> Token.Kind {
    guard let byte = reader.byte else { return .end }
    if isDigit(byte) || (byte == UInt8(ascii: ".") && reader.peek(1).map(isDigit) == true) {
      return try NumberLexer.read(&reader)
    }
    if StringLexer.startsLiteral(reader) { return try StringLexer.read(&reader) }
    if byte == UInt8(ascii: "`") { return try quotedName() }
    return startsWord(byte) ? word() : .symbol(try symbol())
  }

  private mutating func word() -> Token.Kind {
    let start = reader.index
    reader.skip { startsWord($0) || isDigit($0) }
    let text = reader.text(from: start)
    return Symbol(rawValue: text).map { .symbol($0) } ?? .identifier(text)
  }

  private mutating func quotedName() throws(ExpressionFault) -> Token.Kind {
    let start = reader.index
    reader.index += 1
    reader.skip { startsWord($0) || isDigit($0) || ".-/ ".utf8.contains($0) }
    let name = reader.text(from: start + 1)
    guard !name.isEmpty, reader.skip("`") else {
      throw reader.fault(
        "a name in back quotes has letters, digits and '_.-/ '; other keys stand in ['…']",
        from: start)
    }
    return .quotedName(name)
  }

  private mutating func symbol() throws(ExpressionFault) -> Symbol {
    let start = reader.index
    for length in [2, 1] where start + length <= reader.source.bytes.count {
      reader.index = start + length
      if let symbol = Symbol(rawValue: reader.text(from: start)) { return symbol }
    }
    reader.index = start
    throw unknownCharacter()
  }

  private mutating func unknownCharacter() -> ExpressionFault {
    let start = reader.index
    let rest = String(decoding: reader.source.bytes[start...].prefix(64), as: UTF8.self)
    let character = rest.unicodeScalars.first.map { String($0) } ?? ""
    reader.index = min(reader.source.bytes.count, start + character.utf8.count)
    let advice: String
    switch character {
    case "=": advice = "; to compare, write '=='"
    case "&": advice = "; 'and' is written '&&'"
    case "|": advice = "; 'or' is written '||'"
    case "“", "”", "‘", "’": advice = "; texts stand in straight quotes"
    default: advice = ""
    }
    return reader.fault("unexpected '\(character)'\(advice)", from: start)
  }
}

func startsWord(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "_"):
    true
  default: false
  }
}
