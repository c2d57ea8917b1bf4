/// A QR code (ISO/IEC 18004) of bytes, error correction level M, versions 1 to 10.
struct QRCode {
  /// Modules on each side, without the quiet zone.
  let size: Int
  /// Whether a module is dark, row by row.
  private(set) var dark: [Bool]

  /// Modules of white on each side.
  static let quiet = 4

  private let version: Version
  /// Modules that carry no data.
  private var isFixed: [Bool]

  /// Nil for more than 213 bytes.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard let version = Version.all.first(where: { bytes.count <= $0.capacity }) else {
      return nil
    }
    self.version = version
    size = 17 + 4 * version.number
    dark = Array(repeating: false, count: size * size)
    isFixed = dark
    drawPatterns()
    draw(version.codewords(of: bytes))
    let drawn = self
    let masked = (0..<8).map { mask in
      var code = drawn
      code.apply(mask)
      return code
    }
    guard let best = masked.min(by: { $0.penalty < $1.penalty }) else { return nil }
    dark = best.dark
  }

  subscript(x: Int, y: Int) -> Bool { dark[y * size + x] }

  /// The dark modules as the data of a path that is stroked one module wide, quiet zone included.
  var path: String {
    var out = ""
    for y in 0..<size {
      var x = 0
      while x < size {
        let start = x
        while x < size, self[x, y] { x += 1 }
        if x > start { out += "M\(start + Self.quiet) \(y + Self.quiet).5h\(x - start)" }
        x += 1
      }
    }
    return out
  }

  private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
    guard (0..<size).contains(x), (0..<size).contains(y) else { return }
    dark[y * size + x] = isDark
    isFixed[y * size + x] = true
  }

  private mutating func drawPatterns() {
    for index in 0..<size {
      set(6, index, index % 2 == 0)
      set(index, 6, index % 2 == 0)
    }
    for (centreX, centreY) in [(3, 3), (size - 4, 3), (3, size - 4)] {
      for y in -4...4 {
        for x in -4...4 {
          let ring = max(abs(x), abs(y))
          set(centreX + x, centreY + y, ring != 2 && ring != 4)
        }
      }
    }
    let centres = version.alignment
    for centreY in centres {
      for centreX in centres where !isFinder(centreX, centreY) {
        for y in -2...2 {
          for x in -2...2 { set(centreX + x, centreY + y, max(abs(x), abs(y)) != 1) }
        }
      }
    }
    drawFormat(0)
    drawVersion()
  }

  private func isFinder(_ x: Int, _ y: Int) -> Bool {
    (x == 6 && y == 6) || (x == 6 && y == size - 7) || (x == size - 7 && y == 6)
  }

  /// Level M is 00; BCH (15, 5).
  private mutating func drawFormat(_ mask: Int) {
    var rest = mask
    for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
    let bits = (mask << 10 | rest) ^ 0x5412
    func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
    for index in 0...5 { set(8, index, bit(index)) }
    set(8, 7, bit(6))
    set(8, 8, bit(7))
    set(7, 8, bit(8))
    for index in 9..<15 { set(14 - index, 8, bit(index)) }
    for index in 0..<8 { set(size - 1 - index, 8, bit(index)) }
    for index in 8..<15 { set(8, size - 15 + index, bit(index)) }
    set(8, size - 8, true)
  }

  /// BCH (18, 6), from version 7 on.
  private mutating func drawVersion() {
    guard version.number >= 7 else { return }
    var rest = version.number
    for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1F25 }
    let bits = version.number << 12 | rest
    for index in 0..<18 {
      let isDark = bits >> index & 1 == 1
      let (long, short) = (size - 11 + index % 3, index / 3)
      set(long, short, isDark)
      set(short, long, isDark)
    }
  }

  /// In columns of two from the right, up and down in turn.
  private mutating func draw(_ codewords: [UInt8]) {
    var index = 0
    for right in [Int](stride(from: size - 1, to: 6, by: -2)) + [5, 3, 1] {
      let isUpward = (right + 1) & 2 == 0
      for step in 0..<size {
        let y = isUpward ? size - 1 - step : step
        for x in [right, right - 1] where !isFixed[y * size + x] {
          guard index < codewords.count * 8 else { continue }
          dark[y * size + x] = codewords[index / 8] >> (7 - index % 8) & 1 == 1
          index += 1
        }
      }
    }
  }

  private mutating func apply(_ mask: Int) {
    for y in 0..<size {
      for x in 0..<size where !isFixed[y * size + x] {
        let isInverted =
          switch mask {
          case 0: (x + y) % 2 == 0
          case 1: y % 2 == 0
          case 2: x % 3 == 0
          case 3: (x + y) % 3 == 0
          case 4: (x / 3 + y / 2) % 2 == 0
          case 5: x * y % 2 + x * y % 3 == 0
          case 6: (x * y % 2 + x * y % 3) % 2 == 0
          default: ((x + y) % 2 + x * y % 3) % 2 == 0
          }
        if isInverted { dark[y * size + x].toggle() }
      }
    }
    drawFormat(mask)
  }

  /// How hard it is to read: runs, blocks, what looks like a finder, and imbalance.
  private var penalty: Int {
    let finder = [true, false, true, true, true, false, true]
    var sum = 0
    for isColumn in [false, true] {
      for line in 0..<size {
        let row = (0..<size).map { isColumn ? self[line, $0] : self[$0, line] }
        var run = 1
        for index in 1..<size {
          run = row[index] == row[index - 1] ? run + 1 : 1
          if run == 5 { sum += 3 } else if run > 5 { sum += 1 }
        }
        for start in 0...(size - 11) {
          let piece = row[start..<start + 11]
          let isLight = (piece.prefix(4) + piece.suffix(4)).map { !$0 }
          if Array(piece.prefix(7)) == finder, !isLight.suffix(4).contains(false) { sum += 40 }
          if Array(piece.suffix(7)) == finder, !isLight.prefix(4).contains(false) { sum += 40 }
        }
      }
    }
    for y in 1..<size {
      for x in 1..<size {
        let same = [self[x - 1, y], self[x, y - 1], self[x - 1, y - 1]]
        if same.allSatisfy({ $0 == self[x, y] }) { sum += 3 }
      }
    }
    let share = dark.count { $0 } * 100 / dark.count
    return sum + abs(share - 50) / 5 * 10
  }
}

