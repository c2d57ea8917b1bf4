import Foundation
import Payins
import Testing

@testable import Storage

/// A database whose files are taken away while it is open.
@Suite("SQLite: the files' place")
struct PlaceTests {
  @Test(
    "nothing counts as kept in files that were removed or replaced, until they are back",
    arguments: ["", "-wal", "-shm"], [false, true])
  func moved(suffix: String, isReplaced: Bool) async throws {
    try await withFolder { folder in
      let store = try SQLiteDatabase(path: folder + "/pasarela.db")
      let (file, aside) = (folder + "/pasarela.db" + suffix, folder + "/aside")
      try await store.probe()
      try FileManager.default.moveItem(atPath: file, toPath: aside)
      if isReplaced { try FileManager.default.copyItem(atPath: aside, toPath: file) }
      await expectFailed { () async throws(DatabaseError) in
        let author = Author()
        try await store.commit(author.change(author.open("order-1")))
      }
      await expectFailed { () async throws(DatabaseError) in try await store.probe() }
      if isReplaced { try FileManager.default.removeItem(atPath: file) }
      try FileManager.default.moveItem(atPath: aside, toPath: file)
      try await store.probe()
      await store.close()
    }
  }

  @Test("a link that leads elsewhere is a replaced file")
  func link() async throws {
    try await withFolder { folder in
      for name in ["one", "two"] {
        let store = try SQLiteDatabase(path: "\(folder)/\(name).db")
        await store.close()
      }
      let link = folder + "/link.db"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "one.db")
      let store = try SQLiteDatabase(path: link)
      try await store.probe()
      try FileManager.default.removeItem(atPath: link)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "two.db")
      await expectFailed { () async throws(DatabaseError) in try await store.probe() }
      await store.close()
    }
  }
}
