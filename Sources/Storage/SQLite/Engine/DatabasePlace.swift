internal import CSQLite
import Glibc

/// Whether the files that a connection has open still stand where a restart will look for them:
/// what is written to files that were removed or replaced is lost.
struct DatabasePlace {
  private struct File {
    var path: String
    var device: UInt64
    var number: UInt64

    /// Nil where there is none.
    init?(_ path: String) {
      var facts = stat()
      guard unsafe stat(path, &facts) == 0 else { return nil }
      self.path = path
      device = UInt64(facts.st_dev)
      number = UInt64(facts.st_ino)
    }
  }

  private let files: [File]

  /// - Parameter path: as the operator names it, which may be a link.
  init(_ connection: SQLiteConnection, path: String) {
    let own = connection.path ?? path
    files = [path, "\(own)-wal", "\(own)-shm"].compactMap(File.init)
  }

  func check() throws(DatabaseError) {
    for file in files {
      let found = File(file.path)
      guard found?.device == file.device, found?.number == file.number else {
        throw .failed(
          function: "stat", code: Int(found == nil ? ENOENT : ESTALE),
          message: "\(file.path) was \(found == nil ? "removed" : "replaced") while it is open")
      }
    }
  }
}
