internal import JSONText

/// How a provider writes what it sends while faults make it write oddly.
struct Spelling: Sendable {
  /// In the spellings that servers are known to use, and some that they should not.
  enum Dates: String, CaseIterable, Sendable {
    /// `2026-01-02T12:00:00-0600`.
    case noColon = "no_colon"
    /// `2026-01-02t18:00:00z`.
    case lowerCase = "lower_case"
    /// With one to nine digits behind the seconds.
    case fraction
    case dateOnly = "date_only"
    case unreadable
  }

  /// What binary fractions leave of a decimal one.
  enum Noise: String, CaseIterable, Sendable {
    /// 152.10 is written 152.09999999999999.
    case below
    /// 152.10 is written 152.10000000000002.
    case above
  }

  /// In place of the charset of JSON: ISO 8859-1, where a letter with an accent is one byte.
  var isLatin1 = false
  var hasByteOrderMark = false
  var dates: (form: Dates, digits: Int)?
  var noise: Noise?
  /// Centavos, whatever the order's own.
  var amount: Int64?

  /// - Parameter write: an amount of centavos in the provider's own form, in place of another.
  func bytes(_ body: JSON, amount write: (Int64, JSON) -> JSON) -> [UInt8] {
    let body = respelled(body, write)
    let bytes = isLatin1 ? Self.latin1(body) : body.bytes
    return (hasByteOrderMark ? [0xEF, 0xBB, 0xBF] : []) + bytes
  }

  private func respelled(_ value: JSON, _ write: (Int64, JSON) -> JSON) -> JSON {
    switch value {
    case .object(let object):
      return .object(
        JSONObject(
          object.members.map { key, value in
            if key == "amount", value.object == nil {
              return (key, respelled(amount: value, write))
            }
            return (key, within(key).respelled(value, write))
          }))
    case .array(let items): return .array(items.map { respelled($0, write) })
    case .string(let text): return dates.flatMap { Self.date(text, $0, $1) } ?? value
    default: return value
    }
  }

  /// The fee and further payments have amounts of their own.
  private func within(_ key: String) -> Spelling {
    guard key == "fee" || key == "subOrderList" else { return self }
    var inner = self
    inner.amount = nil
    return inner
  }

  private func respelled(amount value: JSON, _ write: (Int64, JSON) -> JSON) -> JSON {
    let value = amount.map { write($0, value) } ?? value
    guard let noise, let centavos = value.number?.scaled(by: 2), centavos > 0 else { return value }
    let text =
      switch noise {
      case .below: DecimalText.text(centavos - 1, places: 2) + "999999999999"
      case .above: DecimalText.text(centavos, places: 2) + "000000000002"
      }
    return JSONNumber(text: text).map(JSON.number) ?? value
  }

  /// Nil for a text that is no date.
  private static func date(_ text: String, _ form: Dates, _ digits: Int) -> JSON? {
    let pattern = /(\d{4}-\d{2}-\d{2})([T ])(\d{2}:\d{2}:\d{2})(-06:00)?/
    let parts = text.wholeMatch(of: pattern.matchingSemantics(.unicodeScalar))?.output
    guard let parts, let instant = Instant("\(parts.1)T\(parts.3)-06:00", .withOffset) else {
      return nil
    }
    switch form {
    case .noColon: return "\(parts.1)T\(parts.3)-0600"
    case .lowerCase:
      let utc = instant.adding(seconds: -Instant.mexicoOffsetMinutes * 60).mexicoWallClock
      let words = utc.utf8.split(separator: UInt8(ascii: " ")).map { String($0) ?? "" }
      return .string(words.joined(separator: "t") + "z")
    case .fraction:
      return "\(parts.1)\(parts.2)\(parts.3).\("123456789".prefix(digits))\(parts.4 ?? "")"
    case .dateOnly: return "\(parts.1)"
    case .unreadable: return "el viernes por la tarde"
    }
  }

  /// A character that ISO 8859-1 does not have becomes a question mark. A body without any letter
  /// that shows the difference gets a payer who has one.
  private static func latin1(_ body: JSON) -> [UInt8] {
    let isASCII = body.bytes.allSatisfy { $0 < 0x80 }
    let body = isASCII ? named(body) : body
    return body.text.unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
  }

  private static func named(_ body: JSON) -> JSON {
    if let items = body.array { return .array(items.map(named)) }
    guard var object = body.object else { return body }
    object["payerName"] = "Íñigo Muñoz"
    return .object(object)
  }
}
