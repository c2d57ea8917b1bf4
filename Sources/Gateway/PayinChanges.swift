import Payins
import Synchronization

/// Tells those who wait for a pay-in that it was committed anew.
public final class PayinChanges: Sendable {
  private struct Waiter {
    var number: Int
    var isEnough: @Sendable (Payin) -> Bool
    var continuation: CheckedContinuation<Payin?, Never>
  }

  private struct State {
    var waiters: [PayinID: [Waiter]] = [:]
    var count = 0
  }

  private let state = Mutex(State())

  public init() {}

  func publish(_ payin: Payin) {
    let woken = state.withLock { state -> [Waiter] in
      guard let waiters = state.waiters[payin.id] else { return [] }
      let left = waiters.filter { !$0.isEnough(payin) }
      state.waiters[payin.id] = left.isEmpty ? nil : left
      return waiters.filter { $0.isEnough(payin) }
    }
    for waiter in woken { waiter.continuation.resume(returning: payin) }
  }

  /// The first commit of the pay-in from now on that is enough; nil once `deadline` has passed.
  /// - Parameter start: runs after the wait has begun, so that no commit is missed.
  func next(
    of id: PayinID, by deadline: Instant, _ time: any TimeSource,
    where isEnough: @escaping @Sendable (Payin) -> Bool, start: () -> Void = {}
  ) async -> Payin? {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    let timer = Mutex<Task<Void, Never>?>(nil)
    let found = await withCheckedContinuation { continuation in
      state.withLock {
        $0.waiters[id, default: []].append(
          Waiter(number: number, isEnough: isEnough, continuation: continuation))
      }
      timer.withLock {
        $0 = Task {
          await time.sleep(until: deadline)
          giveUp(id, number)
        }
      }
      start()
    }
    timer.withLock { $0?.cancel() }
    return found
  }

  private func giveUp(_ id: PayinID, _ number: Int) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.waiters[id]?.firstIndex(where: { $0.number == number }) else {
        return nil
      }
      let waiter = state.waiters[id]?.remove(at: index)
      if state.waiters[id]?.isEmpty == true { state.waiters[id] = nil }
      return waiter
    }
    waiter?.continuation.resume(returning: nil)
  }
}
