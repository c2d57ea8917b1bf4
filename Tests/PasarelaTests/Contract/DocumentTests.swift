import CounterPayments
import Foundation
import Gateway
import HTTPServing
import JSONText
import MerchantAPI
import Payins
import Testing

@testable import pasarela

/// openapi/pasarela.json against the code, without a running gateway.
@Suite("the OpenAPI document")
struct DocumentTests {
  let contract = Contract.standing

  @Test("names every route that is served, and no other")
  func routes() async throws {
    let place = try Workplace()
    try place.write(
      "{ rules: [], otherwise: { priority: [\"openpay-main/spei\"] } }", to: "rules/a.json5")
    let configuration = try Configuration.read(
      """
      { store: "sqlite:\(place.path)/p.db", rules: "\(place.path)/rules",
        provider_accounts: [ {\(ConfigurationFaultTests.account)} ] }
      """, file: "test", folder: place.path, environment: [:])
    let application = try await Application(
      configuration, log: Log(level: .error, time: SystemTime()) { _ in })
    let served = Set(
      application.api.everybody.routes.map {
        Contract.Operation(method: $0.method.rawValue, template: $0.template)
      })
    let documented = Set(contract.operations.keys)
    #expect(served.subtracting(documented).isEmpty)
    #expect(documented.subtracting(served).isEmpty)
    #expect(served.count > 10)
  }

  @Test("a list of words that the code has, too, has the same words")
  func words() {
    let told = Set(CounterPaymentStatus.allCases.map(\.told))
    let sets: [Set<String>] = [
      Set(PublishedEvent.allCases.map(\.rawValue)), Set(WebhookEndpoint.patterns),
      Set(PayinStatus.allCases.map(\.rawValue)), Set(Method.allCases.map(\.rawValue)), told,
      Set(Breaker.State.allCases.map(\.rawValue)),
      Set(Alert.allCases.filter(\.isDiscrepancy).map(\.rawValue) + ["unknown_order"]),
      Set(RetryOutcome.allCases.map(\.rawValue)), Set(OperationKind.allCases.map(\.rawValue)),
    ]
    var met: Set<Set<String>> = []
    walk(contract.document) { node in
      guard let listed = node["enum"]?.array?.compactMap(\.string), listed.count > 1 else { return }
      let words = Set(listed)
      let near = sets.filter { $0.intersection(words).count > 1 }
      guard !near.isEmpty, !Self.otherWords.contains(words) else { return }
      #expect(near.contains(words), "\(words.sorted())")
      met.insert(words)
    }
    for set in sets { #expect(met.contains(set), "nowhere in the document: \(set.sorted())") }
  }

  /// Of the payer's page, which tells more than the status.
  private static let otherWords: Set<Set<String>> = [
    [
      "waiting", "partly_paid", "paid", "past_time", "expired", "ended", "cancelled", "preparing",
      "in_doubt",
    ]
  ]

  @Test("every example in it keeps to its own schema")
  func examples() {
    var check = SchemaCheck(document: contract.document)
    var seen = 0
    walk(contract.document) { node in
      guard let schema = node["schema"] else { return }
      let examples =
        (node["example"].map { [$0] } ?? [])
        + (node["examples"]?.object?.members.compactMap { check.resolved($0.value)?["value"] }
          ?? [])
      for example in examples {
        check.check(example, schema)
        seen += 1
      }
    }
    #expect(check.faults.isEmpty)
    #expect(seen > 50)
  }

  @Test("every reference leads somewhere and every component is used")
  func references() {
    var used: Set<String> = []
    let check = SchemaCheck(document: contract.document)
    walk(contract.document) { node in
      guard let text = node["$ref"]?.string else { return }
      #expect(check.reference(text) != nil, "\(text)")
      used.insert(text)
    }
    for (kind, parts) in contract.document["components"]?.object?.members ?? []
    where kind != "securitySchemes" {
      for name in parts.object?.keys ?? [] {
        #expect(used.contains("#/components/\(kind)/\(name)"), "\(name) is not used")
      }
    }
  }

  @Test("every code that is answered is in it, and every code in it is answered")
  func codes() throws {
    let documented = contract.document["components"]?["schemas"]?["Problem"]?["properties"]?["code"]
    let known = Set(documented?["enum"]?.array?.compactMap(\.string) ?? [])
    var answered: Set<String> = []
    for module in ["HTTPServing", "MerchantAPI"] {
      let folder = Workplace.project.appending(path: "Sources/\(module)").path
      for name in try FileManager.default.subpathsOfDirectory(atPath: folder)
      where name.hasSuffix(".swift") {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        answered.formUnion(text.matches(of: /code: "([a-z_]+)"/).map { String($0.1) })
      }
    }
    #expect(answered == known)
  }

  @Test("the table of codes that people read names each, under a status that it is answered with")
  func tableOfCodes() throws {
    let schemas = contract.document["components"]?["schemas"]
    let codes = schemas?["Problem"]?["properties"]?["code"]?["enum"]?.array ?? []
    let text = try #require(contract.document["info"]?["description"]?.string)
    var statuses: [String: String] = [:]
    for line in text.split(separator: "\n") {
      guard let row = line.wholeMatch(of: /\| (\d{3}) \| (.+) \|/) else { continue }
      for code in row.2.matches(of: /`([a-z_]+)`/) {
        #expect(statuses.updateValue(String(row.1), forKey: String(code.1)) == nil, "\(code.1)")
      }
    }
    #expect(Set(statuses.keys) == Set(codes.compactMap(\.string)))
    for response in contract.document["components"]?["responses"]?.object?.members ?? [] {
      walk(response.value) { node in
        guard let code = node["code"]?["enum"]?.array, let status = node["status"]?["enum"]?.array
        else { return }
        for code in code.compactMap(\.string) {
          #expect(statuses[code].map { [$0] } == status.compactMap { $0.int64.map(String.init) })
        }
      }
    }
  }

  @Test("every operation has an id of its own, a summary and a tag that is declared")
  func operations() {
    let tags = Set(contract.document["tags"]?.array?.compactMap { $0["name"]?.string } ?? [])
    var ids: Set<String> = []
    for (place, operation) in contract.operations {
      let isNew = ids.insert(operation["operationId"]?.string ?? "").inserted
      #expect(isNew, "\(place)")
      #expect(operation["summary"]?.string?.isEmpty == false, "\(place)")
      #expect(operation["tags"]?.array?.allSatisfy { tags.contains($0.string ?? "") } == true)
    }
  }

  private func walk(_ json: JSON, _ visit: (JSON) -> Void) {
    visit(json)
    for (_, member) in json.object?.members ?? [] { walk(member, visit) }
    for item in json.array ?? [] { walk(item, visit) }
  }
}
