import Payins
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// The job runner at work, and what it has to do.
extension JobBench {
  /// Work of its own, of which can be seen whether it has ended.
  final class Aside: Sendable {
    private let ended = Mutex(false)

    init(_ work: @escaping @Sendable () async -> Void) {
      Task {
        await work()
        ended.withLock { $0 = true }
      }
    }

    var hasEnded: Bool { ended.withLock { $0 } }
  }

  /// Lets the runner go on while `body` looks on, and has it stopped.
  func running(_ body: () async throws -> Void) async throws {
    let run = Aside { [jobs] in await jobs.run() }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    jobs.stop()
    // It may sleep after a fault.
    clock.advance(seconds: 2)
    #expect(try await eventually { run.hasEnded })
    try result.get()
  }

  /// Whether it comes to sleep for so long, and nobody else sleeps.
  func sleeps(_ milliseconds: Int64) async throws -> Bool {
    try await eventually { clock.waits == [milliseconds] }
  }

  /// Questions on so many pay-ins of each account, in the order of their dues.
  func questions(_ counts: [String: Int]) async throws {
    for (account, count) in counts.sorted(by: { $0.key < $1.key }) {
      for number in 0..<count {
        _ = try await made(
          [.accepted(.shown("\(account)/\(number)"))], "\(account)/\(number)", at: [account])
      }
    }
  }

  func job(
    _ subject: String, in milliseconds: Int64, account: String = "a"
  ) -> Job {
    Job(
      key: JobKey(kind: .queryAttempt, subject: subject), operation: nil, account: account,
      due: clock.now().adding(milliseconds: milliseconds))
  }
}
