import Payins
import Testing

@testable import Gateway

/// The breaker as a value: what happens to it at which time, and what it lets through then.
@Suite("a breaker")
struct BreakerTests {
  enum Event {
    /// A call is to go. Whether it may.
    case asks(Bool)
    /// A call that goes, and what comes of it.
    case fails, succeeds, refuses, withdrawn
    /// As above, of a call that was let through before its state changed.
    case failsLate, succeedsLate, refusesLate, withdrawnLate
    /// What it shows itself as, and seconds until it is half open.
    case stands(Breaker.State, Int64?)
  }

  struct Row: CustomTestStringConvertible {
    var testDescription: String
    /// With milliseconds since the start.
    var events: [(Int64, Event)]

    init(_ words: String, _ events: [(Int64, Event)]) {
      testDescription = words
      self.events = events
    }
  }

  private static func times(_ count: Int, _ event: Event, at: Int64 = 0) -> [(Int64, Event)] {
    Array(repeating: (at, event), count: count)
  }

  private static let opened = times(5, .fails)
  private static let refused = times(3, .refuses)

  static let rows = [
    Row("is closed at first", [(0, .stands(.closed, nil)), (0, .asks(true)), (0, .asks(true))]),
    Row("stays closed with four failures", times(4, .fails) + [(0, .stands(.closed, nil))]),
    Row("opens with the fifth failure", opened + [(0, .stands(.open, 5)), (0, .asks(false))]),
    Row(
      "stays closed where a success came between",
      times(4, .fails) + [(0, .succeeds)] + times(4, .fails) + [(0, .stands(.closed, nil))]),
    Row(
      "counts failures however far apart",
      (0..<5).map { ($0 * 3_600_000, .fails) } + [(14_400_000, .stands(.open, 5))]),
    Row("stays closed with two refusals", times(2, .refuses) + [(0, .stands(.closed, nil))]),
    Row("opens with the third refusal, for a minute", refused + [(0, .stands(.open, 60))]),
    Row(
      "counts refusals and failures apart",
      times(2, .refuses) + times(4, .fails) + [(0, .stands(.closed, nil))]),
    Row(
      "says how long until it is half open, rounded up",
      opened + [
        (1, .stands(.open, 5)), (1000, .stands(.open, 4)), (4001, .stands(.open, 1)),
        (4999, .stands(.open, 1)), (5000, .stands(.halfOpen, nil)),
      ]),
    Row(
      "lets one through when half open",
      opened + [(4999, .asks(false)), (5000, .asks(true)), (5000, .asks(false))]),
    Row(
      "waits for that one however long it takes",
      opened + [(5000, .asks(true)), (500_000, .asks(false))]),
    Row(
      "lets another through where that one was not made",
      opened + [(5000, .withdrawn), (5000, .asks(true)), (5000, .asks(false))]),
    Row(
      "closes with its success, and begins anew",
      opened + [(5000, .succeeds), (5000, .stands(.closed, nil))] + times(4, .fails, at: 5000)
        + [(5000, .stands(.closed, nil)), (5000, .fails), (5000, .stands(.open, 5))]),
    Row(
      "opens with its failure, twice as long each time, a minute at most",
      opened + [
        (5000, .fails), (5000, .stands(.open, 10)), (15_000, .fails), (15_000, .stands(.open, 20)),
        (35_000, .fails), (35_000, .stands(.open, 40)), (75_000, .fails),
        (75_000, .stands(.open, 60)),
        (135_000, .fails), (135_000, .stands(.open, 60)),
      ]),
    Row(
      "opens for a minute each time where we are refused",
      refused + [
        (60_000, .refuses), (60_000, .stands(.open, 60)), (120_000, .refuses),
        (120_000, .stands(.open, 60)),
      ]),
    Row(
      "lengthens a failure's pause from where failures left it",
      opened + [
        (5000, .refuses), (5000, .stands(.open, 60)), (65_000, .fails),
        (65_000, .stands(.open, 10)),
      ]),
    Row(
      "hears nothing of failures that come late",
      opened + [(1000, .failsLate), (1000, .refusesLate), (1000, .stands(.open, 4))]),
    Row(
      "hears nothing of a success that comes late",
      opened + [(1000, .succeedsLate), (1000, .stands(.open, 4)), (5000, .stands(.halfOpen, nil))]),
    Row(
      "keeps its one place from those that come late",
      opened + [(5000, .asks(true)), (5000, .withdrawnLate), (5000, .asks(false))]),
  ]

