internal import HTTPServing

/// `/barcode/{reference}`: the picture that a charge's `barcode_url` leads to (S001 "Cargo en
/// tienda": Code 128). Drawn as SVG, where Openpay sends a PNG; `width` and `height` are not
/// heeded.
enum OpenpayBarcode {
  /// Rows of Code 128's table: widths of bars and spaces, eleven modules a symbol.
  private static let symbols = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 \
    122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 \
    321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 \
    211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 \
    213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 \
    121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 \
    241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 \
    412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 \
    211214 211232 2331112
    """.utf8.split(separator: UInt8(ascii: " ")).map { $0.map { Int($0) - 48 } }
  private static let startB = 104
  private static let stop = 106
  /// Modules of white on either side.
  private static let quiet = 10
  private static let height = 45

  static func url(of reference: String, for request: Request) -> String {
    "\(request.baseURL)/barcode/\(reference)?width=1&height=45&text=false"
  }

  static func picture(of reference: String) throws(OpenpayError) -> Response {
    guard (1...40).contains(reference.utf8.count), TextForms.isAlphanumeric(reference) else {
      throw .noResource
    }
    var x = quiet
    var bars = ""
    for symbol in codes(of: reference) {
      for (index, width) in symbols[symbol].enumerated() {
        if index.isMultiple(of: 2) { bars += "M\(x) 0h\(width)v\(height)h-\(width)z" }
        x += width
      }
    }
    let size = "width=\"\(x + quiet)\" height=\"\(height)\""
    return .text(
      .ok,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) shape-rendering=\"crispEdges\">"
        + "<rect \(size) fill=\"#fff\"/><path d=\"\(bars)\"/></svg>",
      type: "image/svg+xml")
  }

  /// Set B: start, the characters, the check symbol modulo 103, stop.
  private static func codes(of text: String) -> [Int] {
    let values = text.utf8.map { Int($0) - 32 }
    let sum = values.enumerated().reduce(startB) { $0 + ($1.offset + 1) * $1.element }
    return [startB] + values + [sum % 103, stop]
  }
}
