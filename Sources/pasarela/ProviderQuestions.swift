import CEmbedded

/// What is unknown of a provider, as the list that closes its README: each question with the
/// setting that its answer turns.
enum ProviderQuestions {
  static let heading = "## Questions for its support\n"

  /// The list's lines; nil for a provider that has none.
  static func list(_ provider: String) -> String? {
    guard let readme = readmes[provider]?.utf8 else { return nil }
    let mark = Array(heading.utf8)
    let start = readme.indices.first { readme[$0...].starts(with: mark) }
    guard let start else { return nil }
    let rest = readme[start...].dropFirst(mark.count)
    return rest.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
      .joined(separator: "\n")
  }

  private static let readmes: [String: String] = [
    "cashypay": text((pasarela_cashypay_readme_bytes(), pasarela_cashypay_readme_size)),
    "openpay": text((pasarela_openpay_readme_bytes(), pasarela_openpay_readme_size)),
    "paynet": text((pasarela_paynet_readme_bytes(), pasarela_paynet_readme_size)),
    "smilepayz": text((pasarela_smilepayz_readme_bytes(), pasarela_smilepayz_readme_size)),
  ]

  private static func text(_ file: (UnsafePointer<UInt8>, Int)) -> String {
    String(decoding: Embedded.bytes(of: file), as: UTF8.self)
  }
}
