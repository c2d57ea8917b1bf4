/// Reads the outer form of a key: PEM, also with its line breaks spelt `\n`, or Base64 in one line
/// or many.
enum RSAKeyText {
  /// The DER inside `text`, not yet parsed.
  static func der(in text: String, for part: RSAKeyPart) throws(RSAKeyError) -> [UInt8] {
    let text = trimmed(withLineBreaks(text).utf8[...])
    guard !text.isEmpty else { throw .empty }
    guard text.utf8.contains("-----".utf8) else {
      let oneLine = text.utf8.filter { $0 != 0x20 && !(0x09...0x0D).contains($0) }
      guard let der = Base64.decode(String(decoding: oneLine, as: UTF8.self)) else {
        throw .notBase64
      }
      return der
    }
    return try derInPEM(text, for: part)
  }

  /// Environment variables and JSON texts often hold `\n` and `\r` as two signs each; neither
  /// stands in PEM or Base64.
  private static func withLineBreaks(_ text: String) -> String {
    var out: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      let next = bytes.first
      if byte == UInt8(ascii: "\\"), next == UInt8(ascii: "n") || next == UInt8(ascii: "r") {
        bytes.removeFirst()
        out.append(0x0A)
      } else {
        out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func derInPEM(
    _ text: String, for part: RSAKeyPart
  ) throws(RSAKeyError) -> [UInt8] {
    let lines = text.utf8.split { $0 == 0x0A || $0 == 0x0D }.map { trimmed($0) }
    let beginnings = lines.count { $0.utf8.starts(with: "-----BEGIN ".utf8) }
    guard lines.count >= 3, let label = label(lines[0], "BEGIN"), beginnings == 1 else {
      throw beginnings > 1 ? .severalBlocks : .notBase64
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
    if body.contains(where: { $0.utf8.starts(with: "Proc-Type:".utf8) }) { throw .encrypted }
    guard let der = Base64.decode(body.joined()) else { throw .notBase64 }
    return der
  }

  private static func label(_ line: String, _ edge: String) -> String? {
    let line = line.utf8
    guard line.starts(with: "-----\(edge) ".utf8), line.suffix(5).elementsEqual("-----".utf8) else {
      return nil
    }
    return String(Substring(line.dropFirst(edge.utf8.count + 6).dropLast(5)))
  }

  /// Without the white space (ASCII's) at its ends.
  private static func trimmed(_ text: Substring.UTF8View) -> String {
    let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    let start = text.drop(while: isBlank)
    let end = start.lastIndex { !isBlank($0) }
    return end.map { String(Substring(start[...$0])) } ?? ""
  }
}
