import Payins
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("waiting for a pay-in")
struct PayinChangesTests {
  private let id = PayinID(unchecked: "payin_01m7y44btbhn8jeevx7ecmf1sp")

  @Test("one look serves all who wait for the same pay-in, and ends with them")
  func looks() async throws {
    let changes = PayinChanges()
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
          await changes.looking(at: id, look) {
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
    await changes.looking(at: id, look) {
      let isAnew = try? await eventually { started.value == 2 }
      #expect(isAnew == true)
    }
  }

  @Test("ends when nobody waits for it any more")
  func cancelled() async throws {
    let changes = PayinChanges()
    let begun = Count()
    let task = Task {
      await changes.next(
        of: id, by: Instant(milliseconds: .max / 2), Sleeper(), as: .poll, where: { _ in true },
        start: { begun.add() })?.payin
    }
    #expect(try await eventually { begun.value > 0 })
    task.cancel()
    #expect(await task.value == nil)
    // Also where nobody waits from the beginning.
    let late = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await changes.next(
        of: id, by: Instant(milliseconds: .max / 2), Sleeper(), as: .poll, where: { _ in true })?
        .payin
    }
    #expect(await late.value == nil)
  }

  @Test("polls are let go, creations still wait; who comes later does not wait at all")
  func letGo() async throws {
    let changes = PayinChanges()
    let begun = Count()
    let waits = [PayinChanges.Wait.poll, .creation].map { wait in
      Task {
        await changes.next(
          of: id, by: Instant(milliseconds: .max / 2), Sleeper(), as: wait, where: { _ in true },
          start: { begun.add() })
      }
    }
    #expect(try await eventually { begun.value == 2 })
    changes.letGo(.poll)
    #expect(await waits[0].value == nil)
    // Work that is to begin with the wait begins all the same.
    let late = await changes.next(
      of: id, by: Instant(milliseconds: .max / 2), Sleeper(), as: .poll, where: { _ in true },
      start: { begun.add() })
    #expect(late == nil && begun.value == 3)
    changes.letGo(.creation)
    #expect(await waits[1].value == nil)
  }

  private final class Count: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
  }

  private struct Sleeper: TimeSource {
    func now() -> Instant { Instant(milliseconds: 0) }
    func steady() -> Instant { now() }
    func sleep(until instant: Instant) async { try? await Task.sleep(for: .seconds(3_600)) }
  }
}
