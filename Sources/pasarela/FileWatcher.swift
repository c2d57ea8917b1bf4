import Foundation
import Gateway
import Payins

/// Notices that files changed, whichever way an editor writes them: in place, by renaming, or by
/// deleting.
struct FileWatcher {
  /// Milliseconds between looks: a change is in force within two of them.
  static let intervalMilliseconds: Int64 = 500

  struct Entry: Equatable {
    var path: String
    private var file: UInt64?
    private var bytes: UInt64?
    private var modified: Date?

    init(_ path: String) {
      self.path = path
      // Of what a link leads to: that is what is renewed.
      let real = URL(filePath: path).resolvingSymlinksInPath().path
      let facts = try? FileManager.default.attributesOfItem(atPath: real)
      file = facts?[.systemFileNumber] as? UInt64
      bytes = facts?[.size] as? UInt64
      modified = facts?[.modificationDate] as? Date
    }
  }

  let time: any TimeSource
  let entries: @Sendable () -> [Entry]

  /// Calls `changed` for each change that has come to rest, until its task is cancelled. A file
  /// that is being written changes from look to look and is waited for.
  func watch(_ changed: () async -> Void) async {
    var known = entries()
    var before = known
    while !Task.isCancelled {
      await time.sleep(until: time.now().adding(milliseconds: Self.intervalMilliseconds))
      let seen = entries()
      if seen != known, seen == before {
        known = seen
        await changed()
      }
      before = seen
    }
  }
}

extension FileWatcher {
  /// - Parameter folder: of rule files.
  init(rules folder: String, time: any TimeSource) {
    self.init(time: time) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.filter(RuleFiles.isName).sorted().map { Entry("\(folder)/\($0)") }
    }
  }
}
