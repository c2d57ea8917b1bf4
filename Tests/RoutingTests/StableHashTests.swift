import Payins
import Testing

@testable import Routing

@Suite("Chance by pay-in id")
struct StableHashTests {
  /// These numbers never change: a pay-in that is routed again goes where it went before.
  @Test("is fixed for ever")
  func vectors() {
    let ids = [
      "", "payin_0", "payin_01jz0000000000000000000000", "payin_01jz0000000000000000000001",
    ]
    let values = ids.map { StableHash($0).value(for: .split) }
    #expect(
      values == [
        14_087_677_454_934_409_008,
        10_988_960_310_711_007_551,
        7_755_256_380_889_888_018,
        12_144_495_125_443_583_772,
      ])
    #expect(StableHash("payin_0").value(for: .explore) == 14_985_976_300_766_208_636)
    #expect(StableHash("payin_0").value(for: .explored) == 4_112_883_172_109_593_816)
    #expect(ids.map { StableHash($0).draw(100, for: .split) } == [76, 59, 42, 65])
  }

  @Test("draws within the bound, and nothing without one")
  func bounds() {
    for bound: Int64 in [1, 2, 3, 100, .max] {
      for number in 0..<200 {
        let draw = StableHash("payin_\(number)").draw(bound, for: .split)
        #expect(draw >= 0 && draw < bound)
      }
    }
    #expect(StableHash("payin_0").draw(0, for: .split) == 0)
    #expect(StableHash("payin_0").draw(-5, for: .split) == 0)
  }

  @Test("is even over ids that follow each other, and differs by purpose")
  func spread() {
    var counts = [Int](repeating: 0, count: 10)
    var same = 0
    for number in 0..<10_000 {
      let hash = StableHash(PayinID(unchecked: "payin_01jz00000000000000000\(number)"))
      counts[Int(hash.draw(10, for: .split))] += 1
      if hash.draw(10, for: .split) == hash.draw(10, for: .explore) { same += 1 }
    }
    #expect(counts.allSatisfy { (880...1120).contains($0) })
    #expect((880...1120).contains(same))
  }

  @Test("leaves tests in rule files without exploration")
  func testsDoNotExplore() throws {
    let rules = try RuleSet(
      route: "{ healthiest: ['openpay-main/spei', 'smilepayz-main/spei'] }")
    let decision = rules.decide(question(id: RuleTestDefaults.payin.text))
    #expect(decision.targets == ["openpay-main/spei", "smilepayz-main/spei"])
    #expect(PayinID(RuleTestDefaults.payin.text) != nil)
  }
}
