import Foundation
import JSONText

/// Puts environment variables (`${NAME}`) and files (`${file:PATH}`) into a configuration's texts.
struct Substitution {
  var environment: [String: String]
  /// Relative paths are read from here.
  var folder: String
  private(set) var problems: [JSONProblem] = []

  init(environment: [String: String], folder: String) {
    self.environment = environment
    self.folder = folder
  }

  mutating func apply(_ json: JSON, at pointer: String = "") -> JSON {
    switch json {
    case .string(let text): return .string(replaced(text, pointer))
    case .array(let items):
      return .array(
        items.enumerated().map {
          apply($0.element, at: JSONPointer.appending($0.offset, to: pointer))
        })
    case .object(let object):
      return .object(
        JSONObject(
          object.members.map {
            ($0.key, apply($0.value, at: JSONPointer.appending($0.key, to: pointer)))
          }))
    case .null, .bool, .number: return json
    }
  }

  private mutating func replaced(_ text: String, _ pointer: String) -> String {
    var out = ""
    var rest = text.utf8[...]
    while let start = rest.firstRange(of: "${".utf8) {
      out += Substring(rest[..<start.lowerBound])
      rest = rest[start.upperBound...]
      guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
        problems.append(JSONProblem(pointer: pointer, detail: "a ${ without its }"))
        return out
      }
      out += value(String(Substring(rest[..<end])), pointer)
      rest = rest[end...].dropFirst()
    }
    return out + Substring(rest)
  }

  private mutating func value(_ name: String, _ pointer: String) -> String {
    guard name.utf8.starts(with: "file:".utf8) else {
      if let value = environment[name] { return value }
      problems.append(
        JSONProblem(
          pointer: pointer, detail: "the environment variable \(name) is not set"))
      return ""
    }
    let named = String(Substring(name.utf8.dropFirst(5)))
    let path = named.utf8.starts(with: "/".utf8) ? named : "\(folder)/\(named)"
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8)
    else {
      problems.append(
        JSONProblem(pointer: pointer, detail: "the file \(named) cannot be read"))
      return ""
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
