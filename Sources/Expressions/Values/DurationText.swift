/// The text form of durations: decimal numbers with units, such as `1h30m` or `-1.5s`.
enum DurationText {
  private static let units: [(name: String, nanoseconds: UInt64)] = [
    // "m" after "ms": the first name that fits is taken.
    ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000),
    ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  /// Nanoseconds; nil where the text is no duration or does not fit.
  static func parse(_ text: String) -> Int64? {
    var rest = Substring(text).utf8
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    if rest.elementsEqual("0".utf8) { return 0 }
    guard !rest.isEmpty else { return nil }
    var total: UInt64 = 0
    while !rest.isEmpty {
      guard let part = parsePart(&rest) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      if overflow { return nil }
      total = sum
    }
    if !isNegative { return Int64(exactly: total) }
    return total <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- total) : nil
  }

  /// One number with its unit, in nanoseconds; what is finer than a nanosecond is cut off.
  private static func parsePart(_ rest: inout Substring.UTF8View) -> UInt64? {
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = whole.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix(while: isDigit)
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty,
      let unit = units.first(where: { rest.starts(with: $0.name.utf8) })
    else { return nil }
    rest = rest.dropFirst(unit.name.utf8.count)

    var number: UInt64 = 0
    for byte in whole {
      let (shifted, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carried) = shifted.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if overflow || carried { return nil }
      number = sum
    }
    let (scaled, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
    // Digits beyond the sixteenth are far below a nanosecond in any unit.
    var digits: UInt64 = 0
    var divisor: UInt64 = 1
    for byte in fraction.prefix(16) {
      digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
      divisor *= 10
    }
    let product = digits.multipliedFullWidth(by: unit.nanoseconds)
    let (sum, carried) = scaled.addingReportingOverflow(divisor.dividingFullWidth(product).quotient)
    return overflow || carried ? nil : sum
  }

  /// Seconds with as many decimals as needed, such as `5400s` or `-1.5s`.
  static func render(_ nanoseconds: Int64) -> String {
    let magnitude = nanoseconds.magnitude
    let sign = nanoseconds < 0 ? "-" : ""
    let fraction = fractionText(Int64(magnitude % 1_000_000_000))
    return "\(sign)\(magnitude / 1_000_000_000)\(fraction)s"
  }
}
