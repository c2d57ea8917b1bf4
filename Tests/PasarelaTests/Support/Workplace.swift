import Foundation
import Glibc

/// A folder of its own for a test, gone with it.
final class Workplace: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appending(path: "pasarela-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  func copy(fixture: String, to name: String) throws {
    try FileManager.default.copyItem(
      atPath: Self.project.appending(path: "Tests/Fixtures/\(fixture)").path,
      toPath: "\(path)/\(name)")
  }

  /// Of the files that stay when the program is gone, the ones it made.
  var contents: Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return Set(names.filter { !$0.hasPrefix(".") })
  }

  static let project = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../..").standardizedFileURL
}
