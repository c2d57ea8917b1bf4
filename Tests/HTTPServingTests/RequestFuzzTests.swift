import TestSupport
import Testing

@testable import HTTPServing

/// Damages requests the way attackers do.
struct RequestMutator {
  var random: SeededRandom

  private static let pieces =
    [
      "\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "%", "%00", "#", "?", "*", "//", "\u{FF}",
      "0", "00", "-1", "+", "0x", "ffffffffffffffff", "HTTP/1.0", "HTTP/2.0", "http://b", "@", "[",
      "Host: b\r\n", "Content-Length: 3\r\n", "Content-Length: 0\r\n", "Content-Length : 3\r\n",
      "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: x\r\n",
      "transfer-encoding:\tchunked\r\n",
      "Transfer-Encoding\r\n : chunked\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n",
      " folded\r\n", "0\r\n\r\n", "5;a=b\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ].map(latin1)

  mutating func mutate(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 4 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      default: swapLines(&bytes)
      }
    }
    return bytes
  }

  private mutating func swapLines(_ bytes: inout [UInt8]) {
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
    lines.swapAt(
      Int.random(in: 0..<lines.count, using: &random),
      Int.random(in: 0..<lines.count, using: &random))
    bytes = Array(lines.joined(separator: [10]))
  }
}

/// A second, plain reading of RFC 9112: what must never have been accepted, told from the first
/// request's bytes alone.
enum Oracle {
  /// Nil when there is nothing against the request; otherwise what is.
  static func objection(_ bytes: [UInt8], _ message: RequestMessage) -> String? {
    var text = bytes
    if text.starts(with: [13, 10]) { text.removeFirst(2) }
    guard let end = text.firstRange(of: Array("\r\n\r\n".utf8)) else { return "no end of the head" }
    let head = text[..<end.lowerBound]
    for (index, byte) in text[..<end.upperBound].enumerated() {
      let next = index + 1 < end.upperBound ? text[index + 1] : 0
      let before = index > 0 ? text[index - 1] : 0
      if byte == 13, next != 10 { return "a bare CR" }
      if byte == 10, before != 13 { return "a bare LF" }
      if byte < 32, ![9, 10, 13].contains(byte) { return "a control character" }
      if byte == 127 { return "DEL" }
    }
    let lines = String(decoding: head.filter { $0 != 10 }, as: UTF8.self)
      .split(separator: "\r", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words.allSatisfy({ !$0.isEmpty }) else { return "not three words" }
    guard words[2].hasPrefix("HTTP/1."), words[2].utf8.count == 8 else { return "the version" }
    guard !words[1].contains("#") else { return "a fragment" }
    return objection(fields: lines.dropFirst(), isLegacy: words[2] == "HTTP/1.0", message)
  }

  private static func objection(
    fields lines: ArraySlice<Substring>, isLegacy: Bool, _ message: RequestMessage
  ) -> String? {
    var seen: [String: [String]] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return "no name" }
      let name = line[..<colon]
      guard !name.contains(where: { " \t\"(),/;<=>?@[\\]{}".contains($0) }) else {
        return "a name with a separator"
      }
      let value = line[line.index(after: colon)...].trimmingBlanks
      seen[name.lowercased(), default: []].append(String(value))
    }
    let hosts = seen["host"] ?? []
    guard hosts.count == 1 || isLegacy && hosts.isEmpty else { return "Host" }
    let lengths = seen["content-length"] ?? []
    let codings = seen["transfer-encoding"] ?? []
    guard lengths.count <= 1, codings.count <= 1, lengths.isEmpty || codings.isEmpty else {
      return "two framings"
    }
    if let length = lengths.first {
      guard length.utf8.allSatisfy({ (48...57).contains($0) }), Int(length) == message.body.count
      else { return "Content-Length" }
    } else if let coding = codings.first {
      guard coding.lowercased() == "chunked", !isLegacy else { return "Transfer-Encoding" }
    } else if !message.body.isEmpty {
      return "a body out of nothing"
    }
    guard seen.count <= 100, message.body.count <= 65_536 else { return "a limit" }
    return nil
  }
}

extension Substring {
  var trimmingBlanks: Substring {
    var text = self
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}

@Suite("the request parser under mutation")
struct RequestFuzzTests {
  @Test(
    "never crashes, never takes what must be refused, and never depends on the cuts",
    arguments: [1, 2, 3, 4])
  func mutations(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var mutator = RequestMutator(random: SeededRandom(seed: seed &* 7_919))
    let seeds = (RequestCase.valid + RequestCase.invalid).map(\.bytes).filter { $0.count < 1_000 }
    var accepted = 0
    for round in 0..<Campaign.rounds(1_500) {
      var bytes = seeds.randomElement(using: &random) ?? []
      if Bool.random(using: &random) { bytes += seeds.randomElement(using: &random) ?? [] }
      bytes = mutator.mutate(bytes)
      let whole = steps(bytes)
      let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
      #expect(steps(bytes, cutAt: cuts) == whole, "seed \(seed), round \(round)")
      guard case .request(let message)? = whole.first else { continue }
      accepted += 1
      let objection = Oracle.objection(bytes, message)
      #expect(objection == nil, "seed \(seed), round \(round): \(bytes)")
    }
    #expect(accepted > 100, "the mutations leave too little to judge")
  }
}
