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
    let started = Count()
    let ended = Count()
    let waiting = Count()
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let look: @Sendable () async -> Void = {
      started.add()
      try? await Task.sleep(for: .seconds(3_600))
      ended.add()
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask {
          await changes.looking(at: id, look) {
            waiting.add()
            for await _ in gate {}
          }
        }
      }
      while waiting.value < 100 || started.value == 0 { await Task.yield() }
      #expect(started.value == 1)
      #expect(ended.value == 0)
      open.finish()
    }
    while ended.value == 0 { await Task.yield() }
    #expect(started.value == 1)
    // Who comes later is looked for anew.
    await changes.looking(at: id, look) {
      while started.value == 1 { await Task.yield() }
    }
  }

  @Test("ends when nobody waits for it any more")
  func cancelled() async {
    let changes = PayinChanges()
    let begun = Count()
    let task = Task {
      await changes.next(
        of: id, by: Instant(milliseconds: .max / 2), Sleeper(), where: { _ in true },
        start: { begun.add() })?.payin
    }
    while begun.value == 0 { await Task.yield() }
    task.cancel()
    #expect(await task.value == nil)
    // Also where nobody waits from the beginning.
    let late = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await changes.next(
        of: id, by: Instant(milliseconds: .max / 2), Sleeper(), where: { _ in true })?.payin
    }
    #expect(await late.value == nil)
  }

  private final class Count: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
  }

  private struct Sleeper: TimeSource {
    func now() -> Instant { Instant(milliseconds: 0) }
    func sleep(until instant: Instant) async { try? await Task.sleep(for: .seconds(3_600)) }
  }
}
