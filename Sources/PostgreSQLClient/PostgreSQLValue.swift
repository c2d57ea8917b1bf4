/// An argument of a statement. Each is sent in PostgreSQL's binary form.
public enum PostgreSQLValue: Sendable {
  case null
  /// `bigint`.
  case integer(Int64)
  /// `text`, in UTF-8 without a zero byte.
  case text(String)
  /// `bytea`.
  case bytes([UInt8])
  /// An array, for `unnest`.
  case column(PostgreSQLColumn)
}

/// The values of a column, of many rows, as one argument.
public struct PostgreSQLColumn: Sendable {
  public enum Element: Sendable {
    case integer, text, bytes

    /// The type's number in PostgreSQL's catalogue, the same in every database.
    fileprivate var type: UInt32 {
      switch self {
      case .integer: 20
      case .text: 25
      case .bytes: 17
      }
    }
  }

  public private(set) var count = 0
  private let element: Element
  private var hasNull = false
  /// Each as its length and its bytes.
  private var content: [UInt8] = []

  public init(_ element: Element) { self.element = element }

  public mutating func appendNull() {
    count += 1
    hasNull = true
    content.append(big: UInt32.max)
  }

  public mutating func append(_ number: Int64?) {
    guard let number else { return appendNull() }
    count += 1
    content.append(big: 8 as UInt32)
    content.append(big: UInt64(bitPattern: number))
  }

  public mutating func append(_ bytes: [UInt8]?) {
    guard let bytes else { return appendNull() }
    count += 1
    content.append(big: UInt32(bytes.count))
    content += bytes
  }

  public mutating func append(_ text: String?) {
    guard var text else { return appendNull() }
    count += 1
    text.withUTF8 { bytes in
      content.append(big: UInt32(bytes.count))
      unsafe content.append(contentsOf: bytes)
    }
  }

  /// An array of one dimension that begins at 1; of none where there are no elements.
  fileprivate func encode(into out: inout [UInt8]) {
    out.append(big: count == 0 ? 0 : 1 as UInt32)
    out.append(big: hasNull ? 1 : 0 as UInt32)
    out.append(big: element.type)
    guard count > 0 else { return }
    out.append(big: UInt32(count))
    out.append(big: 1 as UInt32)
    out += content
  }
}

extension PostgreSQLValue {
  /// Nil for null.
  func encode(into out: inout [UInt8]) -> Range<Int>? {
    let start = out.count
    switch self {
    case .null: return nil
    case .integer(let number): out.append(big: UInt64(bitPattern: number))
    case .text(var text): text.withUTF8 { bytes in unsafe out.append(contentsOf: bytes) }
    case .bytes(let bytes): out += bytes
    case .column(let column): column.encode(into: &out)
    }
    return start..<out.count
  }
}

extension [UInt8] {
  fileprivate mutating func append<Number: FixedWidthInteger>(big number: Number) {
    unsafe Swift.withUnsafeBytes(of: number.bigEndian) { bytes in
      unsafe append(contentsOf: bytes)
    }
  }
}

extension PostgreSQLValue {
  /// The type's number in PostgreSQL's catalogue; 0: the statement says it.
  var type: UInt32 {
    switch self {
    case .integer: PostgreSQLColumn.Element.integer.type
    case .text: PostgreSQLColumn.Element.text.type
    case .bytes: PostgreSQLColumn.Element.bytes.type
    case .null, .column: 0
    }
  }
}
