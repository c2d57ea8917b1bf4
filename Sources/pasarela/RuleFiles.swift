import Crypto
import Foundation
import Gateway
import Routing

/// Reads the rules folder.
enum RuleFiles {
  static func isName(_ name: String) -> Bool {
    name.utf8.suffix(6).elementsEqual(".json5".utf8)
  }

  /// Every `*.json5` of the folder, in the order of their names.
  static func read(folder: String) throws(ConfigurationFault) -> [RuleFile] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { isName($0) && $0.unicodeScalars.first != "." }.sorted()
    } catch {
      throw ConfigurationFault(["\(folder): the rules folder cannot be read"])
    }
    guard !names.isEmpty else {
      throw ConfigurationFault(["\(folder): the rules folder holds no *.json5 file"])
    }
    var files: [RuleFile] = []
    for name in names {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
        let text = String(data: data, encoding: .utf8)
      else { throw ConfigurationFault(["\(folder)/\(name): cannot be read as UTF-8 text"]) }
      files.append(RuleFile(name: name, text: text))
    }
    return files
  }

  static func load(
    _ files: [RuleFile], accounts: [Account]
  ) throws(ConfigurationFault) -> RuleSet {
    do throws(RuleSetFaults) {
      return try RuleSet(
        files: files, offers: accounts.map(\.offer), version: version(of: files))
    } catch {
      throw ConfigurationFault(error.faults.map(\.description))
    }
  }

  static func summary(_ set: RuleSet) -> String {
    let rules = set.files.reduce(0) { $0 + $1.rules.count }
    let tests = set.files.reduce(0) { $0 + $1.tests }
    return "\(set.files.count) files, \(rules) rules, \(tests) tests passed"
  }

  /// SHA-256 over names and contents, each preceded by its length.
  static func version(of files: [RuleFile]) -> String {
    let bytes = files.flatMap { file in
      [file.name, file.text].flatMap { Array("\($0.utf8.count):".utf8) + Array($0.utf8) }
    }
    return Hex.encode(Digest.sha256(bytes))
  }
}
