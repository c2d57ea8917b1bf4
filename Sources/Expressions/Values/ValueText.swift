extension Value: CustomStringConvertible {
  /// The value as a literal of the language, shortened where it is long.
  public var description: String { ValueText.render(self) }
}

/// Writes values as literals of the language, shortened where they are long.
enum ValueText {
  /// Longest text made, in code points.
  static let limit = 200

  static func render(_ value: Value) -> String {
    var writer = Writer()
    writer.write(value)
    return writer.text
  }

  /// A double in the fewest digits that read back as the same number; plain from 1e-6 up to 1e21,
  /// as JSON writers do, since the language leaves the form open.
  static func render(_ double: Double) -> String {
    guard double.isFinite else {
      return double.isNaN ? "NaN" : double < 0 ? "-Infinity" : "Infinity"
    }
    let sign = double.sign == .minus ? "-" : ""
    let parts = "\(double.magnitude)".utf8.split(separator: UInt8(ascii: "e")).map { Substring($0) }
    let mantissa = parts[0].utf8.split(separator: UInt8(ascii: ".")).map { Substring($0) }
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
    let leading = mantissa[0] == "0" ? "" : mantissa[0]
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let zeros = (leading + fraction).utf8.prefix { $0 == UInt8(ascii: "0") }.count
    let digits = (leading + fraction).dropFirst(zeros)
    guard !digits.isEmpty else { return sign + "0" }
    // The point stands after this many of the digits.
    let point = leading.count + exponent - zeros
    return sign + place(point: point, in: trimmed(digits))
  }

  private static func trimmed(_ digits: Substring) -> Substring {
    var digits = digits
    while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits
  }

  private static func place(point: Int, in digits: Substring) -> String {
    switch point {
    case -5...0:
      return "0." + String(repeating: "0", count: -point) + digits
    case 1...21 where digits.count <= point:
      return digits + String(repeating: "0", count: point - digits.count)
    case 1...21:
      return digits.prefix(point) + "." + digits.dropFirst(point)
    default:
      let rest = digits.dropFirst()
      let mark = point > 0 ? "e+" : "e"
      return digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "\(mark)\(point - 1)"
    }
  }

  private struct Writer {
    var text = ""
    /// Kept by hand: counting the code points of a text walks it.
    var count = 0

    mutating func append(_ part: String) {
      guard count <= limit else { return }
      let room = limit - count
      let kept = part.unicodeScalars.prefix(room + 1)
      count += kept.count
      text.unicodeScalars += kept.prefix(room)
      if kept.count > room { text += "…" }
    }

    mutating func write(_ value: Value) {
      guard count <= limit else { return }
      switch value {
      case .null: append("null")
      case .bool(let bool): append(bool ? "true" : "false")
      case .int(let int): append("\(int)")
      case .uint(let uint): append("\(uint)u")
      case .double(let double): append(literal(double))
      case .string(let string): append("'" + string.unicodeScalars.prefix(limit + 1).escaped + "'")
      case .bytes(let bytes): writeBytes(bytes)
      case .list(let elements):
        append("[")
        writeList(elements) { writer, element in writer.write(element) }
        append("]")
      case .map(let map):
        append("{")
        writeList(Array(zip(map.keys, map.values))) { writer, entry in
          writer.write(entry.0)
          writer.append(": ")
          writer.write(entry.1)
        }
        append("}")
      case .object(let object): writeObject(object)
      case .timestamp(let timestamp): append("timestamp('\(timestamp)')")
      case .duration(let duration): append("duration('\(DurationText.render(duration))')")
      case .optional(nil): append("optional.none()")
      case .optional(let value?):
        append("optional.of(")
        write(value)
        append(")")
      case .type(let name): append(name)
      }
    }

    private func literal(_ double: Double) -> String {
      let text = ValueText.render(double)
      let isWhole = text.utf8.allSatisfy { isDigit($0) || $0 == UInt8(ascii: "-") }
      return isWhole ? text + ".0" : text
    }

    private mutating func writeBytes(_ bytes: [UInt8]) {
      let printable = bytes.prefix(limit).map { byte in
        (0x20..<0x7F).contains(byte) && byte != 0x27 && byte != 0x5C
          ? String(Unicode.Scalar(byte)) : byte.escaped
      }
      append("b'" + printable.joined() + "'")
    }

    private mutating func writeObject(_ object: ObjectValue) {
      append(object.type.name + "{")
      let present = zip(object.type.fields, object.fields).filter { $0.1 != nil }
      writeList(present) { writer, entry in
        writer.append(entry.0.name + ": ")
        if let value = entry.1 { writer.write(value) }
      }
      append("}")
    }

    private mutating func writeList<Element>(
      _ elements: [Element], _ write: (inout Writer, Element) -> Void
    ) {
      for (place, element) in elements.prefix(limit).enumerated() {
        if place > 0 { append(", ") }
        write(&self, element)
      }
    }
  }
}

extension Sequence<Unicode.Scalar> {
  /// As it stands in a literal of the language.
  package var escaped: String {
    reduce(into: "") { result, scalar in
      switch scalar {
      case "'", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += UInt8(scalar.value).escaped
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}

extension UInt8 {
  fileprivate var escaped: String { "\\x" + (self < 16 ? "0" : "") + String(self, radix: 16) }
}
