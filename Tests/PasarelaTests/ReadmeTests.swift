import Crypto
import Foundation
import Gateway
import Providers
import Sandbox
import Storage
import Testing

@testable import pasarela

/// README.md, held to what it promises.
@Suite("the README")
struct ReadmeTests {
  private let text: String

  init() throws {
    text = try String(
      contentsOf: Workplace.project.appending(path: "README.md"), encoding: .utf8)
  }

  @Test("its configuration is read without a fault")
  func configuration() throws {
    let block = try #require(text.firstMatch(of: /```json5\n([\s\S]*?)```/)?.1)
    var environment = [
      "SMILEPAYZ_PRIVATE_KEY": SandboxCredentials.smilepayzMerchantPrivateKey,
      "SMILEPAYZ_PLATFORM_KEY": SandboxCredentials.smilepayzPlatformPublicKey,
      "SHOP_WEBHOOK_SECRET": WebhookTests.secret,
      "OPENPAY_CALLBACK_PASSWORD": "sixteen-or-more.",
    ]
    for name in block.matches(of: /\$\{([A-Z_0-9]+)\}/).map({ String($0.1) })
    where environment[name] == nil {
      environment[name] = name == "SHOP_KEY_SHA256" ? String(repeating: "0", count: 64) : "x"
    }
    let place = try Workplace()
    try place.write("\(DataKey.make().text.reveal())\n", to: "data.key")
    let configuration = try Configuration.read(
      String(block), file: "README.md", folder: place.path, environment: environment)
    #expect(configuration.dataKeys.current != nil)
    #expect(configuration.retention.payerDays == 90)
    let providers = configuration.accounts.map { type(of: $0.provider).name }
    #expect(providers.sorted() == ProviderRegistry.all.map { $0.name }.sorted())
    #expect(configuration.merchants.count == 1)
  }

  @Test("what it says of the sandbox: it plays every provider that the gateway speaks")
  func sandbox() {
    let names = ProviderRegistry.all.map { $0.name }
    #expect(SandboxAccount.all.map(\.provider).sorted() == names.sorted())
  }

  @Test("names every command that there is")
  func commands() {
    let commands = Command.usage.matches(of: /pasarela (\w+)/).map { String($0.1) }
    #expect(commands.count > 6)
    for command in commands { #expect(text.contains("pasarela \(command)"), "\(command)") }
  }
}
