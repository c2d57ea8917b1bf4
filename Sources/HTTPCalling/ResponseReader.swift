/// Gathers an answer as libcurl hands it over, within its limits.
struct ResponseReader {
  /// All header lines of one call, interim answers and trailers included.
  static let headerBytesMax = 65_536

  private let bodyBytesMax: Int
  private let cutsBody: Bool
  private var headerBytes = 0
  private var readsHeaders = false
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
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      // A status line: what came before belonged to an interim answer.
      headers = []
      readsHeaders = true
    } else if text.allSatisfy(\.isWhitespace) {
      readsHeaders = false  // what follows the body is a trailer
    } else if readsHeaders, text.first?.isWhitespace == false, let colon = text.firstIndex(of: ":")
    {
      let value = text[text.index(after: colon)...]
      headers.append(HTTPHeader(String(text[..<colon]), Self.trimmed(value)))
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

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) } ?? ""
  }
}
