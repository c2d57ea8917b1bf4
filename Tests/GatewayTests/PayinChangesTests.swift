import Payins
import Synchronization
import Testing

@testable import Gateway

@Suite("waiting for a pay-in")
struct PayinChangesTests {
  private let id = PayinID(unchecked: "payin_01m7y44btbhn8jeevx7ecmf1sp")

  @Test("one look serves all who wait for the same pay-in, and ends with them")
  func looks() async {
    let changes = PayinChanges()
    let (started, ended, waiting) = (Mutex(0), Mutex(0), Mutex(0))
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let look: @Sendable () async -> Void = {
      started.withLock { $0 += 1 }
      try? await Task.sleep(for: .seconds(3_600))
      ended.withLock { $0 += 1 }
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask {
          await changes.looking(at: id, look) {
            waiting.withLock { $0 += 1 }
            for await _ in gate {}
          }
        }
      }
      while waiting.withLock({ $0 }) < 100 || started.withLock({ $0 }) == 0 { await Task.yield() }
      #expect(started.withLock { $0 } == 1)
      #expect(ended.withLock { $0 } == 0)
      open.finish()
    }
    while ended.withLock({ $0 }) == 0 { await Task.yield() }
    #expect(started.withLock { $0 } == 1)
    // Who comes later is looked for anew.
    await changes.looking(at: id, look) {
      while started.withLock({ $0 }) == 1 { await Task.yield() }
    }
  }

  @Test("ends when nobody waits for it any more")
  func cancelled() async {
    let changes = PayinChanges()
    let begun = Mutex(false)
    let task = Task {
      await changes.next(
        of: id, by: Instant(milliseconds: .max / 2), Sleeper(), where: { _ in true },
        start: { begun.withLock { $0 = true } })
    }
    while !begun.withLock({ $0 }) { await Task.yield() }
    task.cancel()
    #expect(await task.value?.payin == nil)
    #expect(
      await Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await changes.next(
          of: id, by: Instant(milliseconds: .max / 2), Sleeper(), where: { _ in true })
      }.value?.payin == nil)
  }

  private struct Sleeper: TimeSource {
    func now() -> Instant { Instant(milliseconds: 0) }
    func sleep(until instant: Instant) async { try? await Task.sleep(for: .seconds(3_600)) }
  }
}
