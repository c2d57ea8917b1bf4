internal import Foundation

/// Reads the outer form of a key: PEM, or one line of Base64.
enum RSAKeyText {
  /// The DER inside `text`, not yet parsed.
  static func der(in text: String, for part: RSAKeyPart) throws(RSAKeyError) -> [UInt8] {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty else { throw .empty }
    guard text.contains("-----") else {
      guard let der = Base64.decode(text) else { throw .notBase64 }
      return der
    }
    return try derInPEM(text, for: part)
  }

  private static func derInPEM(
    _ text: String, for part: RSAKeyPart
  ) throws(RSAKeyError) -> [UInt8] {
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard lines.count >= 3, let label = label(lines[0], "BEGIN"),
      lines.count(where: { $0.hasPrefix("-----BEGIN ") }) == 1
    else {
      throw lines.count(where: { $0.hasPrefix("-----BEGIN ") }) > 1 ? .severalBlocks : .notBase64
    }
    let body = lines[1..<(lines.count - 1)]
    guard self.label(lines[lines.count - 1], "END") == label else { throw .notBase64 }
    switch label {
    case "PRIVATE KEY" where part == .privateKey, "RSA PRIVATE KEY" where part == .privateKey,
      "PUBLIC KEY" where part == .publicKey, "RSA PUBLIC KEY" where part == .publicKey:
      break
    case "PRIVATE KEY", "RSA PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY":
      throw .wrongHalf(expected: part)
    case "ENCRYPTED PRIVATE KEY": throw .encrypted
    case "EC PRIVATE KEY", "DSA PRIVATE KEY": throw .notRSA
    default: throw .otherContent
    }
    // The old form of encryption stands in headers: "Proc-Type: 4,ENCRYPTED".
    if body.contains(where: { $0.hasPrefix("Proc-Type:") }) { throw .encrypted }
    guard let der = Base64.decode(body.joined()) else { throw .notBase64 }
    return der
  }

  private static func label(_ line: String, _ edge: String) -> String? {
    guard line.hasPrefix("-----\(edge) "), line.hasSuffix("-----") else { return nil }
    return String(line.dropFirst(edge.count + 6).dropLast(5))
  }
}
