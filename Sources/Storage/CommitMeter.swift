import Synchronization

/// What a store has committed since it was opened.
public struct DatabaseStatistics: Equatable, Sendable {
  /// Changes, leases and probes that became durable.
  public var changes: Int
  /// Transactions that made them so: each costs one wait for the disk.
  public var commits: Int

  public init(changes: Int, commits: Int) {
    self.changes = changes
    self.commits = commits
  }
}

final class CommitMeter: Sendable {
  private let changes = Atomic(0)
  private let commits = Atomic(0)

  func count(changes new: Int) {
    guard new > 0 else { return }
    changes.add(new, ordering: .relaxed)
    commits.add(1, ordering: .relaxed)
  }

  var statistics: DatabaseStatistics {
    DatabaseStatistics(
      changes: changes.load(ordering: .relaxed), commits: commits.load(ordering: .relaxed))
  }
}