extension QRCode {
  /// A size with its blocks at level M (ISO/IEC 18004, table 9).
  struct Version {
    let number: Int
    /// Check codewords of each block.
    let check: Int
    /// Data codewords of each block.
    let blocks: [Int]
    let alignment: [Int]

    /// Bytes that fit.
    var capacity: Int { blocks.reduce(0, +) - (number < 10 ? 2 : 3) }

    static let all: [Version] = [
      Version(number: 1, check: 10, blocks: [16], alignment: []),
      Version(number: 2, check: 16, blocks: [28], alignment: [6, 18]),
      Version(number: 3, check: 26, blocks: [44], alignment: [6, 22]),
      Version(number: 4, check: 18, blocks: [32, 32], alignment: [6, 26]),
      Version(number: 5, check: 24, blocks: [43, 43], alignment: [6, 30]),
      Version(number: 6, check: 16, blocks: [27, 27, 27, 27], alignment: [6, 34]),
      Version(number: 7, check: 18, blocks: [31, 31, 31, 31], alignment: [6, 22, 38]),
      Version(number: 8, check: 22, blocks: [38, 38, 39, 39], alignment: [6, 24, 42]),
      Version(number: 9, check: 22, blocks: [36, 36, 36, 37, 37], alignment: [6, 26, 46]),
      Version(number: 10, check: 26, blocks: [43, 43, 43, 43, 44], alignment: [6, 28, 50]),
    ]

    /// Data and check codewords in the order in which they are drawn.
    func codewords(of bytes: [UInt8]) -> [UInt8] {
      var bits: [UInt8] = []
      func append(_ value: Int, _ count: Int) {
        for index in (0..<count).reversed() { bits.append(UInt8(value >> index & 1)) }
      }
      append(4, 4)
      append(bytes.count, number < 10 ? 8 : 16)
      for byte in bytes { append(Int(byte), 8) }
      let total = blocks.reduce(0, +)
      append(0, min(4, total * 8 - bits.count))
      append(0, (8 - bits.count % 8) % 8)
      var data = stride(from: 0, to: bits.count, by: 8).map { start in
        bits[start..<start + 8].reduce(0) { $0 << 1 | $1 }
      }
      let pad: [UInt8] = [0xEC, 0x11]
      for index in 0..<(total - data.count) { data.append(pad[index % 2]) }

      var start = 0
      let parts = blocks.map { length in
        defer { start += length }
        return Array(data[start..<start + length])
      }
      let checks = parts.map { ReedSolomon.remainder(of: $0, degree: check) }
      let longest = blocks.max() ?? 0
      return (0..<longest).flatMap { index in
        parts.compactMap { index < $0.count ? $0[index] : nil }
      } + (0..<check).flatMap { index in checks.map { $0[index] } }
    }
  }
}

/// Check codewords over GF(2⁸) modulo x⁸ + x⁴ + x³ + x² + 1.
private enum ReedSolomon {
  static func remainder(of data: [UInt8], degree: Int) -> [UInt8] {
    let divisor = generator(degree)
    var rest = Array(repeating: UInt8(0), count: degree)
    for byte in data {
      let factor = byte ^ rest.removeFirst()
      rest.append(0)
      for index in rest.indices { rest[index] ^= product(divisor[index], factor) }
    }
    return rest
  }

  /// The coefficients of (x - 1)(x - 2)(x - 4)…, the leading one left out.
  private static func generator(_ degree: Int) -> [UInt8] {
    var out = Array(repeating: UInt8(0), count: degree)
    out[degree - 1] = 1
    var root: UInt8 = 1
    for _ in 0..<degree {
      for index in 0..<degree {
        out[index] = product(out[index], root)
        if index + 1 < degree { out[index] ^= out[index + 1] }
      }
      root = product(root, 2)
    }
    return out
  }

  private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
    var out = 0
    for index in (0..<8).reversed() {
      out = out << 1 ^ (out >> 7) * 0x11D
      out ^= Int(right >> index & 1) * Int(left)
    }
    return UInt8(truncatingIfNeeded: out)
  }
}
