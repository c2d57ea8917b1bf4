/// Reads the words of a JSON5 text: white space and comments, identifiers, strings and numbers.
struct JSON5Scanner {
  private let scalars: [Unicode.Scalar]
  private(set) var index = 0
  private var cursor = PositionCursor()

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  // MARK: Characters

  var position: SourcePosition { cursor.position }
  var isAtEnd: Bool { index == scalars.count }
  var current: Unicode.Scalar? { peek(0) }

  private func peek(_ distance: Int) -> Unicode.Scalar? {
    index + distance < scalars.count ? scalars[index + distance] : nil
  }

  mutating func advance() {
    cursor.advance(over: scalars[index])
    index += 1
  }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    advance()
    return true
  }

  /// The character at hand, as the end of a message.
  var found: String {
    guard let current else { return ", found the end of the text" }
    return current.value > 0x20 && current.value != 0x7F ? ", found \"\(current)\"" : ""
  }

  func fault(_ message: String, at start: Int? = nil) -> JSONFault {
    JSONFault(message, at: start ?? index, of: scalars)
  }

  // MARK: White space

  mutating func skipSpace() throws(JSONFault) {
    while let scalar = current {
      if scalar == "/" {
        try skipComment()
      } else if Self.isSpace(scalar) {
        advance()
      } else {
        return
      }
    }
  }

  private mutating func skipComment() throws(JSONFault) {
    let start = index
    switch peek(1) {
    case "/":
      while let scalar = current, !Self.endsLine(scalar) { advance() }
    case "*":
      advance()
      advance()
      while !(current == "*" && peek(1) == "/") {
        if isAtEnd { throw fault("the comment does not end", at: start) }
        advance()
      }
      advance()
      advance()
    default:
      throw fault("expected a comment after \"/\"")
    }
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", "\u{B}", "\u{C}", "\r", " ", "\u{A0}", "\u{FEFF}": true
    case "\u{2028}", "\u{2029}": true
    default: scalar.value >= 0x80 && scalar.properties.generalCategory == .spaceSeparator
    }
  }

  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  // MARK: Identifiers

  /// Whether an identifier, or an escape that may begin one, comes next.
  var startsIdentifier: Bool {
    current.map { scalar in scalar == "\\" || Self.isIdentifierStart(scalar) } ?? false
  }

  mutating func identifier() throws(JSONFault) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = current {
      let start = index
      var next = scalar
      if scalar == "\\" {
        advance()
        guard take("u") else { throw fault("only \\u escapes stand in a name", at: start) }
        next = try unicodeEscape(from: start)
      }
      let fits = name.isEmpty ? Self.isIdentifierStart(next) : Self.isIdentifierPart(next)
      if !fits {
        if scalar == "\\" { throw fault("the escaped character cannot stand in a name", at: start) }
        break
      }
      name.append(next)
      if scalar != "\\" { advance() }
    }
    return String(name)
  }

  private static func isIdentifierStart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "$", "_": return true
    default: break
    }
    guard scalar.value >= 0x80 else { return false }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .letterNumber:
      return true
    default: return false
    }
  }

  private static func isIdentifierPart(_ scalar: Unicode.Scalar) -> Bool {
    if isIdentifierStart(scalar) || ("0"..."9").contains(scalar) { return true }
    guard scalar.value >= 0x80 else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
    default: return scalar == "\u{200C}" || scalar == "\u{200D}"
    }
  }

  // MARK: Strings

  /// Reads a string; it is verbatim when it holds no escapes.
  mutating func string() throws(JSONFault) -> (text: String, isVerbatim: Bool) {
    let start = index
    let quote = scalars[index]
    advance()
    var text = String.UnicodeScalarView()
    var isVerbatim = true
    while let scalar = current {
      switch scalar {
      case quote:
        advance()
        return (String(text), isVerbatim)
      case "\n", "\r":
        throw fault("the line ends inside a string")
      case "\\":
        isVerbatim = false
        if let escaped = try escape() { text.append(escaped) }
      default:
        text.append(scalar)
        advance()
      }
    }
    throw fault("the string does not end", at: start)
  }

  /// Reads an escape; nil for a line continuation.
  private mutating func escape() throws(JSONFault) -> Unicode.Scalar? {
    let start = index
    advance()
    guard let scalar = current else { throw fault("the text ends inside a string", at: start) }
    advance()
    switch scalar {
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{B}"
    case "0":
      if let next = current, ("0"..."9").contains(next) {
        throw fault("no digit may follow \\0", at: start)
      }
      return "\0"
    case "1"..."9": throw fault("unknown escape in a string", at: start)
    case "x": return Unicode.Scalar(UInt8(try hex(2, from: start)))
    case "u": return try unicodeEscape(from: start)
    case "\r":
      _ = take("\n")
      return nil
    case "\n", "\u{2028}", "\u{2029}": return nil
    default: return scalar
    }
  }

  /// Reads what follows `\u`, and the second half of a surrogate pair.
  private mutating func unicodeEscape(from start: Int) throws(JSONFault) -> Unicode.Scalar {
    let unit = try hex(4, from: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard UTF16.isLeadSurrogate(unit), take("\\"), take("u"),
      let scalar = Surrogates.scalar(unit, try hex(4, from: start))
    else { throw fault("a lone surrogate", at: start) }
    return scalar
  }

  private mutating func hex(_ count: Int, from start: Int) throws(JSONFault) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<count {
      guard let digit = current?.hexValue else {
        throw fault("expected \(count) hex digits", at: start)
      }
      unit = unit << 4 | UInt16(digit)
      advance()
    }
    return unit
  }

  // MARK: Numbers

  /// Reads a number and gives it the form of JSON: no plus sign, digits on both sides of the
  /// point, decimal instead of hex.
  mutating func number() throws(JSONFault) -> JSONNumber {
    let start = index
    let sign = take("-") ? "-" : ""
    if sign.isEmpty { _ = take("+") }
    if current == "I" || current == "N" {
      throw fault("Infinity and NaN are not supported", at: start)
    }
    let isHex = current == "0" && (peek(1) == "x" || peek(1) == "X")
    let text = isHex ? try hexNumber(from: start) : try decimalNumber()
    if startsIdentifier || current.map({ ("0"..."9").contains($0) }) == true {
      throw fault("unexpected character behind a number\(found)")
    }
    return JSONNumber(checked: sign + text)
  }

  private mutating func hexNumber(from start: Int) throws(JSONFault) -> String {
    advance()
    advance()
    guard current?.hexValue != nil else { throw fault("expected a hex digit\(found)") }
    var value: UInt64 = 0
    while let digit = current?.hexValue {
      if value >> 60 != 0 { throw fault("the hex number exceeds 64 bits", at: start) }
      value = value << 4 | UInt64(digit)
      advance()
    }
    return String(value)
  }

  private mutating func decimalNumber() throws(JSONFault) -> String {
    let start = index
    let integer = digits()
    if integer.utf8.count > 1, integer.utf8.first == UInt8(ascii: "0") {
      throw fault("a number has no leading zeros", at: start)
    }
    var text = integer.isEmpty ? "0" : integer
    if take(".") {
      let fraction = digits()
      if !fraction.isEmpty { text += ".\(fraction)" }
      if integer.isEmpty, fraction.isEmpty { throw fault("expected a digit\(found)") }
    } else if integer.isEmpty {
      throw fault("expected a digit\(found)")
    }
    if take("e") || take("E") {
      text += "e"
      if take("-") { text += "-" } else { _ = take("+") }
      let exponent = digits()
      if exponent.isEmpty { throw fault("expected a digit in the exponent\(found)") }
      text += exponent
    }
    return text
  }

  private mutating func digits() -> String {
    var text = String.UnicodeScalarView()
    while let scalar = current, ("0"..."9").contains(scalar) {
      text.append(scalar)
      advance()
    }
    return String(text)
  }
}
