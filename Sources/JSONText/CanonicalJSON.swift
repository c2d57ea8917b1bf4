extension JSON {
  /// One text for all that are the same value, however it was spelt: members in the order of their
  /// keys' bytes, numbers by value (`1`, `1.0` and `10e-1` alike), strings by their scalars, no
  /// white space. For comparing and hashing only: numbers are written in a form of its own.
  public var canonicalBytes: [UInt8] {
    var writer = JSONWriter()
    writeCanonical(to: &writer)
    return writer.bytes
  }

  private func writeCanonical(to writer: inout JSONWriter) {
    switch self {
    case .null, .bool, .string: writer.write(self)
    case .number(let number): writer.encoded(number.canonicalBytes)
    case .array(let items):
      writer.beginArray()
      for item in items { item.writeCanonical(to: &writer) }
      writer.endArray()
    case .object(let object):
      let members = object.members.sorted { left, right in
        left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
      }
      writer.beginObject()
      for member in members {
        writer.key(member.key)
        member.value.writeCanonical(to: &writer)
      }
      writer.endObject()
    }
  }
}

extension JSONNumber {
  /// Its significant digits and the power of ten of the last: `-15e1`; `0` for zero of either sign.
  fileprivate var canonicalBytes: [UInt8] {
    let bytes = Array(text.utf8)
    var scanner = DecimalScanner(bytes, at: 0)
    guard scanner.scan() == nil else { return bytes }
    var digits = bytes[scanner.integer] + bytes[scanner.fraction]
    var power = scanner.exponent - scanner.fraction.count
    digits = digits.drop { $0 == UInt8(ascii: "0") }
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      power += 1
    }
    guard !digits.isEmpty else { return [UInt8(ascii: "0")] }
    return (scanner.isNegative ? [UInt8(ascii: "-")] : []) + digits + "e\(power)".utf8
  }
}
