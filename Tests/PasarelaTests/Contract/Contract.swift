import Foundation
import HTTPCalling
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

  /// The documented operation of a request's path; HEAD is answered as GET is.
  private func operation(_ method: String, _ path: String) -> JSON? {
    let method = method == "HEAD" ? "GET" : method
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

  /// Where an exchange departs from the document; paths that are not in it must be refused.
  func departures(_ request: HTTPRequest, at path: String, _ answer: Client.Answer) -> [String] {
    let name = "\(request.method) \(path) \(answer.status)"
    guard let operation = operation(request.method, path) else {
      return [204, 404, 405, 400].contains(answer.status) ? [] : ["\(name): not documented"]
    }
    var check = SchemaCheck(document: document)
    guard let response = check.resolved(operation["responses"]?[String(answer.status)]) else {
      return ["\(name): the status is not documented"]
    }
    var faults = headerFaults(response, answer)
    if (200...299).contains(answer.status) {
      faults += requestFaults(operation, request)
    }
    let media = (answer.header("Content-Type") ?? "").split(separator: ";").first
    if let content = response["content"] {
      guard let described = content[media.map(String.init) ?? ""] else {
        return ["\(name): \(media ?? "no type") is not documented"]
      }
      if let schema = described["schema"], media?.hasSuffix("json") == true,
        request.method != "HEAD"
      {
        guard let json = try? JSON(parsing: answer.body) else { return ["\(name): no JSON"] }
        check.check(json, schema)
        faults += check.faults
      }
    } else if !answer.body.isEmpty {
      faults.append("has a body")
    }
    return faults.map { "\(name): \($0)" }
  }

  /// What was accepted must be what the document allows.
  private func requestFaults(_ operation: JSON, _ request: HTTPRequest) -> [String] {
    guard let schema = operation["requestBody"]?["content"]?["application/json"]?["schema"],
      !request.body.isEmpty
    else { return [] }
    guard let json = try? JSON(parsing: request.body) else { return ["what was sent is no JSON"] }
    var check = SchemaCheck(document: document)
    check.check(json, schema, at: "sent")
    return check.faults
  }

  private func headerFaults(_ response: JSON, _ answer: Client.Answer) -> [String] {
    var faults: [String] = []
    for (name, described) in response["headers"]?.object?.members ?? [] {
      var check = SchemaCheck(document: document)
      guard let header = check.resolved(described), let schema = header["schema"] else {
        faults.append("the header \(name) is described nowhere")
        continue
      }
      guard let text = answer.header(name) else {
        if header["required"] == true { faults.append("the header \(name) is missing") }
        continue
      }
      let value = schema["type"] == "integer" ? Int64(text).map { JSON($0) } : JSON(text)
      check.check(value ?? .null, schema, at: name)
      faults += check.faults
    }
    return faults
  }
}
