import PostgreSQLClient

/// PostgreSQL keeps no zero byte in a text. One stands as `\0`, and a backslash as `\\`.
extension String {
  private static let backslash = UInt8(ascii: "\\")

  /// As it is stored.
  var kept: String {
    guard utf8.contains(where: { $0 == 0 || $0 == Self.backslash }) else { return self }
    var bytes: [UInt8] = []
    for byte in utf8 {
      switch byte {
      case 0: bytes += [Self.backslash, UInt8(ascii: "0")]
      case Self.backslash: bytes += [Self.backslash, Self.backslash]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  init(kept bytes: [UInt8]) {
    guard bytes.contains(Self.backslash) else {
      self.init(decoding: bytes, as: UTF8.self)
      return
    }
    var out: [UInt8] = []
    var isEscaped = false
    for byte in bytes {
      if isEscaped {
        out.append(byte == UInt8(ascii: "0") ? 0 : byte)
        isEscaped = false
      } else if byte == Self.backslash {
        isEscaped = true
      } else {
        out.append(byte)
      }
    }
    self.init(decoding: out, as: UTF8.self)
  }
}

extension PostgreSQLRow: StoreRow {
  /// As it was before it was stored.
  func text(_ column: Int) -> String { String(kept: bytes(column)) }

  func listed(_ column: Int, isNumber: Bool) -> ListedValue {
    isNull(column) ? .none : isNumber ? .number(integer64(column)) : .text(text(column))
  }
}

extension PostgreSQLValue {
  static func kept(_ text: String) -> PostgreSQLValue { .text(text.kept) }
  static func integer(_ number: Int) -> PostgreSQLValue { .integer(Int64(number)) }
}
