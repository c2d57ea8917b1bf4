import Foundation
import JSONText

/// Checks values against the part of JSON Schema that openapi/pasarela.json uses. A keyword that
/// it does not know is a fault of the schema, so that none is passed over.
struct SchemaCheck {
  /// What `$ref` is resolved in.
  let document: JSON
  private(set) var faults: [String] = []

  init(document: JSON) { self.document = document }

  /// Words that say nothing of validity.
  private static let notes: Set = [
    "description", "examples", "example", "default", "format", "title",
  ]

  mutating func check(_ value: JSON, _ schema: JSON, at place: String = "") {
    guard let rules = schema.object else { return fault(place, "the schema is no object") }
    for (key, rule) in rules.members where !Self.notes.contains(key) {
      apply(key, rule, rules, value, place)
    }
  }

  private mutating func fault(_ place: String, _ what: String) {
    faults.append("\(place.isEmpty ? "/" : place): \(what)")
  }

  private mutating func apply(
    _ key: String, _ rule: JSON, _ rules: JSONObject, _ value: JSON, _ place: String
  ) {
    switch key {
    case "$ref": resolve(rule, value, place)
    case "type":
      let types = rule.array?.compactMap(\.string) ?? [rule.string ?? ""]
      if !types.contains(where: { Self.has(value, $0) }) {
        fault(place, "\(value.kind) is not \(types)")
      }
    case "enum":
      if rule.array?.contains(value) != true { fault(place, "\(value.text) is not in the enum") }
    case "const":
      if rule != value { fault(place, "\(value.text) is not \(rule.text)") }
    case "oneOf":
      let fitting = rule.array?.count { fits(value, $0) } ?? 0
      if fitting != 1 { fault(place, "\(value.text) fits \(fitting) of oneOf") }
    case "allOf":
      for part in rule.array ?? [] { check(value, part, at: place) }
    case "not":
      if fits(value, rule) { fault(place, "\(value.text) fits what it must not") }
    case "properties", "required", "additionalProperties", "propertyNames", "maxProperties":
      checkObject(key, rule, rules, value, place)
    case "items":
      for (index, item) in (value.array ?? []).enumerated() {
        check(item, rule, at: "\(place)/\(index)")
      }
    case "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern":
      checkBound(key, rule, value, place)
    default: fault(place, "the schema's keyword \(key) is not known to the test")
    }
  }

  private mutating func resolve(_ rule: JSON, _ value: JSON, _ place: String) {
    guard let target = reference(rule.string ?? "") else {
      return fault(place, "\(rule.text) leads nowhere")
    }
    check(value, target, at: place)
  }

  /// The value itself, or what its `$ref` names.
  func resolved(_ json: JSON?) -> JSON? {
    guard let text = json?["$ref"]?.string else { return json }
    return reference(text)
  }

  /// What `#/components/…` names.
  func reference(_ text: String) -> JSON? {
    guard text.hasPrefix("#/") else { return nil }
    return text.dropFirst(2).split(separator: "/").reduce(document as JSON?) { $0?[String($1)] }
  }

  private func fits(_ value: JSON, _ schema: JSON) -> Bool {
    var inner = SchemaCheck(document: document)
    inner.check(value, schema)
    return inner.faults.isEmpty
  }

  private static func has(_ value: JSON, _ type: String) -> Bool {
    switch type {
    case "integer": value.int64 != nil
    case "boolean": value.bool != nil
    case "string": value.string != nil
    case "array": value.array != nil
    case "object": value.object != nil
    case "null": value.isNull
    default: false
    }
  }

  private mutating func checkObject(
    _ key: String, _ rule: JSON, _ rules: JSONObject, _ value: JSON, _ place: String
  ) {
    guard let object = value.object else { return }
    switch key {
    case "properties":
      for (name, schema) in rule.object?.members ?? [] {
        if let member = object[name] { check(member, schema, at: "\(place)/\(name)") }
      }
    case "required":
      for name in rule.array?.compactMap(\.string) ?? [] where object[name] == nil {
        fault(place, "\(name) is missing")
      }
    case "additionalProperties":
      let known = Set(rules["properties"]?.object?.keys ?? [])
      for (name, member) in object.members where !known.contains(name) {
        if rule == false { fault(place, "\(name) is not documented") }
        if rule.object != nil { check(member, rule, at: "\(place)/\(name)") }
      }
    case "propertyNames":
      for name in object.keys { check(.string(name), rule, at: "\(place)/\(name)") }
    default:
      if Int64(object.count) > rule.int64 ?? 0 { fault(place, "has too many members") }
    }
  }

  private mutating func checkBound(
    _ key: String, _ rule: JSON, _ value: JSON, _ place: String
  ) {
    let length = value.string.map { Int64($0.unicodeScalars.count) }
    let count = value.array.map { Int64($0.count) }
    let holds: Bool =
      switch key {
      case "minimum": value.int64.map { $0 >= rule.int64 ?? .max } ?? true
      case "maximum": value.int64.map { $0 <= rule.int64 ?? .min } ?? true
      case "minLength": length.map { $0 >= rule.int64 ?? .max } ?? true
      case "maxLength": length.map { $0 <= rule.int64 ?? .min } ?? true
      case "minItems": count.map { $0 >= rule.int64 ?? .max } ?? true
      case "maxItems": count.map { $0 <= rule.int64 ?? .min } ?? true
      default:
        value.string.map {
          $0.range(of: rule.string ?? "(", options: .regularExpression) != nil
        } ?? true
      }
    if !holds { fault(place, "\(value.text) breaks \(key) \(rule.text)") }
  }
}
