import Crypto
import Foundation
import Gateway
import Payins

/// Notices that files changed, whichever way they are written: in place, by renaming, by deleting,
/// or by leading a link elsewhere. What they hold is compared: times may stay as they are.
struct FileWatcher {
  /// Milliseconds between looks: a change is in force within two of them.
  static let intervalMilliseconds: Int64 = 500

  struct Entry: Equatable {
    var path: String
    private var digest: [UInt8]?

    init(_ path: String) {
      self.path = path
      digest = FileManager.default.contents(atPath: path).map { Digest.sha256(Array($0)) }
    }
  }

  private let time: any TimeSource
  private let entries: @Sendable () -> [Entry]
  private let start: [Entry]

  /// To be made before the files are read for the first time: what changes from then on is noticed.
  init(time: any TimeSource, entries: @escaping @Sendable () -> [Entry]) {
    self.time = time
    self.entries = entries
    start = entries()
  }

  /// Calls `changed` for each change that has come to rest, until its task is cancelled. A file
  /// that is being written changes from look to look and is waited for.
  func watch(_ changed: () async -> Void) async {
    var known = start
    var before = known
    while !Task.isCancelled {
      await time.sleep(until: time.steady().adding(milliseconds: Self.intervalMilliseconds))
      let seen = await FileWork.run(entries)
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
