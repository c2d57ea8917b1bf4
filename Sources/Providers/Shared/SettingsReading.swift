import Crypto
import Foundation
import JSONText

/// Kinds of settings that accounts share. Each reports its fault and reads as nil.
extension ObjectReader {
  /// A text with something in it, without white space at its ends: file contents end in a newline.
  mutating func text(_ key: String) -> String? {
    guard let text = string(key)?.trimmingCharacters(in: .whitespacesAndNewlines) else {
      return nil
    }
    if text.isEmpty { report(key, "must not be empty") }
    return text.isEmpty ? nil : text
  }

  mutating func secret(_ key: String) -> Secret? { text(key).map(Secret.init) }

  /// An identifier that goes into URLs and headers as it is.
  mutating func identifier(_ key: String) -> String? {
    guard let text = text(key) else { return nil }
    guard text.safeWord != nil else {
      report(key, "must be 1 to 64 letters, digits, - or _")
      return nil
    }
    return text
  }

  mutating func privateKey(_ key: String) -> RSAPrivateKey? {
    guard let text = string(key) else { return nil }
    do throws(RSAKeyError) {
      return try RSAPrivateKey(text: text)
    } catch {
      report(key, error.description)
      return nil
    }
  }

  mutating func publicKey(_ key: String) -> RSAPublicKey? {
    guard let text = string(key) else { return nil }
    do throws(RSAKeyError) {
      return try RSAPublicKey(text: text)
    } catch {
      report(key, error.description)
      return nil
    }
  }

  /// One of the words of `Choice`. Without a default it must be there.
  mutating func choice<Choice>(_ key: String, default preset: Choice? = nil) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    if let preset, any(key)?.isNull ?? true { return preset }
    guard let text = string(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    report(key, "expected one of \(words)")
    return nil
  }

  mutating func integer(
    _ key: String, in range: ClosedRange<Int64>, default preset: Int64
  ) -> Int64? {
    if any(key)?.isNull ?? true { return preset }
    guard let value = int64(key) else { return nil }
    guard range.contains(value) else {
      report(key, "must be from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return value
  }
}
