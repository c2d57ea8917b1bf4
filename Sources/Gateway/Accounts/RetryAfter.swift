import HTTPCalling
import Payins

/// How long whoever answers wants to be left alone (RFC 9110 10.2.3).
enum RetryAfter {
  /// Seconds, at most `cap`; nil where the answer does not say, or not in a way that can be read.
  static func seconds(in response: HTTPResponse, at now: Instant, cap: Int64) -> Int64? {
    guard let text = response.header("retry-after") else { return nil }
    let digits = text.utf8
    if !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) {
      return min(Int64(text) ?? cap, cap)
    }
    guard let date = httpDate(Array(digits)) else { return nil }
    return min(max(date.milliseconds(since: now) / 1000, 0), cap)
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`: the one form that may be sent.
  private static func httpDate(_ bytes: [UInt8]) -> Instant? {
    let text = String(decoding: bytes, as: UTF8.self)
    let words = text.utf8.split(separator: 0x20).map { String(Substring($0)) }
    guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: words[2]),
      words[1].utf8.count == 2, words[3].utf8.count == 4, words[4].utf8.count == 8
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return Instant(rfc3339: "\(words[3])-\(number)-\(words[1])T\(words[4])Z")
  }
}
