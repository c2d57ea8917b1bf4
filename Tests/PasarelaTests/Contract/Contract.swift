import Foundation
import JSONText

/// openapi/pasarela.json: what it says of an operation, and whether an answer keeps to it.
struct Contract {
  static let standing = Contract()

  let document: JSON

  private init() {
    let file = Workplace.project.appending(path: "openapi/pasarela.json")
    document = (try? JSON(parsing: Array(Data(contentsOf: file)))) ?? .null
  }

  struct Operation: Hashable, CustomStringConvertible {
    var method: String
    var template: String
    var description: String { "\(method) \(template)" }
  }

  var operations: [Operation: JSON] {
    var out: [Operation: JSON] = [:]
    for (template, item) in document["paths"]?.object?.members ?? [] {
      for (method, operation) in item.object?.members ?? [] {
        out[Operation(method: method.uppercased(), template: template)] = operation
      }
    }
    return out
  }

  /// The documented operation of a request's path.
  private func operation(_ method: String, _ path: String) -> JSON? {
    let asked = path.prefix { $0 != "?" }.split(separator: "/")
    let fitting = operations.filter { operation, _ in
      let parts = operation.template.split(separator: "/")
      return operation.method == method && parts.count == asked.count
        && zip(parts, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
    // A path that is written out comes before one with a parameter.
    return fitting.min { !$0.key.template.contains("{") && $1.key.template.contains("{") }?.value
  }

  /// Where the value departs from a schema of the document's components.
  func faults(of value: JSON, _ schema: String) -> [String] {
    var check = SchemaCheck(document: document)
    check.check(value, ["$ref": JSON("#/components/schemas/\(schema)")])
    return check.faults
  }

  /// Where the answer departs from the document; paths that are not in it must be refused.
  func departures(
    _ method: String, _ path: String, status: Int, type: String, body: [UInt8]
  ) -> [String] {
    guard let operation = operation(method, path) else {
      return [404, 405, 400].contains(status) ? [] : ["\(method) \(path) is not documented"]
    }
    var check = SchemaCheck(document: document)
    let named = operation["responses"]?[String(status)]
    guard let response = named?["$ref"]?.string.flatMap({ check.reference($0) }) ?? named else {
      return ["\(method) \(path): the status \(status) is not documented"]
    }
    guard response["content"] != nil else {
      return body.isEmpty ? [] : ["\(method) \(path): \(status) has a body"]
    }
    let media = type.split(separator: ";").first.map(String.init) ?? ""
    guard let content = response["content"]?[media] else {
      return ["\(method) \(path): \(status) with \(media) is not documented"]
    }
    guard media.hasSuffix("json"), let schema = content["schema"] else { return [] }
    guard let json = try? JSON(parsing: body) else { return ["\(method) \(path): not JSON"] }
    check.check(json, schema)
    return check.faults.map { "\(method) \(path) \(status): \($0)" }
  }
}
