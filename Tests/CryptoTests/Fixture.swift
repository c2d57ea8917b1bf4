import Foundation

/// A file of Tests/Fixtures.
enum Fixture {
  static func data(_ path: String) throws -> Data {
    try Data(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/\(path)"))
  }

  static func key(_ name: String) throws -> String {
    try String(decoding: data("keys/\(name).pem"), as: UTF8.self)
  }
}
