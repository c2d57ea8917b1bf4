/// A Code 128 symbol: code set C for an even number of digits, else code set B.
struct Code128 {
  /// Widths of bars and spaces in turn, in modules, quiet zones left out.
  let widths: [Int]

  /// Nil for text outside printable ASCII, or empty.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.allSatisfy({ (32...126).contains($0) }) else { return nil }
    let isDigits = bytes.count % 2 == 0 && bytes.allSatisfy { (48...57).contains($0) }
    var values = [isDigits ? 105 : 104]
    if isDigits {
      for index in stride(from: 0, to: bytes.count, by: 2) {
        values.append(Int(bytes[index] - 48) * 10 + Int(bytes[index + 1] - 48))
      }
    } else {
      values += bytes.map { Int($0) - 32 }
    }
    let check = values.enumerated().reduce(0) { $0 + max($1.offset, 1) * $1.element } % 103
    values += [check, 106]
    widths = values.flatMap { Self.patterns[$0] }
  }

  /// One row of bars, 10 modules of quiet zone on each side.
  var svg: String {
    let total = widths.reduce(20, +)
    var out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(total) 50\" "
      + "width=\"\(total * 2)\" height=\"100\" shape-rendering=\"crispEdges\">"
      + "<rect width=\"\(total)\" height=\"50\" fill=\"#fff\"/><path d=\""
    var x = 10
    for (index, width) in widths.enumerated() {
      if index % 2 == 0 { out += "M\(x) 0h\(width)v50h-\(width)z" }
      x += width
    }
    return out + "\"/></svg>"
  }

  /// The widths of values 0 to 106 (ISO/IEC 15417, table 1); 106 is the stop with its last bar.
  private static let patterns: [[Int]] = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232
    122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122
    321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311
    211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113
    213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422
    121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111
    241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121
    412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412
    211214 211232 2331112
    """.utf8.split { $0 == 0x20 || $0 == 0x0A }.map { $0.map { Int($0) - 48 } }
}
