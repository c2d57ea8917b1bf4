import HTTPCalling
import JSONText
import Payins
import TestSupport
import Testing

@testable import Providers

/// Damaged answers and deliveries, seeded: nothing crashes, and nothing credits other money.
@Suite("mutations")
struct MutationTests {
  static let rounds = Campaign.rounds(60)
  static let answers = GoldenTests.cases.filter { $0.operation != "callback" }
  static let deliveries = GoldenTests.cases.filter { $0.operation == "callback" }

  @Test("a damaged answer neither crashes nor declines an order that may exist", arguments: answers)
  func answer(_ golden: GoldenCase) throws {
    guard let provider = golden.settings.provider(golden.provider) as? any Queryable else { return }
    let response = try golden.response()
    var random = SeededRandom(seed: 4)
    for _ in 0..<Self.rounds {
      var damaged = response
      damaged.body = Damage.make(response.body, with: &random)
      let created = provider.createOutcome(damaged, golden.order)
      if golden.covers.contains(where: { $0.hasPrefix("created") }) || response.status >= 500 {
        #expect(
          created.label == "accepted" || created.label == "in_doubt", "\(golden.testDescription)")
      }
      guard case .found(let report) = provider.queryOutcome(damaged, golden.order) else { continue }
      // The order's own deposit has the order's amount, or the answer is a mismatch.
      if report.status == .paid {
        #expect(report.deposits.allSatisfy { $0.amount == golden.order.amount })
        #expect(!report.deposits.isEmpty, "\(golden.testDescription)")
        // What was repaired tells no deposit from another.
        #expect(report.deposits.allSatisfy { $0.identity.utf8.allSatisfy { $0 < 0x80 } })
      }
    }
  }

  /// Answers that are about the order. Money that came beside it has whatever amount it has.
  static let ofTheOrder = answers.filter { golden in
    guard let provider = golden.settings.provider(golden.provider) as? any Queryable,
      let response = try? golden.response(),
      !String(decoding: response.body, as: UTF8.self).contains("\"PATCH\"")
    else { return false }
    if case .accepted = provider.createOutcome(response, golden.order) { return true }
    if case .found = provider.queryOutcome(response, golden.order) { return true }
    return false
  }

  @Test(
    "every provider that can be asked has an answer about its order", arguments: GoldenAccount.names
  )
  func hasAnswers(_ name: String) throws {
    guard try GoldenAccount.named(name).provider() is any Queryable else { return }
    #expect(Self.ofTheOrder.contains { $0.provider == name })
  }

  @Test(
    "an answer about an order that is a centavo more or less is not ours", arguments: ofTheOrder)
  func otherAmount(_ golden: GoldenCase) throws {
    guard let provider = golden.settings.provider(golden.provider) as? any Queryable else { return }
    let response = try golden.response()
    for difference in [-1, 1] as [Int64] {
      var order = golden.order
      order.amount += difference
      if case .accepted = provider.createOutcome(response, golden.order) {
        #expect(provider.createOutcome(response, order).label == "in_doubt")
      }
      if case .found = provider.queryOutcome(response, golden.order) {
        #expect(provider.queryOutcome(response, order).label == "mismatch")
      }
    }
  }

  @Test("a delivery with a damaged body credits nothing", arguments: deliveries)
  func body(_ golden: GoldenCase) throws {
    guard let provider = golden.settings.provider(golden.provider) as? any ReceivesCallbacks
    else { return }
    let delivery = try golden.delivery()
    var random = SeededRandom(seed: 5)
    for _ in 0..<Self.rounds {
      var damaged = delivery
      damaged.body = Damage.make(delivery.body, with: &random)
      guard damaged.body != delivery.body else { continue }
      if case .notice(let notice) = provider.read(damaged) {
        #expect(!notice.grade.creditsMoney, "\(golden.testDescription)")
      }
    }
  }

  @Test("a delivery with a damaged signature is forged", arguments: deliveries)
  func signature(_ golden: GoldenCase) throws {
    guard let provider = golden.settings.provider(golden.provider) as? any ReceivesCallbacks
    else { return }
    let signed = try GoldenAccount.named(golden.provider).json["signed_headers"]?.array ?? []
    #expect(!signed.isEmpty)
    let delivery = try golden.delivery()
    var random = SeededRandom(seed: 6)
    for name in signed.compactMap(\.string) {
      guard let index = delivery.headers.firstIndex(where: { $0.name == name }) else { continue }
      // Where what is signed cannot be read, no signature can be judged.
      let isUnjudged = golden.json["signature_cannot_be_judged"] == true
      for _ in 0..<Self.rounds {
        var damaged = delivery
        damaged.headers[index].value = Damage.word(delivery.headers[index].value, with: &random)
        let reading = provider.read(damaged)
        #expect(
          isUnjudged ? reading.isMalformed : reading.isForged,
          "\(golden.testDescription) \(damaged.headers[index].value)")
      }
      var without = delivery
      without.headers.remove(at: index)
      #expect(provider.read(without).isForged)
      var twice = delivery
      twice.headers.append(delivery.headers[index])
      #expect(provider.read(twice).isForged)
    }
  }

  @Test("a delivery signed with another key is forged", arguments: deliveries)
  func otherKey(_ golden: GoldenCase) throws {
    let account = try GoldenAccount.named(golden.provider)
    let others = try #require(account.json["other_secrets"]?.object)
    var settings = golden.settings
    settings.settings = settings.settings.merged(with: others)
    guard let provider = settings.provider(golden.provider) as? any ReceivesCallbacks,
      !["forged", "malformed"].contains(golden.expected["reading"]),
      golden.json["settings"]?["platform_public_key"] == nil
    else { return }
    #expect(provider.read(try golden.delivery()).isForged, "\(golden.testDescription)")
  }
}

extension CallbackReading {
  fileprivate var isForged: Bool {
    if case .forged = self { true } else { false }
  }

  fileprivate var isMalformed: Bool {
    if case .malformed = self { true } else { false }
  }
}

enum Damage {
  /// One byte changed, dropped or put in, or the end cut off.
  static func make(_ bytes: [UInt8], with random: inout SeededRandom) -> [UInt8] {
    var damaged = bytes
    guard let place = bytes.indices.randomElement(using: &random) else { return [0x7B] }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: damaged[place] = .random(in: .min ... .max, using: &random)
    case 1: damaged.remove(at: place)
    case 2: damaged.insert(.random(in: .min ... .max, using: &random), at: place)
    case 3:
      damaged[place] = Array("0123456789\"{}[],:.-eE ".utf8).randomElement(using: &random) ?? 0x30
    default: damaged.removeSubrange(place...)
    }
    return damaged
  }

  /// One letter or digit behind the first six characters (a scheme's name) becomes another, and not
  /// merely in another case.
  static func word(_ text: String, with random: inout SeededRandom) -> String {
    var bytes = Array(text.utf8)
    let places = bytes.indices.dropFirst(6).filter { bytes[$0] != UInt8(ascii: "=") }
    guard let place = places.randomElement(using: &random) else { return text + "0" }
    bytes[place] = bytes[place] == UInt8(ascii: "7") ? UInt8(ascii: "3") : UInt8(ascii: "7")
    return String(decoding: bytes, as: UTF8.self)
  }
}
