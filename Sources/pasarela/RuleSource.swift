import Foundation
import Gateway
import JSONText
import Routing
import Storage

/// Where rule sets come from: the folder's files, and beside the store the last good ones, so that
/// a bad file keeps no gateway from starting.
struct RuleSource: Sendable {
  let folder: String
  let accounts: [Account]
  /// In place of the folder's.
  let given: [RuleFile]?
  /// Nil: no set is kept.
  let keptPath: String?

  init(_ configuration: Configuration, given: [RuleFile]?) {
    folder = configuration.rules
    accounts = configuration.accounts
    self.given = given
    // A store that is elsewhere has no place beside it.
    let place =
      switch configuration.store {
      case .sqlite(let path): path
      case .postgresql: configuration.rules.withoutSlashAtEnd
      }
    keptPath = given == nil ? "\(place).rules.json" : nil
  }

  func files() throws(ConfigurationFault) -> [RuleFile] {
    if let given { return given }
    return try RuleFiles.read(folder: folder)
  }

  func load(_ files: [RuleFile]) throws(ConfigurationFault) -> RuleSet {
    try RuleFiles.load(files, accounts: accounts)
  }

  struct Start {
    var set: RuleSet
    var files: [RuleFile]
    /// Why the folder's files are not those in force.
    var refusal: [String]?
  }

  /// The folder's set, or where that is refused the one kept, and why.
  /// - Parameter isStrict: whether the kept one will not do.
  func start(isStrict: Bool) throws(ConfigurationFault) -> Start {
    do throws(ConfigurationFault) {
      let files = try files()
      return Start(set: try load(files), files: files, refusal: nil)
    } catch {
      guard !isStrict, let kept = kept(),
        let set = try? RuleFiles.load(kept, accounts: accounts)
      else { throw error }
      return Start(set: set, files: kept, refusal: error.faults)
    }
  }

  /// Keeps the files of a good set, once there is a store to keep them beside.
  func keep(_ files: [RuleFile]) {
    guard let keptPath else { return }
    let members = files.map { file -> JSON in
      ["name": .string(file.name), "text": .string(file.text)]
    }
    let bytes = JSON.object(["files": .array(members)]).bytes
    guard FileManager.default.contents(atPath: keptPath).map(Array.init) != bytes else { return }
    // Without it the next start needs good files, as the first did.
    try? Data(bytes).write(to: URL(filePath: keptPath), options: .atomic)
  }

  private func kept() -> [RuleFile]? {
    guard let keptPath, let data = FileManager.default.contents(atPath: keptPath),
      let members = (try? JSON(parsing: Array(data)))?["files"]?.array
    else { return nil }
    let files = members.compactMap { member -> RuleFile? in
      guard let name = member["name"]?.string, let text = member["text"]?.string else { return nil }
      return RuleFile(name: name, text: text)
    }
    return files.count == members.count && !files.isEmpty ? files : nil
  }
}
