import JSONText
import Payins

/// Times as providers write them.
enum WireDate {
  /// RFC 3339, and what its servers make of it: `t` and `z` in lower case, an offset without a
  /// colon (`-0600`), a blank in place of `T`, a fraction of any length. Without an offset the time
  /// is Mexico City's, or that of the offset in minutes.
  static func instant(
    _ value: JSON?, assumingOffset: Int = Instant.mexicoCityOffset
  ) -> Instant? {
    guard let text = value?.string else { return nil }
    var bytes = text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "t"): UInt8(ascii: "T")
      case UInt8(ascii: "z"): UInt8(ascii: "Z")
      default: byte
      }
    }
    let offset = bytes.suffix(5)
    let isBare =
      bytes.count > 15 && (offset.first == UInt8(ascii: "+") || offset.first == UInt8(ascii: "-"))
      && offset.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    if isBare { bytes.insert(UInt8(ascii: ":"), at: bytes.count - 2) }
    return Instant(
      rfc3339: String(decoding: bytes, as: UTF8.self), assumingOffset: assumingOffset)
  }
}
