/// Gathers an answer as libcurl hands it over, within its limits.
struct ResponseReader {
  /// All header lines of one call, interim answers and trailers included.
  static let headerBytesMax = 65_536

  private let bodyBytesMax: Int
  private let cutsBody: Bool
  private var headerBytes = 0
  private var readsHeaders = false
  private var isFinal = false
  /// Whether the head of the answer itself, no interim one's, is complete.
  var hasWholeHead: Bool { isFinal && !readsHeaders }
  private(set) var headers: [HTTPHeader] = []
  private(set) var body: [UInt8] = []
  /// Set once anything was refused for its size.
  private(set) var isTooLarge = false
  /// Set once the body was cut at its limit.
  private(set) var isCut = false

  init(bodyBytesMax: Int, cutsBody: Bool) {
    self.bodyBytesMax = bodyBytesMax
    self.cutsBody = cutsBody
  }

  /// One line as it came, its end included. False where the limit is passed.
  mutating func takeHeaderLine(_ line: [UInt8]) -> Bool {
    headerBytes += line.count
    guard headerBytes <= Self.headerBytesMax else {
      isTooLarge = true
      return false
    }
    if line.starts(with: "HTTP/".utf8) {
      // A status line: what came before belonged to an interim answer.
      headers = []
      readsHeaders = true
      let status = line.drop { $0 != 0x20 }.dropFirst()
      isFinal = status.first.map { $0 != UInt8(ascii: "1") } ?? false
    } else if line.allSatisfy(Self.isBlank) {
      readsHeaders = false  // what follows the body is a trailer
    } else if readsHeaders, let first = line.first, !Self.isBlank(first),
      let colon = line.firstIndex(of: UInt8(ascii: ":"))
    {
      let name = String(decoding: line[..<colon], as: UTF8.self)
      headers.append(HTTPHeader(name, Self.trimmed(line[(colon + 1)...])))
    }
    return true
  }

  /// A part of the body. False where the limit is passed.
  mutating func takeBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count <= bodyBytesMax - body.count else {
      if cutsBody {
        unsafe body.append(contentsOf: bytes.prefix(bodyBytesMax - body.count))
        isCut = true
      } else {
        isTooLarge = true
      }
      return false
    }
    unsafe body.append(contentsOf: bytes)
    return true
  }

  private static func trimmed(_ value: ArraySlice<UInt8>) -> String {
    let start = value.drop(while: isBlank)
    let end = start.lastIndex { !isBlank($0) }
    return end.map { String(decoding: start[...$0], as: UTF8.self) } ?? ""
  }

  /// Space, tab and the line's end.
  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
  }
}
