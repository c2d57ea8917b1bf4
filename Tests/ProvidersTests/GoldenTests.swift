import Foundation
import HTTPCalling
import JSONText
import Payins
import Testing

@testable import Providers

@Suite("golden cases")
struct GoldenTests {
  static let cases = GoldenAccount.names.flatMap { (try? GoldenAccount.named($0).cases) ?? [] }

  /// One case by its name, and its provider as the type that it is.
  static func one<Kind>(
    _ provider: String, _ name: String, as kind: Kind.Type
  ) throws -> (golden: GoldenCase, provider: Kind) {
    let golden = try #require(cases.first { $0.provider == provider && $0.name == name })
    return (golden, try #require(golden.settings.provider(provider) as? Kind))
  }

  @Test("every registered provider has golden cases that can be read")
  func everyProviderHasCases() {
    for name in GoldenAccount.names {
      #expect(throws: Never.self) { _ = try GoldenAccount.named(name) }
    }
  }

  @Test("a case gives the outcome that it states", arguments: cases)
  func outcome(of golden: GoldenCase) throws {
    let actual = try golden.actual()
    #expect(actual == golden.expected, "\(golden.testDescription) gives \(actual.text)")
  }

  /// `PASARELA_RECORD=1` rewrites the files, to be reviewed as a diff.
  @Test("a case sends the bytes of its request.http", arguments: cases)
  func request(of golden: GoldenCase) throws {
    let file = golden.folder.appending(path: "request.http")
    guard let expected = try? Data(contentsOf: file), let actual = golden.request() else { return }
    if ProcessInfo.processInfo.environment["PASARELA_RECORD"] == "1" {
      try actual.write(to: file)
    } else {
      #expect(
        String(decoding: actual, as: UTF8.self) == String(decoding: expected, as: UTF8.self),
        "\(golden.testDescription): if this is meant, record with PASARELA_RECORD=1 and review")
      #expect(actual == expected)
    }
  }

  @Test("a repeated delivery speaks of the same deposits", arguments: cases)
  func repeated(_ golden: GoldenCase) throws {
    guard let other = golden.json["same_deposits_as"]?.string else { return }
    let first = try #require(
      Self.cases.first { $0.provider == golden.provider && $0.name == other })
    func identities(_ golden: GoldenCase) throws -> [JSON] {
      let deposits = try golden.actual().at(pointer: "/report/deposits")?.array ?? []
      return deposits.compactMap { $0["identity"] }
    }
    #expect(try identities(golden) == identities(first))
    #expect(try !identities(golden).isEmpty)
  }

  @Test(
    "every registered provider has every required case", arguments: GoldenAccount.names
  )
  func coverage(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    let provider = account.provider()
    let covered = Dictionary(
      grouping: account.cases.flatMap { golden in golden.covers.map { ($0, golden) } }, by: \.0)
    for (tag, check) in RequiredCases.of(provider) {
      let cases = try #require(covered[tag], "\(name) needs a golden case that covers \(tag)")
      for (_, golden) in cases {
        #expect(check(golden), "\(golden.testDescription) covers \(tag), and does not show it")
      }
    }
    let pinned = account.cases.filter { (try? $0.message("request.http")) != nil }
    if let creator = provider as? any CreatesPayins {
      for method in creator.capabilities.keys {
        #expect(pinned.contains { $0.operation == "create" && $0.order.method == method })
      }
    }
    if provider is any Queryable { #expect(pinned.contains { $0.operation == "query" }) }
    if provider is any ListsOrders { #expect(pinned.contains { $0.operation == "list" }) }
    if provider is any AuthorizesCounterPayments {
      #expect(Set(pinned.map(\.operation)) == ["authorize", "reverse"])
    }
  }

  @Test(
    "a provider acknowledges exactly as it is expected to",
    arguments: GoldenAccount.names)
  func acknowledgement(_ name: String) throws {
    let account = try GoldenAccount.named(name)
    guard let provider = account.provider() as? any ReceivesCallbacks else { return }
    let expected = try #require(account.json["acknowledgement"])
    let actual: JSON = [
      "status": JSON(provider.acknowledgement.status),
      "content_type": .string(provider.acknowledgement.contentType),
      "body": .string(provider.acknowledgement.body),
    ]
    #expect(actual == expected)
  }
}

extension GoldenCase {
  func actual() throws -> JSON {
    let provider = settings.provider(provider)
    switch (operation, provider) {
    case ("create", let provider as any CreatesPayins):
      return GoldenOutcome.json(provider.createOutcome(try response(), order))
    case ("query", let provider as any Queryable):
      return GoldenOutcome.json(provider.queryOutcome(try response(), order))
    case ("list", let provider as any ListsOrders):
      return GoldenOutcome.json(provider.listOutcome(try response()), order)
    case ("callback", let provider as any ReceivesCallbacks):
      return GoldenOutcome.json(provider.read(try delivery()))
    case ("authorize", let provider as any AuthorizesCounterPayments),
      ("reverse", let provider as any AuthorizesCounterPayments):
      return try outcome(of: provider)
    default: throw GoldenFault("\(testDescription): no operation \(operation)")
    }
  }

  func request() -> Data? {
    let request: HTTPRequest? =
      switch (operation, settings.provider(provider)) {
      case ("create", let provider as any CreatesPayins): provider.createRequest(order, at: now)
      case ("query", let provider as any Queryable): provider.queryRequest(order, at: now)
      case ("list", let provider as any ListsOrders):
        provider.listRequest(created: order.createdAt...now, offset: 0)
      case (_, let provider as any AuthorizesCounterPayments): request(of: provider)
      default: nil
      }
    return request.map { request in
      let head = request.headers.map { "\($0.name): \($0.value)\n" }.joined()
      return Data("\(request.method) \(request.url) HTTP/1.1\n\(head)\n".utf8) + request.body
    }
  }
}
