extension JSON {
  /// One text for all that are the same value, however it was spelt: members in the order of their
  /// keys' bytes, numbers by value (`1`, `1.0` and `10e-1` alike), strings by their scalars, no
  /// white space. For comparing and hashing only: numbers are written in a form of its own.
  public var canonicalBytes: [UInt8] {
    var out: [UInt8] = []
    appendCanonical(to: &out)
    return out
  }

  private func appendCanonical(to out: inout [UInt8]) {
    switch self {
    case .null, .bool, .string: out += bytes
    case .number(let number): out += number.canonicalBytes
    case .array(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        item.appendCanonical(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let object):
      let members = object.members.sorted { left, right in
        left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
      }
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        out += JSON.string(member.key).bytes
        out.append(UInt8(ascii: ":"))
        member.value.appendCanonical(to: &out)
      }
      out.append(UInt8(ascii: "}"))
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
