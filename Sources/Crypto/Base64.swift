internal import Foundation

/// Bytes as Base64 text, RFC 4648.
public enum Base64 {
  /// The standard alphabet, with padding, on one line.
  public static func encode(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
  }

  /// The bytes of canonical standard Base64. Nil for anything else: white space, the URL alphabet,
  /// missing padding, or stray bits in the last character (one value, one text).
  public static func decode(_ text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else {
      return nil
    }
    return Array(data)
  }

  /// The URL-safe alphabet, without padding: for tokens and cursors.
  public static func encodeURL(_ bytes: [UInt8]) -> String {
    String(
      decoding: encode(bytes).utf8.lazy.filter { $0 != UInt8(ascii: "=") }.map {
        switch $0 {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: $0
        }
      }, as: UTF8.self)
  }
}
