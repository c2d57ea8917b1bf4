/// Reads one number literal without its sign.
struct NumberLexer {
  private var reader: SourceReader
  private let start: Int

  static func read(_ reader: inout SourceReader) throws(ExpressionFault) -> Token.Kind {
    var lexer = NumberLexer(reader: reader, start: reader.index)
    let kind = try lexer.number()
    reader = lexer.reader
    return kind
  }

  private mutating func number() throws(ExpressionFault) -> Token.Kind {
    let isHexadecimal = reader.byte == UInt8(ascii: "0") && reader.peek(1) == UInt8(ascii: "x")
    let kind = isHexadecimal ? try hexadecimal() : try decimal()
    let end = reader.index
    reader.skip { startsWord($0) || isDigit($0) }
    guard reader.index == end else { throw fault("'\(text)' is no number") }
    return kind
  }

  private var text: String { reader.text(from: start) }

  private func fault(_ message: String) -> ExpressionFault {
    reader.fault(message, from: start)
  }

  private mutating func hexadecimal() throws(ExpressionFault) -> Token.Kind {
    reader.index += 2
    let digits = reader.index
    reader.skip { hexadecimalDigit($0) != nil }
    return try integer(digits: reader.text(from: digits), radix: 16)
  }

  private mutating func decimal() throws(ExpressionFault) -> Token.Kind {
    reader.skip(while: isDigit)
    var isDouble = false
    if reader.byte == UInt8(ascii: "."), reader.peek(1).map(isDigit) == true {
      isDouble = true
      reader.index += 1
      reader.skip(while: isDigit)
    }
    if reader.byte == UInt8(ascii: "e") || reader.byte == UInt8(ascii: "E") {
      let hasSign = reader.peek(1) == UInt8(ascii: "+") || reader.peek(1) == UInt8(ascii: "-")
      if reader.peek(hasSign ? 2 : 1).map(isDigit) == true {
        isDouble = true
        reader.index += hasSign ? 2 : 1
        reader.skip(while: isDigit)
      }
    }
    guard isDouble else { return try integer(digits: text, radix: 10) }
    guard let double = Double(text), double.isFinite else {
      throw fault("\(text) is outside the range of double")
    }
    return .double(double)
  }

  /// The value of the digits just read, with the `u` that may follow them.
  private mutating func integer(digits: String, radix: Int) throws(ExpressionFault) -> Token.Kind {
    let isUnsigned = reader.skip("u") || reader.skip("U")
    guard !digits.isEmpty else { throw fault("'\(text)' is no number") }
    guard let number = UInt64(digits, radix: radix) else {
      throw fault("\(text) is outside the range of \(isUnsigned ? "uint" : "int")")
    }
    return isUnsigned ? .uint(number) : .int(number)
  }
}

func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
  default: nil
  }
}
