import HTTPCalling
import JSONText
import Payins
import Testing

@testable import Providers

@Suite("redaction")
struct RedactionTests {
  @Test("a provider prints none of its secrets", arguments: GoldenAccount.names)
  func provider(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    let provider = account.provider()
    var dumped = ""
    dump(provider, to: &dumped)
    let printed = [
      dumped, "\(provider)", String(reflecting: provider), String(describing: provider),
    ]
    let secrets = account.json["secrets"]?.array?.compactMap(\.string) ?? []
    #expect(!secrets.isEmpty)
    for secret in secrets {
      for text in printed { #expect(!text.contains(secret.prefix(24)), "\(name) prints a secret") }
    }
  }

  @Test("a request prints neither secrets nor the payer", arguments: GoldenTests.cases)
  func request(_ golden: GoldenCase) {
    guard let provider = golden.settings.provider(golden.provider) as? any Queryable else { return }
    for request in [
      provider.createRequest(golden.order, at: golden.now),
      provider.queryRequest(golden.order, at: golden.now),
    ] {
      var printed = "\(request) \(String(reflecting: request))"
      dump(request, to: &printed)
      for header in request.headers where header.value.count > 20 {
        #expect(!printed.contains(header.value))
      }
      if let email = golden.order.payer.email { #expect(!printed.contains(email)) }
    }
  }

  /// Refusals go into the timeline, to the merchant and into logs.
  @Test("no outcome's sentence repeats the payer or a secret", arguments: GoldenTests.cases)
  func sentences(_ golden: GoldenCase) throws {
    let provider = golden.settings.provider(golden.provider)
    var sentences: [String] = []
    switch (golden.operation, provider) {
    case ("create", let provider as any CreatesPayins):
      sentences = ["\(provider.createOutcome(try golden.response(), golden.order))"]
      if case .accepted = provider.createOutcome(try golden.response(), golden.order) { return }
    case ("query", let provider as any Queryable):
      sentences = ["\(provider.queryOutcome(try golden.response(), golden.order))"]
    case ("callback", let provider as any ReceivesCallbacks):
      sentences = ["\(provider.read(try golden.delivery()))"]
    default: break
    }
    let payer = golden.order.payer
    for sentence in sentences {
      for text in [payer.name, payer.email, payer.phone].compactMap({ $0 }) {
        #expect(!sentence.contains(text), "\(golden.testDescription)")
      }
    }
  }
}
