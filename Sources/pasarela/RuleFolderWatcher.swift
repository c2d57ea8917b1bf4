import Foundation
import Gateway
import Payins

/// Notices that the files of the rules folder changed, whichever way an editor writes them: in
/// place, by renaming, or by deleting.
struct RuleFolderWatcher {
  /// Milliseconds between looks: a change is in force within two of them.
  static let intervalMilliseconds: Int64 = 500

  let folder: String
  let time: any TimeSource

  /// Calls `changed` for each change that has come to rest, until its task is cancelled. A file
  /// that is being written changes from look to look and is waited for.
  func watch(_ changed: () async -> Void) async {
    var known = fingerprint()
    var before = known
    while !Task.isCancelled {
      await time.sleep(until: time.now().adding(milliseconds: Self.intervalMilliseconds))
      let seen = fingerprint()
      if seen != known, seen == before {
        known = seen
        await changed()
      }
      before = seen
    }
  }

  private struct Entry: Equatable {
    var name: String
    var file: UInt64?
    var bytes: UInt64?
    var modified: Date?
  }

  private func fingerprint() -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter(RuleFiles.isName).sorted().map { name in
      let facts = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
      return Entry(
        name: name, file: facts?[.systemFileNumber] as? UInt64, bytes: facts?[.size] as? UInt64,
        modified: facts?[.modificationDate] as? Date)
    }
  }
}
