import Expressions
import JSONText
import Payins

/// A rule as it was read.
struct ReadRule: Sendable {
  let rule: Rule
  let route: ReadRoute
  /// Of the rule in its file.
  let pointer: String
}

/// A rule file as it was read: everything that could be made of it, and its faults.
struct ReadRuleFile: Sendable {
  /// Nil where the file is no object in JSON5.
  var source: RuleSource?
  /// Decides nothing yet: see `RuleSet.decideShadow`.
  var isShadow = false
  var rules: [ReadRule] = []
  /// The name of every rule, faulty ones included, with its pointer.
  var names: [(name: String, pointer: String)] = []
  /// Whether the file has a route of last resort, faulty or not.
  var hasOtherwise = false
  var otherwise: ReadRoute?
  var fees: [ReadFee] = []
  var tests: [RuleTest] = []
  var faults: [RuleNotice] = []
}

/// Reads one rule file.
struct RuleFileReader {
  private let catalog: TargetCatalog
  private let source: RuleSource
  private var read: ReadRuleFile

  static func read(_ file: RuleFile, _ catalog: TargetCatalog) -> ReadRuleFile {
    do {
      let source = RuleSource(name: file.name, root: try JSON5.parse(file.text))
      guard let object = source.root.value.object else {
        return ReadRuleFile(faults: [source.notice("", "expected an object")])
      }
      var reader = RuleFileReader(source, catalog)
      reader.readAll(object)
      return reader.read
    } catch {
      return ReadRuleFile(faults: [
        RuleNotice(file: file.name, position: error.position, message: error.message)
      ])
    }
  }

  private init(_ source: RuleSource, _ catalog: TargetCatalog) {
    self.source = source
    self.catalog = catalog
    read = ReadRuleFile(source: source)
  }

  private mutating func readAll(_ object: JSONObject) {
    var file = ObjectReader(object)
    read.isShadow = file.optionalBool("shadow") ?? false
    for (index, item) in (file.optionalArray("rules") ?? []).enumerated() {
      let pointer = JSONPointer.appending(index, to: "/rules")
      if let rule = item.object {
        readRule(rule, pointer)
      } else {
        file.report("rules", index, "expected a rule, found \(item.kind)")
      }
    }
    if let otherwise = file.optionalObject("otherwise") {
      read.hasOtherwise = true
      read.otherwise = readRoute(otherwise, "/otherwise")
    }
    if let fees = file.optionalObject("fees") {
      let (fees, problems) = FeeReader(catalog: catalog).read(fees, pointer: "/fees")
      read.fees = fees
      report(problems)
    }
    let tests = file.optionalArray("tests") ?? []
    for (index, item) in tests.enumerated() {
      let pointer = JSONPointer.appending(index, to: "/tests")
      let (test, problems) = RuleTestReader(catalog: catalog).read(item, pointer: pointer)
      if let test { read.tests.append(test) }
      report(problems)
    }
    report(file.finish())
  }

  private mutating func report(_ problems: [JSONProblem]) {
    read.faults += problems.map { source.notice($0) }
  }

  private mutating func readRoute(_ object: JSONObject, _ pointer: String) -> ReadRoute? {
    let (route, problems) = RouteReader(catalog: catalog).read(object, pointer: pointer)
    report(problems)
    return route
  }

  // MARK: Rules

  private mutating func readRule(_ object: JSONObject, _ pointer: String) {
    var reader = ObjectReader(object, pointer: pointer)
    let name = readName(&reader)
    let when = reader.string("when")
    let route = reader.object("route").flatMap { readRoute($0, reader.pointer(to: "route")) }
    let retry = readRetry(&reader)
    let condition = when.flatMap { compile($0, reader.pointer(to: "when")) }
    let problems = reader.finish()
    report(problems)
    guard let name, let condition, let route, let retry, problems.isEmpty else { return }
    read.rules.append(
      ReadRule(
        rule: Rule(
          name: name, file: source.name, condition: condition, route: route.route, retry: retry),
        route: route, pointer: pointer))
  }

  private mutating func readName(_ reader: inout ObjectReader) -> String? {
    guard let name = reader.string("name") else { return nil }
    let isPlain = name.utf8.allSatisfy { $0.isAlphanumeric || "-_.".utf8.contains($0) }
    if !isPlain || !(1...64).contains(name.utf8.count) {
      reader.report("name", "a rule's name is 1 to 64 of A-Z a-z 0-9 - _ .")
    } else if name == Rule.otherwise {
      reader.report("name", "\"\(Rule.otherwise)\" is how the route of last resort is reported")
    } else {
      read.names.append((name, reader.pointer(to: "name")))
    }
    return name
  }

  private func readRetry(_ reader: inout ObjectReader) -> [RetryOutcome]? {
    guard let items = reader.optionalArray("retry") else { return RetryOutcome.standard }
    var outcomes: [RetryOutcome] = []
    for (index, item) in items.enumerated() {
      if let outcome = item.string.flatMap(RetryOutcome.init(rawValue:)) {
        if !outcomes.contains(outcome) { outcomes.append(outcome) }
      } else {
        let known = RetryOutcome.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        reader.report("retry", index, "expected one of \(known)")
      }
    }
    return outcomes
  }

  private mutating func compile(_ text: String, _ pointer: String) -> Expression? {
    do throws(ExpressionFault) {
      return try Expression(text, declarations: RuleVariables.declarations, expecting: .bool)
    } catch {
      read.faults.append(source.notice(pointer, error, of: text))
      return nil
    }
  }
}
