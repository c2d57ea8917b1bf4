import JSONText

extension JSON {
  /// A provider's body, whose form may be odd where nothing is decided: a byte order mark in front
  /// is passed over (RFC 8259 section 8.1), and bytes that are not UTF-8 and halves of surrogate
  /// pairs become U+FFFD. A number, status, amount or currency with one in it matches nothing.
  init?(wire body: [UInt8]) {
    let bytes = body.withoutByteOrderMark
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

extension CallbackDelivery {
  /// What a signature may cover: the body as it came, and the body without the byte order mark that
  /// was written in front of it behind the signing.
  var signedBodies: [[UInt8]] {
    let bare = body.withoutByteOrderMark
    return bare.count == body.count ? [body] : [body, bare]
  }
}

extension [UInt8] {
  fileprivate var withoutByteOrderMark: [UInt8] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return starts(with: mark) ? Array(dropFirst(mark.count)) : self
  }
}
