import Foundation
import MemoryStorage
import Payins
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// The gateways of one store, and what each has of what they share.
@Suite("the fleet")
struct FleetTests {
  private final class Bench: Sendable {
    let clock = SteppedClock()
    let store = MemoryDatabase()

    /// - Parameter takes: milliseconds that each of its words takes.
    func fleet(_ name: String, at store: (any Database)? = nil, takes: Int64 = 0) -> Fleet {
      let presence = GatewayPresence(
        id: name, name: name, version: "1", since: clock.now(), rules: "r", configuration: "c")
      let log = Log(level: .error, time: clock) { _ in }
      return Fleet(store ?? self.store, time: clock, log: log) { [clock] in
        clock.advance(milliseconds: takes)
        return presence
      }
    }

    func parts(_ fleet: Fleet) -> Int? { fleet.parts(at: clock.steady()) }
  }

  private let bench = Bench()

  private func joining(_ first: Fleet, _ second: () throws -> Fleet) async rethrows {
    #expect(bench.parts(first) == nil)
    await first.beat()
    #expect(bench.parts(first) == 1)
    let second = try second()
    await second.beat()
    #expect(bench.parts(second) == nil)
    bench.clock.advance(milliseconds: Fleet.beatMilliseconds)
    await first.beat()
    #expect(bench.parts(first) == 2 && first.alive.map(\.name) == ["a", "b"])
    await second.beat()
    #expect(bench.parts(second) == nil)
    bench.clock.advance(milliseconds: Fleet.beatMilliseconds)
    #expect(bench.parts(second) == 2 && second.alive.map(\.name) == ["a", "b"])
  }

  @Test("one that comes alone has all at once, and one that joins waits until room was made")
  func joining() async {
    await joining(bench.fleet("a")) { bench.fleet("b") }
  }

  @Test("so it is over one file, where one that is alone writes nothing")
  func joiningFile() async throws {
    let folder =
      FileManager.default.temporaryDirectory.path + "/fleet-\(UInt64.random(in: .min ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try SQLiteDatabase(path: folder + "/pasarela.db")
    var second: SQLiteDatabase?
    try await joining(bench.fleet("a", at: first)) {
      let store = try SQLiteDatabase(path: folder + "/pasarela.db")
      second = store
      return bench.fleet("b", at: store)
    }
    await second?.close()
    await first.close()
  }

  @Test("a store that takes long for a word shuts nobody out")
  func slow() async {
    let (first, second) = (bench.fleet("a"), bench.fleet("b", takes: 2500))
    await first.beat()
    for _ in 0..<4 {
      await second.beat()
      bench.clock.advance(milliseconds: 1000)
      await first.beat()
    }
    #expect(bench.parts(second) == 2)
  }

  @Test("one that is gone leaves its part within five seconds, one that takes its leave at once")
  func leaving() async throws {
    let (first, second, third) = (bench.fleet("a"), bench.fleet("b"), bench.fleet("c"))
    for fleet in [first, second, third] { await fleet.beat() }
    await first.beat()
    #expect(bench.parts(first) == 3)
    try await bench.store.leave(try #require(third.alive.last))
    await first.beat()
    #expect(bench.parts(first) == 2)
    for _ in 0..<5 {
      bench.clock.advance(milliseconds: Fleet.beatMilliseconds)
      await first.beat()
    }
    #expect(bench.parts(first) == 1)
  }

  @Test("one that was frozen, or whose store is away, has no part until the others know of it")
  func frozen() async {
    let (first, second) = (bench.fleet("a"), bench.fleet("b"))
    await first.beat()
    await second.beat()
    bench.clock.advance(milliseconds: Fleet.settlingMilliseconds)
    await first.beat()
    await second.beat()
    #expect(bench.parts(second) == 2)
    for _ in 0..<5 {
      bench.clock.advance(milliseconds: Fleet.beatMilliseconds)
      await first.beat()
    }
    #expect(bench.parts(first) == 1 && bench.parts(second) == nil)
    await second.beat()
    #expect(bench.parts(second) == nil)
    bench.clock.advance(milliseconds: Fleet.settlingMilliseconds)
    await first.beat()
    #expect(bench.parts(first) == 2 && bench.parts(second) == 2)
    bench.store.fails(.failed(function: "commit", code: 5, message: "away"))
    bench.clock.advance(milliseconds: Fleet.lastingMilliseconds)
    await first.beat()
    #expect(bench.parts(first) == nil)
    bench.store.fails(nil)
    await first.beat()
    #expect(bench.parts(first) == 1)
  }

  @Test(
    "together they send no more than one alone, over any ten seconds a fifth more at most",
    arguments: [(10, 1), (10, 2), (10, 3), (7, 3), (100, 5)] as [(Int64, Int)])
  func rate(_ rate: Int64, _ count: Int) {
    let monitors = (0..<count).map { _ in
      AccountMonitor(limits: AccountLimits(rate: rate, concurrency: 10 * count)) { _ in count }
    }
    let start = bench.clock.steady()
    var sent: [Int64] = []
    for millisecond in 0..<30_000 as Range<Int64> {
      let now = start.adding(milliseconds: millisecond)
      for monitor in monitors {
        guard case .admitted(let permit) = monitor.admit(.create, at: now) else { continue }
        _ = monitor.finished(permit, milliseconds: 1, verdict: .answered, at: now)
        sent.append(millisecond)
      }
    }
    for second in 0..<20 as Range<Int64> {
      let window = second * 1000..<(second + 10) * 1000
      let inWindow = Int64(sent.count { window.contains($0) })
      #expect(inWindow * 10 <= rate * 10 * 12)
      #expect(inWindow * 10 >= rate * 10 * 9)
    }
  }

  @Test("calls at one time are shared, one at least, and what is not agreed is not")
  func concurrency() {
    func room(_ limits: AccountLimits, _ parts: Int?) -> Int {
      let monitor = AccountMonitor(limits: limits) { _ in parts }
      var permits: [CallPermit] = []
      while case .admitted(let permit) = monitor.admit(.query, at: bench.clock.steady()) {
        permits.append(permit)
      }
      return permits.count
    }
    #expect(room(AccountLimits(concurrency: 9), 1) == 9)
    #expect(room(AccountLimits(concurrency: 9), 2) == 4)
    #expect(room(AccountLimits(concurrency: 2), 3) == 1)
    #expect(room(AccountLimits(concurrency: 9), nil) == 0)
    #expect(room(AccountLimits(), 3) == 256 && room(AccountLimits(), nil) == 256)
    #expect(room(AccountLimits(rate: 9), nil) == 0 && room(AccountLimits(rate: 9), 3) == 3)
  }
}
