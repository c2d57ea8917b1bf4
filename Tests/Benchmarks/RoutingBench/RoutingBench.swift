import Payins
import Routing

/// Microseconds for a decision over so many rules of which the last one matches, and nanoseconds
/// for each simple condition.
@main
enum RoutingBench {
  private static let accounts = ["a-main", "b-main", "c-main"]

  static func main() throws {
    let capability = Capability(
      amounts: 100...10_000_000, expirySeconds: 60...86_400, instrumentSeconds: 86_400,
      showsRepeatedPayments: false)
    let offers = accounts.map {
      AccountOffer(account: $0, provider: "openpay", capabilities: [.spei: capability])
    }
    let question = RoutingQuestion(
      request: PayinRequest(
        merchantReference: "order-1", amount: 15_000, method: .spei, description: "Two tickets",
        metadata: [Metadatum(key: "tier", value: "gold")]),
      payin: PayinID(unchecked: "payin_01m7xyj9a1n02ec47059d5rnww"), merchant: "shop",
      now: Instant(milliseconds: 1_780_000_000_000))
    print("rules   us/decision   ns/rule")
    for count in [10, 100, 1_000, 10_000] {
      let set = try RuleSet(
        files: [RuleFile(name: "bench.json5", text: rules(count))], offers: offers,
        version: "bench")
      let turns = max(20, 200_000 / count)
      let clock = ContinuousClock()
      var kept = 0
      let took = clock.measure {
        for _ in 0..<turns { kept += set.decide(question).candidates.count }
      }
      let nanoseconds =
        Int(took.components.seconds) * 1_000_000_000
        + Int(took.components.attoseconds / 1_000_000_000)
      let each = nanoseconds / turns
      print(
        pad(count, 5), pad(each / 1000, 11) + "." + String(each % 1000 / 100), pad(each / count, 9))
      precondition(kept == turns * 3)
    }
  }

  private static func rules(_ count: Int) -> String {
    let conditions = [
      "payin.amount > 99\(0)00", "payin.metadata['tier'] == 'silver'",
      "payin.method == 'store' && payin.amount < 1000", "payin.currency != 'MXN'",
    ]
    let list = (0..<count - 1).map { index in
      #"{ name: "r\#(index)", when: "\#(conditions[index % 4])", "#
        + #"route: { priority: ["a-main/spei"] } }"#
    }
    return """
      { rules: [ \(list.joined(separator: ",\n")),
          { name: "last", when: "payin.method == 'spei'",
            route: { split: { "a-main/spei": 50, "b-main/spei": 50 }, then: ["c-main/spei"] } } ],
        otherwise: { priority: ["a-main/spei"] } }
      """
  }

  private static func pad(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
