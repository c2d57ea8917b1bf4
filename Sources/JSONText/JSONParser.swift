extension JSON {
  /// Reads one JSON text (RFC 8259), strictly: valid UTF-8 without byte order mark, no lone
  /// surrogates, nothing behind the value.
  public init(parsing bytes: [UInt8], options: JSONOptions = JSONOptions()) throws(JSONFault) {
    var parser = JSONParser(bytes, options: options)
    self = try parser.text()
  }

  /// Reads one JSON text from a slice or buffer, as above.
  public init(
    parsing bytes: some Collection<UInt8>, options: JSONOptions = JSONOptions()
  ) throws(JSONFault) {
    try self.init(parsing: Array(bytes), options: options)
  }

  /// Reads one JSON text, as above.
  public init(parsing text: String, options: JSONOptions = JSONOptions()) throws(JSONFault) {
    try self.init(parsing: Array(text.utf8), options: options)
  }
}

/// Reads RFC 8259 from bytes. Recursion is bounded by `JSONOptions.maximumDepth`.
struct JSONParser {
  private let bytes: [UInt8]
  private let options: JSONOptions
  private var index = 0
  private var depth = 0

  init(_ bytes: [UInt8], options: JSONOptions) {
    self.bytes = bytes
    self.options = options
  }

  mutating func text() throws(JSONFault) -> JSON {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw fault("a JSON text has no byte order mark")
    }
    skipSpace()
    let value = try value()
    skipSpace()
    if index < bytes.count { throw fault("expected the end of the text\(found)") }
    return value
  }

  // MARK: Values

  private mutating func value() throws(JSONFault) -> JSON {
    switch current {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "-"), 0x30...0x39: return .number(try number())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw fault("expected a value\(found)")
    }
  }

  private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONFault) -> JSON {
    let end = index + word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { end <= bytes.count && bytes[index..<end].elementsEqual($0) }
    guard matches else { throw fault("expected a value, found an unknown word") }
    index = end
    return value
  }

  private mutating func number() throws(JSONFault) -> JSONNumber {
    var scanner = DecimalScanner(bytes, at: index)
    if let message = scanner.scan() { throw fault(message, at: scanner.end) }
    let text = String(decoding: bytes[index..<scanner.end], as: UTF8.self)
    index = scanner.end
    return JSONNumber(checked: text)
  }

  private mutating func object() throws(JSONFault) -> JSONObject {
    try enter()
    var members: [(key: String, value: JSON)] = []
    var places = KeyIndex()
    skipSpace()
    if take(UInt8(ascii: "}")) {
      depth -= 1
      return JSONObject()
    }
    members.reserveCapacity(8)
    repeat {
      skipSpace()
      let start = index
      guard current == UInt8(ascii: "\"") else { throw fault("expected a member name\(found)") }
      let key = try string()
      if places.insert(key) != nil {
        throw fault("the member \"\(key)\" stands twice in the object", at: start).within(key)
      }
      members.append((key, try member(key)))
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw fault("expected \",\" or \"}\"\(found)") }
    depth -= 1
    return JSONObject(unique: members)
  }

  private mutating func member(_ key: String) throws(JSONFault) -> JSON {
    do throws(JSONFault) {
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw fault("expected \":\"\(found)") }
      skipSpace()
      return try value()
    } catch {
      throw error.within(key)
    }
  }

  private mutating func array() throws(JSONFault) -> [JSON] {
    try enter()
    var items: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) {
      depth -= 1
      return items
    }
    repeat {
      skipSpace()
      do throws(JSONFault) {
        items.append(try value())
      } catch {
        throw error.within(items.count)
      }
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw fault("expected \",\" or \"]\"\(found)") }
    depth -= 1
    return items
  }

  private mutating func enter() throws(JSONFault) {
    if depth == options.maximumDepth {
      throw fault("more than \(options.maximumDepth) arrays and objects inside each other")
    }
    depth += 1
    index += 1
  }

  // MARK: Strings

  private mutating func string() throws(JSONFault) -> String {
    index += 1
    var run = index
    var decoded: [UInt8] = []
    while true {
      switch current {
      case UInt8(ascii: "\""):
        let text =
          decoded.isEmpty
          ? String(decoding: bytes[run..<index], as: UTF8.self)
          : String(decoding: decoded + bytes[run..<index], as: UTF8.self)
        index += 1
        return text
      case UInt8(ascii: "\\"):
        decoded += bytes[run..<index]
        decoded += try escape().utf8
        run = index
      case 0..<0x20:
        throw index < bytes.count
          ? fault("a control character in a string must be escaped")
          : fault("the text ends inside a string")
      case 0x80...:
        guard let length = UTF8Form.length(in: bytes, at: index) else {
          throw fault("the text is not valid UTF-8")
        }
        index += length
      default:
        index += 1
      }
    }
  }

  private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
    let start = index
    index += 2
    guard start + 1 < bytes.count else { throw fault("the text ends inside a string", at: start) }
    switch bytes[start + 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw fault("unknown escape in a string", at: start)
    }
    let unit = try hexUnit(from: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    let behind = index
    if UTF16.isLeadSurrogate(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")),
      let scalar = Surrogates.scalar(unit, try hexUnit(from: start))
    {
      return scalar
    }
    guard options.replacesLoneSurrogates else {
      throw fault("a lone surrogate in a string", at: start)
    }
    // What stands behind it is read for itself.
    index = behind
    return "\u{FFFD}"
  }

  private mutating func hexUnit(from start: Int) throws(JSONFault) -> UInt16 {
    guard index + 4 <= bytes.count else { throw fault("expected four hex digits", at: start) }
    var unit: UInt16 = 0
    for byte in bytes[index..<index + 4] {
      guard let digit = Unicode.Scalar(byte).hexValue else {
        throw fault("expected four hex digits", at: start)
      }
      unit = unit << 4 | UInt16(digit)
    }
    index += 4
    return unit
  }

  // MARK: Bytes

  /// The byte to read next; 0, which is valid nowhere, at the end.
  private var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace() {
    while true {
      switch current {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  private var found: String {
    guard index < bytes.count else { return ", found the end of the text" }
    let byte = bytes[index]
    return (0x21...0x7E).contains(byte) ? ", found \"\(Unicode.Scalar(byte))\"" : ""
  }

  private func fault(_ message: String, at offset: Int? = nil) -> JSONFault {
    JSONFault(message, at: offset ?? index, of: bytes)
  }
}

/// What a JSON reader accepts.
public struct JSONOptions: Sendable {
  /// How many arrays and objects may stand inside each other, held within 1...256.
  public var maximumDepth: Int {
    didSet { maximumDepth = min(max(maximumDepth, 1), 256) }
  }

  /// Whether half of a surrogate pair is read as U+FFFD; otherwise the text is refused.
  public var replacesLoneSurrogates = false

  public init(maximumDepth: Int = 64) {
    self.maximumDepth = min(max(maximumDepth, 1), 256)
  }
}

/// The well-formed byte sequences of UTF-8 (Unicode, table 3-7).
enum UTF8Form {
  /// The length of the multi-byte sequence at an offset; nil when it is ill-formed: cut off,
  /// overlong, a surrogate, or beyond U+10FFFF.
  static func length(in bytes: [UInt8], at index: Int) -> Int? {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[index] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]),
      bytes[index + 2..<index + length].allSatisfy({ (0x80...0xBF).contains($0) })
    else { return nil }
    return length
  }
}
