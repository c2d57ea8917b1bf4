import Crypto
import Foundation

/// `pasarela keys new`: a key is shown once; the configuration holds its hash.
/// `pasarela keys data`: the key alone, so that it can be written to a file.
enum KeysCommand {
  static func run(_ arguments: some Sequence<String>) throws {
    let options = try Options(arguments, known: ["--merchant"])
    if options.words == ["data"], options["--merchant"] == nil {
      return Output.line(DataKey.make().text.reveal())
    }
    guard options.words == ["new"], let merchant = options["--merchant"] else {
      throw UsageFault(message: "say: pasarela keys new --merchant ID, or: pasarela keys data")
    }
    let key = "pk_" + Base64.encodeURL(SecureRandom.bytes(24))
    let hash = Hex.encode(Digest.sha256(Array(key.utf8)))
    Output.line(
      """
      A key for the merchant \(merchant). It is shown this once:

        \(key)

      Its hash belongs in the configuration:

        api_keys: [ { id: "k1", sha256: "\(hash)", scopes: ["payins:write", "payins:read"] } ]
      """)
  }
}