  @Test("is closed, open and half open when it should be", arguments: rows)
  func lives(_ row: Row) {
    var breaker = Breaker()
    for (milliseconds, event) in row.events {
      let now = SteppedClock.start.adding(milliseconds: milliseconds)
      let era = breaker.era
      /// Of a call that goes now; half open takes the place.
      func call(_ outcome: (inout Breaker) -> Void) {
        let isLet = breaker.admit(at: now)
        #expect(isLet, "\(milliseconds) ms: it lets nothing through")
        outcome(&breaker)
      }
      switch event {
      case .asks(let isAllowed):
        #expect(breaker.allows(at: now) == isAllowed, "at \(milliseconds) ms")
        let isLet = breaker.admit(at: now)
        #expect(isLet == isAllowed, "at \(milliseconds) ms")
      case .stands(let state, let seconds):
        #expect(breaker.state(at: now) == state, "at \(milliseconds) ms")
        #expect(breaker.secondsUntilHalfOpen(at: now) == seconds, "at \(milliseconds) ms")
        #expect(breaker.state(at: now) != .open || !breaker.allows(at: now))
      case .fails: call { $0.failed(of: era, at: now) }
      case .succeeds: call { $0.succeeded(of: era) }
      case .refuses: call { $0.unauthorized(of: era, at: now) }
      case .withdrawn: call { $0.withdrawn(of: era) }
      case .failsLate: breaker.failed(of: era - 1, at: now)
      case .succeedsLate: breaker.succeeded(of: era - 1)
      case .refusesLate: breaker.unauthorized(of: era - 1, at: now)
      case .withdrawnLate: breaker.withdrawn(of: era - 1)
      }
    }
  }
}

/// A token bucket as a value: at which time how many are taken.
@Suite("rate tokens")
struct RateTokenTests {
  enum Event {
    /// So many are asked for, of which so many are there.
    case take(Int, of: Int)
    case giveBack(Int)
    case available(Int)
  }

  struct Row: CustomTestStringConvertible {
    var testDescription: String
    var perSecond: Int64
    var burst: Int64?
    /// With milliseconds since the start.
    var events: [(Int64, Event)]

    init(
      _ words: String, _ perSecond: Int64, burst: Int64? = nil, _ events: [(Int64, Event)]
    ) {
      testDescription = words
      (self.perSecond, self.burst, self.events) = (perSecond, burst, events)
    }
  }

  static let rows = [
    Row("a second's worth is there at first", 3, [(0, .available(3)), (0, .take(3, of: 9))]),
    Row("a burst is there at first", 3, burst: 10, [(0, .take(10, of: 20))]),
    Row(
      "they come evenly", 4,
      [
        (0, .take(4, of: 4)), (249, .take(0, of: 1)), (250, .take(1, of: 2)),
        (499, .take(0, of: 1)), (500, .take(1, of: 2)), (1000, .take(2, of: 3)),
      ]),
    Row(
      "parts of one are kept from look to look", 1,
      [(0, .take(1, of: 1))] + (1..<10).map { ($0 * 100, .take(0, of: 1)) }
        + [(1000, .take(1, of: 2))]),
    Row(
      "no more gather than a second's worth", 2,
      [(0, .take(2, of: 2)), (3_600_000, .available(2)), (3_600_000, .take(2, of: 9))]),
    Row(
      "no more gather than a burst", 100, burst: 5,
      [(0, .take(5, of: 5)), (50, .available(5)), (1000, .take(5, of: 9))]),
    Row(
      "a burst takes as long to gather as it has", 1, burst: 3,
      [(0, .take(3, of: 3)), (2000, .available(2)), (3000, .available(3))]),
    Row(
      "one that is given back is there at once", 2,
      [(0, .take(2, of: 2)), (0, .giveBack(1)), (0, .take(1, of: 2))]),
    Row(
      "no more are given back than there is room for", 2, [(0, .giveBack(5)), (0, .available(2))]),
    Row(
      "time that goes back takes none away, and brings none twice", 2,
      [
        (1000, .take(2, of: 2)), (0, .available(0)), (0, .take(0, of: 1)), (1499, .take(0, of: 1)),
        (1500, .take(1, of: 2)),
      ]),
  ]

  @Test("are there when they should be", arguments: rows)
  func lives(_ row: Row) {
    let start = SteppedClock.start
    var tokens = TokenBucket(perSecond: row.perSecond, burst: row.burst, at: start)
    for (milliseconds, event) in row.events {
      let now = start.adding(milliseconds: milliseconds)
      switch event {
      case .take(let taken, let asked):
        let left = tokens.available(at: now)
        let count = (0..<asked).count { _ in tokens.take(at: now) }
        #expect(count == taken && left == taken, "at \(milliseconds) ms")
      case .giveBack(let count): for _ in 0..<count { tokens.giveBack() }
      case .available(let count):
        #expect(tokens.available(at: now) == count, "at \(milliseconds) ms")
      }
    }
  }
}
