import JSONText

extension JSON {
  /// A provider's body, whose form may be odd where nothing is decided: a byte order mark in front
  /// is passed over (RFC 8259 section 8.1), and bytes that are not UTF-8 and halves of surrogate
  /// pairs become U+FFFD. A number, status, amount or currency with one in it matches nothing.
  init?(wire body: [UInt8]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = Array(body.starts(with: mark) ? body.dropFirst(mark.count) : body[...])
    if let json = try? JSON(parsing: bytes) {
      self = json
      return
    }
    var options = JSONOptions()
    options.replacesLoneSurrogates = true
    let repaired = Array(String(decoding: bytes, as: UTF8.self).utf8)
    guard let json = try? JSON(parsing: repaired, options: options) else { return nil }
    self = json
  }
}
