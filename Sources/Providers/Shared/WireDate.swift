import JSONText
import Payins

/// A time as providers write it.
struct WireDate {
  /// Nil where none is given, or it cannot be read.
  let instant: Instant?
  /// What stands there where it cannot be read, for people.
  let unreadable: String?

  /// RFC 3339, and what its servers make of it: an offset without a colon (`-0600`). Without an
  /// offset the time is Mexico City's, or that of the offset in minutes.
  init(_ value: JSON?, assumingOffset: Int = Instant.mexicoCityOffset) {
    guard let value, !value.isBlank else {
      instant = nil
      unreadable = nil
      return
    }
    let read = value.string.flatMap { Self.read($0, assumingOffset) }
    let shown = LimitedText.ascii(value.string ?? value.number?.text ?? "", 40)
    instant = read
    unreadable = read == nil ? shown.or(value.kind) : nil
  }

  private static func read(_ text: String, _ assumedOffset: Int) -> Instant? {
    var bytes = Array(text.utf8)
    let offset = bytes.suffix(5)
    let isBare =
      bytes.count > 15 && (offset.first == UInt8(ascii: "+") || offset.first == UInt8(ascii: "-"))
      && offset.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    if isBare { bytes.insert(UInt8(ascii: ":"), at: bytes.count - 2) }
    return Instant(
      rfc3339: String(decoding: bytes, as: UTF8.self), assumingOffset: assumedOffset)
  }
}

extension Deposit {
  init(identity: String, amount: Int64, at time: WireDate, providerReference: String?) {
    self.init(
      identity: identity, amount: amount, receivedAt: time.instant,
      providerReference: providerReference, unreadableTime: time.unreadable)
  }
}
