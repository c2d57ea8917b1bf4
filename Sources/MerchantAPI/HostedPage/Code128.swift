/// A Code 128 symbol (ISO/IEC 15417): code set C where digits come in pairs, code set B elsewhere,
/// whichever mixture is shortest.
struct Code128 {
  /// Widths of bars and spaces in turn, in modules, quiet zones left out.
  let widths: [Int]

  /// Modules of white on each side.
  static let quiet = 10

  /// Nil for text outside printable ASCII, or empty.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.allSatisfy({ (32...126).contains($0) }) else { return nil }
    var values = Self.shortest(bytes)
    let check = values.enumerated().reduce(0) { $0 + max($1.offset, 1) * $1.element } % 103
    values += [check, 106]
    widths = values.flatMap { Self.patterns[$0] }
  }

  /// All modules, quiet zones among them.
  var modules: Int { widths.reduce(2 * Self.quiet, +) }

  /// The bars as the data of a path, `height` modules high.
  func path(height: Int) -> String {
    var out = ""
    var x = Self.quiet
    for (index, width) in widths.enumerated() {
      if index % 2 == 0 { out += "M\(x) 0h\(width)v\(height)h-\(width)z" }
      x += width
    }
    return out
  }

  /// One row of bars with its quiet zones.
  var svg: String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(modules) 50\" "
      + "width=\"\(modules * 2)\" height=\"100\" shape-rendering=\"crispEdges\">"
      + "<rect width=\"\(modules)\" height=\"50\" fill=\"#fff\"/><path d=\"\(path(height: 50))\"/>"
      + "</svg>"
  }

  private static let (startB, startC, toB, toC) = (104, 105, 100, 99)

  /// Start, data and code set changes; from the end, the shortest way on from each place in each
  /// code set.
  private static func shortest(_ bytes: [UInt8]) -> [Int] {
    func digit(_ index: Int) -> Int? {
      index < bytes.count && (48...57).contains(bytes[index]) ? Int(bytes[index]) - 48 : nil
    }
    var inB: [[Int]] = Array(repeating: [], count: bytes.count + 2)
    var inC: [[Int]?] = inB
    for index in bytes.indices.reversed() {
      let single = [Int(bytes[index]) - 32] + inB[index + 1]
      var pair: [Int]?
      if let tens = digit(index), let ones = digit(index + 1), let rest = inC[index + 2] {
        pair = [tens * 10 + ones] + rest
      }
      let changed = pair.map { [toC] + $0 }
      inB[index] = changed.map { $0.count < single.count ? $0 : single } ?? single
      let back = [toB] + single
      inC[index] = pair.map { $0.count <= back.count ? $0 : back } ?? back
    }
    let first = [startB] + inB[0]
    let second = [startC] + (inC[0] ?? [])
    return second.count < first.count ? second : first
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
