import JSONText

/// What is wrong with a configuration; each fault names its key path and, where it can, its line.
struct ConfigurationFault: Error, CustomStringConvertible {
  var faults: [String]

  var description: String { faults.joined(separator: "\n") }

  init(_ faults: [String]) { self.faults = faults }

  /// - Parameter file: as the operator named it.
  init(_ problems: [JSONProblem], in document: LocatedJSON, file: String) {
    faults = problems.map { problem in
      let position = document.position(at: problem.pointer)
      let path = Self.keyPath(problem.pointer)
      let place = "\(file):\(position.line):\(position.column)"
      return path.isEmpty ? "\(place): \(problem.detail)" : "\(place): \(path): \(problem.detail)"
    }
  }

  /// `/provider_accounts/0/base_url` as `provider_accounts[0].base_url`.
  static func keyPath(_ pointer: String) -> String {
    (JSONPointer.tokens(pointer) ?? []).reduce("") { path, token in
      if !token.isEmpty, token.utf8.allSatisfy({ (48...57).contains($0) }) {
        return "\(path)[\(token)]"
      }
      return path.isEmpty ? token : "\(path).\(token)"
    }
  }
}
