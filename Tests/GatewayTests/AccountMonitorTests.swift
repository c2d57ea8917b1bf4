import Payins
import Routing
import Testing

@testable import Gateway

/// How an account fares: what its calls come to, as health, routing and the breaker see it.
@Suite("an account's condition")
struct AccountMonitorTests {
  private let monitor = AccountMonitor(limits: AccountLimits())
  private let start = Instant(seconds: 1_780_000_000)

  private func permit(
    _ operation: AccountMonitor.Operation = .create, at now: Instant
  ) -> CallPermit? {
    guard case .admitted(let permit) = monitor.admit(operation, at: now) else {
      Issue.record("no permit")
      return nil
    }
    return permit
  }

  private func isOpen(at now: Instant, _ monitor: AccountMonitor? = nil) -> Bool {
    if case .breakerOpen = (monitor ?? self.monitor).admit(.create, at: now) { true } else { false }
  }

  private func isFull(
    _ operation: AccountMonitor.Operation, at now: Instant, _ monitor: AccountMonitor? = nil
  ) -> Bool {
    if case .tooManyCalls = (monitor ?? self.monitor).admit(operation, at: now) {
      true
    } else {
      false
    }
  }

  private func call(
    _ operation: AccountMonitor.Operation, _ verdict: CallVerdict, afterSeconds seconds: Int64 = 0
  ) -> AccountCondition? {
    let now = start.adding(seconds: seconds)
    guard let permit = permit(operation, at: now) else { return nil }
    return monitor.finished(permit, milliseconds: 1, verdict: verdict, at: now)
  }

  @Test("an account that was never called has no success rate")
  func unused() {
    #expect(monitor.snapshot(at: start).successPermille == nil)
    _ = call(.create, .answered)
    #expect(monitor.snapshot(at: start).successPermille == 1000)
  }

