import Payins
import Routing
import TestSupport

/// Makes rule sets and questions from a seed: mostly sensible, some with faults.
struct RandomRules {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  private mutating func one<Element>(of elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &random)]
  }

  private mutating func happens(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  // MARK: Rule files

  mutating func file() -> String {
    let rules = (0..<Int.random(in: 0...8, using: &random)).map { index in
      let name = happens(2) ? "twice" : "rule-\(index)"
      let retry = happens(20) ? ", retry: ['in_doubt', 'declined']" : ""
      return "{ name: '\(name)', when: \"\(condition(depth: 3))\", route: \(route())\(retry) },"
    }
    return """
      { rules: [
      \(rules.joined(separator: "\n"))
        ],
        otherwise: \(route()),
        fees: { 'openpay-main/store': { percent: 2.9, fixed: 250 },
                'openpay-main/spei': { percent: 0, fixed: \(amount() % 1000) },
                'cashypay-main/spei': { percent: 1, fixed: 0 },
                'smilepayz-main/spei': { percent: 1.2, fixed: 10 } } }
      """
  }

  private mutating func route() -> String {
    let tail = happens(40) ? ", then: [\(targets())]" : ""
    let strategy = one(of: ["priority", "cheapest", "healthiest", "split"])
    guard strategy == "split" else { return "{ \(strategy): [\(targets())]\(tail) }" }
    let weights = ["openpay-main/store", "cashypay-main/spei", "smilepayz-main/spei"].map {
      "'\($0)': \(Int.random(in: 0...60, using: &random))"
    }
    return "{ split: { \(weights.joined(separator: ", ")) }\(tail) }"
  }

  private mutating func targets() -> String {
    let known = [
      "openpay-main/store", "openpay-main/spei", "cashypay-main/spei", "smilepayz-main/spei",
    ]
    return (0...Int.random(in: 0...3, using: &random))
      .map { _ in happens(1) ? "'nobody/spei'" : "'\(one(of: known))'" }.joined(separator: ", ")
  }

  private mutating func condition(depth: Int) -> String {
    guard depth > 0, happens(70) else { return atom() }
    let left = condition(depth: depth - 1)
    switch Int.random(in: 0..<6, using: &random) {
    case 0, 1: return "(\(left)) && (\(condition(depth: depth - 1)))"
    case 2: return "(\(left)) || (\(condition(depth: depth - 1)))"
    case 3: return "!(\(left))"
    case 4: return "(\(left)) ? (\(condition(depth: depth - 1))) : \(atom())"
    default: return "[1, 2].exists(n, n == \(Int.random(in: 0...3, using: &random)) && (\(left)))"
    }
  }

  private mutating func atom() -> String {
    let comparison = one(of: ["<", "<=", ">", ">=", "==", "!="])
    switch Int.random(in: 0..<14, using: &random) {
    case 0...3: return "payin.amount \(comparison) \(amount())"
    case 4: return "\(amount()) \(comparison) payin.amount"
    case 5, 6: return "payin.method == '\(one(of: ["spei", "store", "SPEI"]))'"
    case 7: return one(of: ["has(payin.method)", "!has(payin.method)", "has(payin.expires_in)"])
    case 8: return "has(payin.payer.\(one(of: ["name", "email", "phone"])))"
    case 9: return "payin.metadata.tier == 'vip'"
    case 10: return one(of: ["has(payin.metadata.tier)", "payin.payer.email.endsWith('.mx')"])
    case 11: return one(of: ["accounts['openpay-main'].healthy", "accounts['x'].latency_ms > 5"])
    case 12: return "payin.amount % \(Int.random(in: 0...3, using: &random)) == 0"
    default: return one(of: ["true", "false", "hour(now, '-06:00') < 12", "payin.nothing == 1"])
    }
  }

  private mutating func amount() -> Int64 {
    one(of: [0, 1, 99, 100, 3999, 4000, 15_000, 15_050, 1_500_000, 1_500_001, 2_999_999, 3_000_000])
  }

  // MARK: Questions

  mutating func question() -> RoutingQuestion {
    var health: [String: AccountHealth] = [:]
    for offer in Demo.offers where happens(40) {
      health[offer.account] = AccountHealth(
        acceptsCreates: happens(70), successPermille: Int.random(in: 0...1000, using: &random),
        latencyMilliseconds: Int64.random(in: 0...5000, using: &random))
    }
    let payer = Payer(
      name: happens(60) ? "Ana" : nil, email: happens(60) ? "ana@example.mx" : nil,
      phone: happens(60) ? "+525512345678" : nil)
    return RoutingTests.question(
      max(1, amount()), method: one(of: [nil, .spei, .store]), payer: payer,
      metadata: happens(50) ? ["tier": one(of: ["vip", "new"])] : [:],
      expiresIn: happens(30) ? one(of: [1, 600, 3600, 9_999_999]) : nil,
      now: Instant(seconds: Int64.random(in: 0...2_000_000_000, using: &random)),
      id: "payin_\(UInt64.random(in: 0...UInt64.max, using: &random))", health: health)
  }

  // MARK: Damage

  /// A text with some of its characters changed, removed or doubled.
  mutating func damaged(_ text: String) -> String {
    var characters = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 1...4, using: &random) where !characters.isEmpty {
      let place = Int.random(in: characters.indices, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: characters.remove(at: place)
      case 1: characters[place] = one(of: Array("{}[]:,'\"\\0x-.é\u{2028}".unicodeScalars))
      case 2: characters.insert(one(of: characters), at: place)
      default:
        let end = min(place + Int.random(in: 1...200, using: &random), characters.count)
        characters.removeSubrange(place..<end)
      }
    }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: characters)
    return String(view)
  }
}
