import Foundation
import Payins
import Routing
import Testing

/// The accounts of the demo, as the shipped rules name them.
enum Demo {
  static let offers = [
    AccountOffer(
      account: "openpay-main", provider: "openpay",
      capabilities: [
        .store: capability(1...2_999_999, needs: [.name, .email]),
        .spei: capability(1...99_999_999_999),
      ]),
    AccountOffer(
      account: "cashypay-main", provider: "cashypay",
      capabilities: [
        .spei: capability(4000...1_500_000, granularity: 100, needs: [.name, .phone, .email])
      ]),
    AccountOffer(
      account: "smilepayz-main", provider: "smilepayz",
      capabilities: [.spei: capability(100...999_999_999)]),
  ]

  static let payer = Payer(name: "Ana Prueba", email: "ana@example.mx", phone: "+525512345678")

  static func capability(
    _ amounts: ClosedRange<Int64>, granularity: Int64 = 1, needs: [PayerField] = []
  ) -> Capability {
    Capability(
      amounts: amounts, granularity: granularity, requiredPayerFields: needs,
      expirySeconds: 600...2_592_000, instrumentSeconds: 86_400)
  }

  /// A file in the folder of shipped rules.
  static func shipped(_ name: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: "routing-rules/\(name)"), encoding: .utf8)
  }
}

extension RuleSet {
  /// A set of one file over the demo's accounts.
  init(_ text: String, offers: [AccountOffer] = Demo.offers) throws {
    try self.init(
      files: [RuleFile(name: "rules.json5", text: text)], offers: offers, version: "v1")
  }

  /// A set of one rule over the demo's accounts.
  init(when: String, route: String = "{ priority: ['openpay-main/spei'] }") throws {
    try self.init(
      """
      { rules: [ { name: 'only', when: "\(when)", route: \(route) } ],
        otherwise: { priority: ['openpay-main/store'] } }
      """)
  }

  /// A set with nothing but this route.
  init(route: String, fees: String = "{}", offers: [AccountOffer] = Demo.offers) throws {
    try self.init("{ otherwise: \(route), fees: \(fees) }", offers: offers)
  }
}

/// A question about a pay-in that every demo account can serve by SPEI.
func question(
  _ amount: Int64 = 15_000, method: Payins.Method? = .spei, payer: Payer = Demo.payer,
  metadata: [String: String] = [:], expiresIn: Int64? = nil, merchant: String = "demo",
  now: Instant = Instant(seconds: 1_767_636_000), id: String = "payin_0",
  health: [String: AccountHealth] = [:]
) -> RoutingQuestion {
  let metadata = metadata.sorted { $0.key < $1.key }.map { Metadatum(key: $0.key, value: $0.value) }
  return RoutingQuestion(
    request: PayinRequest(
      merchantReference: "order-1", amount: amount, method: method, description: "Two tickets",
      payer: payer, expiresIn: expiresIn, metadata: metadata),
    payin: PayinID(unchecked: id), merchant: merchant, now: now, health: health)
}

extension Decision {
  var targets: [String] { order.map(\.description) }
  var reasons: [String: String] {
    Dictionary(uniqueKeysWithValues: dropped.map { ($0.target.description, $0.reason.code) })
  }
}

/// The faults that files are refused with; empty where they are taken.
func faults(_ files: [(String, String)], offers: [AccountOffer] = Demo.offers) -> [String] {
  do {
    _ = try RuleSet(
      files: files.map { RuleFile(name: $0.0, text: $0.1) }, offers: offers, version: "v1")
    return []
  } catch {
    #expect(!error.faults.isEmpty)
    return error.faults.map(\.description)
  }
}

func faults(_ text: String) -> [String] { faults([("rules.json5", text)]) }
