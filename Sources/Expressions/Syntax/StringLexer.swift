/// Reads one string or bytes literal: plain, raw, triple-quoted, with its escapes.
struct StringLexer {
  private var reader: SourceReader
  private let start: Int
  private var isBytes = false
  private var content: [UInt8] = []

  private init(_ reader: SourceReader) {
    self.reader = reader
    start = reader.index
  }

  /// Whether a literal begins here: a quote, or `r`, `b` or `br` in either case and a quote.
  static func startsLiteral(_ reader: SourceReader) -> Bool {
    var reader = reader
    _ = reader.skip("b") || reader.skip("B")
    _ = reader.skip("r") || reader.skip("R")
    return reader.byte == UInt8(ascii: "'") || reader.byte == UInt8(ascii: "\"")
  }

  static func read(_ reader: inout SourceReader) throws(ExpressionFault) -> Token.Kind {
    var lexer = StringLexer(reader)
    let kind = try lexer.literal()
    reader = lexer.reader
    return kind
  }

  private mutating func literal() throws(ExpressionFault) -> Token.Kind {
    isBytes = reader.skip("b") || reader.skip("B")
    let isRaw = reader.skip("r") || reader.skip("R")
    guard let quote = reader.byte else { throw unterminated() }
    let isTriple = reader.peek(1) == quote && reader.peek(2) == quote
    reader.index += isTriple ? 3 : 1
    while true {
      guard let byte = reader.byte else { throw unterminated() }
      if byte == quote, !isTriple || (reader.peek(1) == quote && reader.peek(2) == quote) {
        reader.index += isTriple ? 3 : 1
        break
      }
      if !isTriple, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        throw unterminated()
      }
      reader.index += 1
      if byte == UInt8(ascii: "\\"), !isRaw {
        try escape()
      } else {
        content.append(byte)
      }
    }
    return isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self))
  }

  private func unterminated() -> ExpressionFault {
    reader.fault("the text that begins here has no closing quote", from: start)
  }

  // MARK: Escapes

  /// Reads what follows a backslash.
  private mutating func escape() throws(ExpressionFault) {
    let start = reader.index - 1
    guard let code = reader.byte else { throw unterminated() }
    reader.index += 1
    switch code {
    case UInt8(ascii: "a"): content.append(0x07)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "v"): content.append(0x0B)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"),
      UInt8(ascii: "?"):
      content.append(code)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      try appendCode(try hexadecimal(2, from: start), from: start)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      try appendCode(try octal(from: start), from: start)
    case UInt8(ascii: "u") where !isBytes:
      try appendUnicode(from: start)
    case UInt8(ascii: "U") where !isBytes:
      try appendCode(try hexadecimal(8, from: start), from: start)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      throw reader.fault(
        "'\\\(Unicode.Scalar(code))' has no meaning in bytes", from: start)
    default:
      reader.skip { $0 & 0xC0 == 0x80 }
      throw reader.fault("unknown escape '\(reader.text(from: start))'", from: start)
    }
  }

  private mutating func hexadecimal(
    _ count: Int, from start: Int
  ) throws(ExpressionFault) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<count {
      guard let digit = reader.byte.flatMap(hexadecimalDigit) else {
        throw reader.fault(
          "'\(reader.text(from: start))' needs \(count) hexadecimal digits", from: start)
      }
      reader.index += 1
      code = code << 4 | digit
    }
    return code
  }

  private mutating func octal(from start: Int) throws(ExpressionFault) -> UInt32 {
    reader.index -= 1
    var code: UInt32 = 0
    for _ in 0..<3 {
      guard let byte = reader.byte, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else {
        throw reader.fault(
          "'\(reader.text(from: start))' needs three octal digits up to 377", from: start)
      }
      reader.index += 1
      code = code << 3 | UInt32(byte - UInt8(ascii: "0"))
    }
    return code
  }

  /// `\u` with four digits. Two of them are no pair, as they are in JSON.
  private mutating func appendUnicode(from start: Int) throws(ExpressionFault) {
    let code = try hexadecimal(4, from: start)
    let end = reader.index
    if (0xD800..<0xDC00).contains(code), reader.skip("\\"), reader.skip("u"),
      let low = try? hexadecimal(4, from: start), (0xDC00..<0xE000).contains(low)
    {
      let digits = String(0x10000 + (code - 0xD800) << 10 + (low - 0xDC00), radix: 16)
      let padding = String(repeating: "0", count: 8 - digits.utf8.count)
      throw reader.fault(
        "'\(reader.text(from: start))' are no code points; write '\\U\(padding)\(digits)'",
        from: start)
    }
    reader.index = end
    try appendCode(code, from: start)
  }

  private mutating func appendCode(_ code: UInt32, from start: Int) throws(ExpressionFault) {
    if isBytes {
      content.append(UInt8(truncatingIfNeeded: code))
    } else if let scalar = Unicode.Scalar(code) {
      content.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    } else {
      throw reader.fault("'\(reader.text(from: start))' is no code point", from: start)
    }
  }
}
