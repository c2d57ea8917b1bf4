/// Reads JSON5 (spec.json5.org), the form of the configuration and the rule files.
public enum JSON5 {
  /// Reads one JSON5 text. Refused beyond the grammar: duplicate keys, Infinity and NaN, lone
  /// surrogates, hex numbers beyond 64 bits, and more than 64 levels of nesting.
  public static func parse(_ text: String) throws(JSONFault) -> LocatedJSON {
    var parser = JSON5Parser(text)
    return try parser.text()
  }
}

/// Reads the structure of a JSON5 text; `JSON5Scanner` reads its words.
struct JSON5Parser {
  private static let maximumDepth = 64
  private var scanner: JSON5Scanner
  private var depth = 0

  init(_ text: String) {
    scanner = JSON5Scanner(text)
  }

  mutating func text() throws(JSONFault) -> LocatedJSON {
    try scanner.skipSpace()
    let value = try value()
    try scanner.skipSpace()
    if !scanner.isAtEnd { throw scanner.fault("expected the end of the text\(scanner.found)") }
    return value
  }

  private mutating func value() throws(JSONFault) -> LocatedJSON {
    let position = scanner.position
    guard let scalar = scanner.current else {
      throw scanner.fault("expected a value\(scanner.found)")
    }
    switch scalar {
    case "{":
      return LocatedJSON(.object(try object()), at: position)
    case "[":
      return LocatedJSON(.array(try array()), at: position)
    case "\"", "'":
      let (text, isVerbatim) = try scanner.string()
      return LocatedJSON(.string(text), at: position, isVerbatim: isVerbatim)
    case "+", "-", ".", "0"..."9":
      return LocatedJSON(.number(try scanner.number()), at: position)
    default:
      return LocatedJSON(try word(), at: position)
    }
  }

  private mutating func word() throws(JSONFault) -> LocatedJSON.Content {
    let start = scanner.index
    guard scanner.startsIdentifier else {
      throw scanner.fault("expected a value\(scanner.found)")
    }
    switch try scanner.identifier() {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "Infinity", "NaN": throw scanner.fault("Infinity and NaN are not supported", at: start)
    case let word: throw scanner.fault("expected a value, found the word \(word)", at: start)
    }
  }

  private mutating func object() throws(JSONFault) -> [LocatedMember] {
    try enter()
    var members: [LocatedMember] = []
    var places = KeyIndex()
    try scanner.skipSpace()
    while scanner.current != "}" {
      let start = scanner.index
      let position = scanner.position
      let key = try self.key()
      if places.insert(key) != nil {
        let message = "the member \"\(key)\" stands twice in the object"
        throw scanner.fault(message, at: start).within(key)
      }
      let value = try member(key)
      members.append(LocatedMember(key: key, keyPosition: position, value: value))
      try scanner.skipSpace()
      guard scanner.take(",") else { break }
      try scanner.skipSpace()
    }
    guard scanner.take("}") else {
      throw scanner.fault("expected \",\" or \"}\"\(scanner.found)")
    }
    depth -= 1
    return members
  }

  private mutating func key() throws(JSONFault) -> String {
    if scanner.current == "\"" || scanner.current == "'" { return try scanner.string().text }
    guard scanner.startsIdentifier else {
      throw scanner.fault("expected a member name\(scanner.found)")
    }
    return try scanner.identifier()
  }

  private mutating func member(_ key: String) throws(JSONFault) -> LocatedJSON {
    do throws(JSONFault) {
      try scanner.skipSpace()
      guard scanner.take(":") else { throw scanner.fault("expected \":\"\(scanner.found)") }
      try scanner.skipSpace()
      return try value()
    } catch {
      throw error.within(key)
    }
  }

  private mutating func array() throws(JSONFault) -> [LocatedJSON] {
    try enter()
    var items: [LocatedJSON] = []
    try scanner.skipSpace()
    while scanner.current != "]" {
      do throws(JSONFault) {
        items.append(try value())
      } catch {
        throw error.within(items.count)
      }
      try scanner.skipSpace()
      guard scanner.take(",") else { break }
      try scanner.skipSpace()
    }
    guard scanner.take("]") else {
      throw scanner.fault("expected \",\" or \"]\"\(scanner.found)")
    }
    depth -= 1
    return items
  }

  private mutating func enter() throws(JSONFault) {
    if depth == Self.maximumDepth {
      throw scanner.fault("more than \(Self.maximumDepth) arrays and objects inside each other")
    }
    depth += 1
    scanner.advance()
  }
}
