import JSONText
import Payins
import Testing

@testable import Providers

/// As data: `Golden/<provider>/settings-faults.json` and `capabilities.json`.
@Suite("settings")
struct SettingsTests {
  @Test("every fault is named where it stands", arguments: GoldenAccount.names)
  func faults(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    let faults = try #require(try account.file("settings-faults").array)
    #expect(!faults.isEmpty)
    for fault in faults {
      let (_, problems) = GoldenSettings(account: account.json, changing: fault["set"]).read(name)
      let pointers = fault["pointers"]?.array?.compactMap(\.string) ?? []
      #expect(problems.map(\.pointer).sorted() == pointers.sorted(), "\(fault.text) \(problems)")
    }
  }

  @Test("settings show in the capabilities", arguments: GoldenAccount.names)
  func capabilities(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    guard account.provider() is any CreatesPayins else { return }
    let cases = try #require(account.file("capabilities").array)
    #expect(!cases.isEmpty)
    for golden in cases {
      let provider = try #require(account.provider(changing: golden["set"]) as? any CreatesPayins)
      let actual = JSONObject(
        provider.capabilities.map { ($0.key.rawValue, Self.json($0.value)) })
      #expect(.object(actual) == golden["expect"], "\(name) \(JSON.object(actual).text)")
    }
  }

  private static func json(_ capability: Capability) -> JSON {
    [
      "amounts": [JSON(capability.amounts.lowerBound), JSON(capability.amounts.upperBound)],
      "granularity": JSON(capability.granularity),
      "payer": .array(capability.requiredPayerFields.map { .string($0.rawValue) }),
      "expiry": [
        JSON(capability.expirySeconds.lowerBound), JSON(capability.expirySeconds.upperBound),
      ],
      "prefix": .string(capability.orderNumberPrefix),
      "instrument": JSON(capability.instrumentSeconds),
      "repeats": .bool(capability.showsRepeatedPayments),
    ]
  }

  @Test("no value without a reported fault is missing", arguments: GoldenAccount.names)
  func nothingAtAll(_ name: String) throws {
    var settings = GoldenSettings(account: try GoldenAccount.named(name).json)
    settings.settings = [:]
    let (provider, problems) = settings.read(name)
    #expect(provider == nil)
    #expect(!problems.isEmpty)
  }

  @Test("no fault repeats a secret", arguments: GoldenAccount.names)
  func secretsAreNotRepeated(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    let secrets = account.json["secrets"]?.array?.compactMap(\.string) ?? []
    #expect(!secrets.isEmpty)
    let settings = try #require(account.json["settings"]?.object)
    // Each secret in the place of every other setting, and cut short in its own.
    for key in settings.keys {
      for secret in secrets {
        for value in [secret, String(secret.dropLast(9))] {
          let (_, problems) = GoldenSettings(account: account.json, changing: [key: .string(value)])
            .read(name)
          for problem in problems { #expect(!problem.detail.contains(secret.prefix(12))) }
        }
      }
    }
  }
}
