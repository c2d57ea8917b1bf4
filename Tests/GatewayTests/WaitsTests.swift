import Payins
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("waiting")
struct WaitsTests {
  private let id = PayinID(unchecked: "payin_01m7y44btbhn8jeevx7ecmf1sp")

  @Test("one look serves all who wait for the same pay-in, and ends with them")
  func looks() async throws {
    let waits = Waits<PayinID, Int>()
    let started = Count()
    let ended = Count()
    let waiting = Count()
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let look: @Sendable () async -> Void = {
      started.add()
      try? await Task.sleep(for: .seconds(3_600))
      ended.add()
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask {
          await waits.looking(for: id, look) {
            waiting.add()
            for await _ in gate {}
          }
        }
      }
      let areWaiting = try await eventually { waiting.value == 100 && started.value > 0 }
      #expect(areWaiting)
      #expect(started.value == 1)
      #expect(ended.value == 0)
      open.finish()
    }
    #expect(try await eventually { ended.value > 0 })
    #expect(started.value == 1)
    // Who comes later is looked for anew.
    await waits.looking(for: id, look) {
      let isAnew = try? await eventually { started.value == 2 }
      #expect(isAnew == true)
    }
  }

  @Test("ends when nobody waits for it any more")
  func cancelled() async throws {
    let waits = Waits<PayinID, Int>()
    let begun = Count()
    let task = Task {
      await waits.next(
        for: id, by: Instant(milliseconds: .max / 2), StoppedClock(), where: { _ in true },
        start: { begun.add() })
    }
    #expect(try await eventually { begun.value > 0 })
    task.cancel()
    #expect(await task.value == nil)
    // Also where nobody waits from the beginning.
    let late = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await waits.next(
        for: id, by: Instant(milliseconds: .max / 2), StoppedClock(), where: { _ in true })
    }
    #expect(await late.value == nil)
  }

  @Test("who waits is let go, and who comes later does not wait at all")
  func letGo() async throws {
    let waits = Waits<PayinID, Int>()
    let begun = Count()
    let task = Task {
      await waits.next(
        for: id, by: Instant(milliseconds: .max / 2), StoppedClock(), where: { _ in true },
        start: { begun.add() })
    }
    #expect(try await eventually { begun.value == 1 })
    waits.letGo()
    #expect(await task.value == nil)
    // Work that is to begin with the wait begins all the same.
    let late = await waits.next(
      for: id, by: Instant(milliseconds: .max / 2), StoppedClock(), where: { _ in true },
      start: { begun.add() })
    #expect(late == nil && begun.value == 2)
  }

  @Test("an operation is waited for until it is settled, or the time is over; its work goes on")
  func works() async throws {
    let clock = WebhookClock()
    let works = Works()
    let deadline = clock.steady().adding(seconds: 10)
    let id = OperationID(id)
    let answer = Creation(id: id, body: [7], isSettled: true, isReplay: false)
    let first = await works.settling(id, by: deadline, clock) { works.settled(answer) }
    #expect(first?.body == [7])
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let done = Count()
    let (begun, began) = AsyncStream.makeStream(of: Void.self)
    @Sendable func held() async {
      began.yield()
      for await _ in gate {}
      done.add()
    }
    // By somebody else, while the work is held.
    let overtaken = Task { await works.settling(id, by: deadline, clock, held) }
    var beginnings = begun.makeAsyncIterator()
    _ = await beginnings.next()
    works.settled(answer)
    #expect(await overtaken.value?.body == [7] && done.value == 0)
    let late = Task { await works.settling(id, by: deadline, clock, held) }
    _ = await beginnings.next()
    clock.advance(seconds: 10)
    #expect(await late.value == nil && done.value == 0)
    open.finish()
    await works.allEnded(by: clock.steady().adding(seconds: 60), WaitingClock())
    #expect(done.value == 2)
    works.letGo()
    #expect(await works.settling(id, by: deadline, clock) {} == nil)
    #expect(await works.finish { 10 } == 10)
  }

  /// Real time, so that a look comes again.
  private struct WaitingClock: TimeSource {
    func now() -> Instant { Instant(milliseconds: 0) }
    func steady() -> Instant { now() }
    func sleep(until instant: Instant) async { try? await Task.sleep(for: .milliseconds(5)) }
  }

  private final class Count: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
  }
}
