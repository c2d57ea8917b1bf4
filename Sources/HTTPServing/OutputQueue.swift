/// Bytes on their way out, in pieces: small answers share one, a large body is never copied.
struct OutputQueue {
  private static let smallBytes = 16_384

  private var pieces: [[UInt8]] = []
  /// How much of the first piece is gone.
  private(set) var offset = 0
  /// Bytes still to go.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  /// What goes next, from `offset` on.
  var first: [UInt8] { pieces.first ?? [] }
  /// What follows it.
  var second: [UInt8] { pieces.count > 1 ? pieces[1] : [] }

  mutating func append(_ piece: [UInt8]) {
    guard !piece.isEmpty else { return }
    count += piece.count
    if let last = pieces.indices.last, pieces[last].count + piece.count <= Self.smallBytes {
      pieces[last].append(contentsOf: piece)
    } else {
      pieces.append(piece)
    }
  }

  /// Forgets the next bytes: they are gone.
  mutating func drop(_ bytes: Int) {
    count -= bytes
    offset += bytes
    while let first = pieces.first, offset >= first.count {
      offset -= first.count
      pieces.removeFirst()
    }
  }
}
