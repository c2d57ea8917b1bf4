import PostgreSQLClient

/// A statement that only reads, and who waits for its rows.
struct PostgreSQLRead: Sendable {
  let query: PostgreSQLQuery
  /// Called on the reader's thread.
  let tell: @Sendable (Result<PostgreSQLRows, PostgreSQLFault>) -> Void
}

/// One that reads, with a connection of its own. What waits at the same time is sent at once; each
/// is a transaction of its own and sees all that was committed before it began.
final class PostgreSQLReader {
  private static let together = 8
  private static let stepMilliseconds: Int64 = 500

  private let link: PostgreSQLLink
  private let queue: WorkQueue<PostgreSQLRead>

  init(_ link: PostgreSQLLink, _ queue: WorkQueue<PostgreSQLRead>) {
    self.link = link
    self.queue = queue
  }

  /// Works until the queue is closed and empty.
  func run() {
    // Begins to connect.
    _ = try? link.current(waiting: 0)
    while true {
      let reads = queue.take(upTo: Self.together)
      if reads.isEmpty { break }
      perform(reads, isFirst: true)
    }
  }

  private func perform(_ reads: [PostgreSQLRead], isFirst: Bool) {
    do throws(PostgreSQLFault) {
      let connection = try link.current(waiting: Self.stepMilliseconds)
      let outcomes: [Result<[PostgreSQLRows], ServerRefusal>]
      do throws(PostgreSQLFault) {
        outcomes = try connection.run(
          reads.map { [$0.query] }, within: PostgreSQLSession.answerMilliseconds)
      } catch {
        // Reading again does no harm.
        guard isFirst else { throw error }
        return perform(reads, isFirst: false)
      }
      for (read, outcome) in zip(reads, outcomes) {
        switch outcome {
        case .success(let rows): read.tell(.success(rows[0]))
        case .failure(let refusal): read.tell(.failure(.refused(refusal)))
        }
      }
    } catch {
      for read in reads { read.tell(.failure(error)) }
    }
  }
}
