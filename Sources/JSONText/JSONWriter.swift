extension JSON {
  /// The value as compact JSON, members in their order: equal builds give equal bytes.
  public var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.write(self)
    return writer.bytes
  }

  /// The same as `bytes`, as a string.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The value over several lines, indented by two spaces, for people.
  public var pretty: String {
    var writer = JSONWriter(pretty: true)
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// Appends JSON to a byte array: commas come by themselves, and the caller closes what it opens.
/// Escapes only what must be escaped; `/` and everything beyond ASCII stand as they are.
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private let isPretty: Bool
  private var depth = 0
  private var afterValue = false

  /// - Parameter capacity: the bytes to set aside at first.
  public init(pretty: Bool = false, capacity: Int = 512) {
    isPretty = pretty
    bytes.reserveCapacity(capacity)
  }

  // MARK: Values

  public mutating func write(_ value: JSON) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let value): number(value)
    case .string(let value): string(value)
    case .array(let items):
      beginArray()
      for item in items { write(item) }
      endArray()
    case .object(let object):
      beginObject()
      for member in object.members {
        key(member.key)
        write(member.value)
      }
      endObject()
    }
  }

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  /// Writes the name of the member whose value comes next.
  public mutating func key(_ key: String) {
    separate()
    quote(key)
    endKey()
  }

  /// As above, of a name in which nothing is escaped.
  public mutating func key(_ key: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    key.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    endKey()
  }

  private mutating func endKey() {
    bytes.append(UInt8(ascii: ":"))
    if isPretty { bytes.append(UInt8(ascii: " ")) }
    afterValue = false
    afterKey = true
  }

  public mutating func string(_ value: String) {
    separate()
    quote(value)
    afterValue = true
  }

  public mutating func int64(_ value: Int64) {
    separate()
    var rest = value.magnitude
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var start = digits.count
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      if value < 0 {
        start -= 1
        digits[start] = UInt8(ascii: "-")
      }
      bytes.append(contentsOf: digits[start...])
    }
    afterValue = true
  }

  public mutating func number(_ value: JSONNumber) {
    separate()
    bytes.append(contentsOf: value.text.utf8)
    afterValue = true
  }

  public mutating func bool(_ value: Bool) { word(value ? "true" : "false") }
  public mutating func null() { word("null") }

  /// A value that is JSON already.
  public mutating func encoded(_ value: [UInt8]) {
    separate()
    bytes.append(contentsOf: value)
    afterValue = true
  }

  // MARK: Form

  private var afterKey = false

  private mutating func word(_ word: StaticString) {
    separate()
    word.withUTF8Buffer { bytes.append(contentsOf: $0) }
    afterValue = true
  }

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    depth += 1
    afterValue = false
  }

  private mutating func end(_ bracket: UInt8) {
    depth -= 1
    if afterValue { breakLine() }
    bytes.append(bracket)
    afterValue = true
  }

  /// The comma and the line break that stand before a key or an item.
  private mutating func separate() {
    if afterValue { bytes.append(UInt8(ascii: ",")) }
    if !afterKey, depth > 0 { breakLine() }
    afterKey = false
  }

  private mutating func breakLine() {
    guard isPretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * max(depth, 0)))
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { buffer in
      var run = 0
      for index in 0..<buffer.count {
        let byte = buffer[index]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
          continue
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[run..<index]))
        escape(byte)
        run = index + 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[run...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    default:
      bytes.append(contentsOf: byte < 0x10 ? "u000".utf8 : "u001".utf8)
      bytes.append(contentsOf: String(byte & 0x0F, radix: 16).utf8)
    }
  }
}
