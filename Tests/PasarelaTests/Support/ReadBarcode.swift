/// Reads a Code 128 symbol off its picture, as a scanner does.
enum ReadBarcode {
  /// Nil where it is none, or its check does not hold.
  static func text(inSVG svg: String) -> String? {
    let bars = svg.matches(of: /M([0-9]+) 0h([0-9]+)v/).compactMap { match in
      Int(match.1).flatMap { start in Int(match.2).map { (start, width: $0) } }
    }
    guard let last = bars.last else { return nil }
    // A bar, then the space up to the next one.
    var widths: [Int] = []
    for (bar, next) in zip(bars, bars.dropFirst()) {
      widths += [bar.width, next.0 - bar.0 - bar.width]
    }
    widths.append(last.width)
    // The stop has seven.
    guard widths.count % 6 == 1 else { return nil }
    let values = stride(from: 0, to: widths.count - 7, by: 6).map { place in
      patterns.firstIndex(of: widths[place..<place + 6].map(String.init).joined())
    }
    return read(values.compactMap(\.self))
  }

  private static func read(_ values: [Int]) -> String? {
    guard let start = values.first, let check = values.last, values.count > 2 else { return nil }
    let data = values.dropFirst().dropLast()
    let sum = data.enumerated().reduce(start) { $0 + ($1.offset + 1) * $1.element }
    guard sum % 103 == check else { return nil }
    guard start == 104 || start == 105 else { return nil }
    // Set B holds signs, set C pairs of digits; either may go over to the other.
    var isPairs = start == 105
    var text = ""
    for value in data {
      switch (value, isPairs) {
      case (99, false), (100, true): isPairs.toggle()
      case (0...94, false): text += String(decoding: [UInt8(value + 32)], as: UTF8.self)
      case (0...99, true): text += value < 10 ? "0\(value)" : "\(value)"
      default: return nil
      }
    }
    return text
  }

  /// Values 0 to 105 (ISO/IEC 15417).
  private static let patterns = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213
    221312 231212 112232 122132 122231 113222 123122 123221 223211 221132
    221231 213212 223112 312131 311222 321122 321221 312212 322112 322211
    212123 212321 232121 111323 131123 131321 112313 132113 132311 211313
    231113 231311 112133 112331 132131 113123 113321 133121 313121 211331
    231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
    314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
    112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
    111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
    214121 412121 111143 111341 131141 114113 114311 411113 411311 113141
    114131 311141 411131 211412 211214 211232
    """.split { $0 == " " || $0 == "\n" }.map(String.init)
}