  @Test("a permit that is not used costs nothing of the rate, and neither does an open breaker")
  func givenBack() {
    let monitor = AccountMonitor(limits: AccountLimits(rate: 2))
    for _ in 0..<10 {
      guard case .admitted = monitor.admit(.create, at: start) else {
        Issue.record("no permit")
        return
      }
    }
    for _ in 0..<2 {
      guard case .admitted(let permit) = monitor.admit(.create, at: start) else {
        Issue.record("the rate is used up")
        return
      }
      _ = monitor.finished(permit, milliseconds: 1, verdict: .unauthorized("no"), at: start)
    }
    #expect(isFull(.create, at: start, monitor))
    let later = start.adding(seconds: 1)
    guard case .admitted(let permit) = monitor.admit(.create, at: later) else {
      Issue.record("no permit")
      return
    }
    _ = monitor.finished(permit, milliseconds: 1, verdict: .unauthorized("no"), at: later)
    for _ in 0..<10 { #expect(isOpen(at: later, monitor)) }
    #expect(monitor.room(for: .create, at: later) > 0)
  }

  @Test("refused credentials open the breaker at the third, for a minute and never longer")
  func refusedCreates() {
    for number in 1...3 {
      let changed = call(.create, .unauthorized("no"))
      #expect((changed?.reason == .unauthorized) == (number == 3))
    }
    for pause in 0..<3 as Range<Int64> {
      let open = start.adding(seconds: pause * 60 + 59)
      #expect(isOpen(at: open))
      #expect(monitor.secondsUntilOpen(at: open) == 1)
      // One look, and closed again for as long.
      _ = call(.create, .unauthorized("no"), afterSeconds: pause * 60 + 60)
    }
    let after = call(.create, .answered, afterSeconds: 240)
    #expect(after == .well && monitor.health(at: start.adding(seconds: 240)).acceptsCreates)
  }

  @Test("refused queries are told, and leave creates as they are")
  func refusedQueries() {
    for _ in 0..<10 { _ = call(.query, .unauthorized("no")) }
    #expect(monitor.snapshot(at: start).condition.reason == .unauthorized)
    #expect(monitor.snapshot(at: start).condition.status == .fail)
    #expect(monitor.health(at: start).acceptsCreates)
    // A create that goes through says nothing of queries.
    _ = call(.create, .answered)
    #expect(monitor.snapshot(at: start).condition.reason == .unauthorized)
    #expect(call(.query, .answered) == .well)
  }

  @Test("queries without a usable answer are a warning, and a failure after five minutes")
  func unanswered() {
    for verdict in [
      CallVerdict.failed("unreadable"), .answeredUnclassed(word: "W"), .failed("timeout"),
    ] {
      _ = call(.query, verdict)
    }
    #expect(monitor.snapshot(at: start).condition.status == .warn)
    #expect(monitor.snapshot(at: start.adding(seconds: 299)).condition.status == .warn)
    let late = start.adding(seconds: 300)
    #expect(monitor.snapshot(at: late).condition.status == .fail)
    #expect(monitor.snapshot(at: late).condition.reason == .unanswered)
    #expect(call(.query, .answered, afterSeconds: 301) == .well)
  }

  @Test("words that nobody classed are kept with their counts, the newest of too many")
  func words() {
    for number in 0..<40 { _ = call(.create, .answeredUnclassed(word: "W\(number)")) }
    _ = call(.create, .answeredUnclassed(word: "W20"))
    let words = monitor.snapshot(at: start).unclassedWords
    #expect(words.count == 32 && words.first?.word == "W8")
    #expect(words.last?.word == "W20" && words.last?.count == 2)
  }

  @Test("the fifth failure in a row opens the breaker; a success in between begins anew")
  func failures() throws {
    for number in 1...9 {
      _ = call(.create, number == 5 ? .answered : .failed("timeout"))
      #expect(monitor.health(at: start).acceptsCreates)
    }
    _ = call(.create, .failed("timeout"))
    #expect(!monitor.health(at: start).acceptsCreates)
    // Twice as long with every look that fails, up to a minute.
    var now = start
    for pause in [5, 10, 20, 40, 60, 60] as [Int64] {
      #expect(isOpen(at: now.adding(seconds: pause - 1)))
      now = now.adding(seconds: pause)
      let permit = try #require(self.permit(.create, at: now))
      _ = monitor.finished(permit, milliseconds: 1, verdict: .failed("timeout"), at: now)
    }
  }

  @Test("failing queries leave creates as they are")
  func failingQueries() {
    for _ in 0..<10 { _ = call(.query, .failed("timeout")) }
    #expect(monitor.health(at: start).acceptsCreates)
  }

  @Test("the half-open breaker lets one look through; one that is not taken leaves its place")
  func probe() {
    for _ in 1...5 { _ = call(.create, .failed("timeout")) }
    let now = start.adding(seconds: 5)
    var permit = self.permit(.create, at: now)
    #expect(permit != nil)
    #expect(isOpen(at: now))
    permit = nil
    #expect(monitor.health(at: now).acceptsCreates)
    #expect(call(.create, .answered, afterSeconds: 5) == .well)
    #expect(
      monitor.snapshot(at: now).breaker == .closed && monitor.snapshot(at: now).openCalls == 0)
  }

  @Test("calls that were under way when the breaker opened neither lengthen its pause nor end it")
  func overhang() throws {
    let permits = (0..<16).compactMap { _ in permit(at: start) }
    let closing = try #require(self.permit(at: start))
    for (number, permit) in permits.enumerated() {
      let late = start.adding(milliseconds: Int64(number))
      _ = monitor.finished(permit, milliseconds: 1, verdict: .failed("timeout"), at: late)
    }
    _ = monitor.finished(
      closing, milliseconds: 1, verdict: .answered, at: start.adding(milliseconds: 20))
    // The fifth failure opened it, five seconds long.
    #expect(monitor.secondsUntilOpen(at: start.adding(milliseconds: 4)) == 5)
    let halfOpen = start.adding(milliseconds: 5004)
    let probe = try #require(self.permit(at: halfOpen))
    // One that comes back this late frees the probe's place as little.
    #expect(self.permit(.query, at: halfOpen) != nil)
    #expect(isOpen(at: halfOpen))
    _ = monitor.finished(probe, milliseconds: 1, verdict: .answered, at: halfOpen)
    #expect(monitor.snapshot(at: halfOpen).breaker == .closed)
  }

  @Test("a provider that asks to be left alone is asked nothing meanwhile")
  func quiet() {
    monitor.quieten(forSeconds: 7, at: start)
    let before = start.adding(milliseconds: 6999)
    for operation in AccountMonitor.Operation.allCases {
      #expect(isFull(operation, at: before))
      #expect(monitor.room(for: operation, at: before) == 0)
    }
    #expect(monitor.secondsUntilOpen(at: before) == 1 && !monitor.health(at: before).hasRoom)
    #expect(permit(at: start.adding(seconds: 7)) != nil)
  }
}
