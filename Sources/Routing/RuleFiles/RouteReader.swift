import JSONText
import Payins

/// A route as it was read, with the places of its targets.
struct ReadRoute: Sendable {
  struct Listed: Sendable {
    let serving: ServingTarget
    /// Where it stands in the file.
    let pointer: String
  }

  let strategy: Strategy
  let heads: [Listed]
  let tail: [Listed]
  /// Of the object that holds it.
  let pointer: String

  /// Every target as written, repeated ones included.
  var listed: [Listed] { heads + tail }

  /// Without repeated targets: the first one counts. A split names none twice.
  var route: Route {
    var seen: Set<Target> = []
    let isFirst = { (listed: Listed) in seen.insert(listed.serving.target).inserted }
    return Route(
      strategy: strategy, heads: heads.filter(isFirst).map(\.serving),
      tail: tail.filter(isFirst).map(\.serving))
  }
}

/// Reads a route: one strategy with its targets, and a tail.
struct RouteReader {
  private static let weights: ClosedRange<Int64> = 0...10_000

  let catalog: TargetCatalog

  /// Reads the members of a route: the route, or what is wrong with them.
  func read(_ object: JSONObject, pointer: String) -> (ReadRoute?, [JSONProblem]) {
    var reader = ObjectReader(object, pointer: pointer)
    let given = Strategy.Name.allCases.filter { reader.any($0.rawValue) != nil }
    let tail = targets("then", reader.optionalArray("then") ?? [], in: &reader)
    guard given.count == 1, let name = given.first else {
      let found = given.isEmpty ? "none" : given.map(\.rawValue).joined(separator: " and ")
      let names = Strategy.Name.allCases.map(\.rawValue).joined(separator: ", ")
      let wanted = "expected exactly one of \(names)"
      return (
        nil, reader.finish() + [JSONProblem(pointer: pointer, detail: "\(wanted); found \(found)")]
      )
    }
    let (strategy, heads): (Strategy, [ReadRoute.Listed]) =
      switch name {
      case .split: split(in: &reader)
      case .priority: (.priority, list(name, in: &reader))
      case .cheapest: (.cheapest, list(name, in: &reader))
      case .healthiest: (.healthiest, list(name, in: &reader))
      }
    let problems = reader.finish()
    guard problems.isEmpty else { return (nil, problems) }
    return (ReadRoute(strategy: strategy, heads: heads, tail: tail, pointer: pointer), [])
  }

  private func list(
    _ name: Strategy.Name, in reader: inout ObjectReader
  ) -> [ReadRoute.Listed] {
    let items = reader.array(name.rawValue)
    let heads = targets(name.rawValue, items ?? [], in: &reader)
    if items?.isEmpty == true { reader.report(name.rawValue, "names no target") }
    return heads
  }

  private func split(in reader: inout ObjectReader) -> (Strategy, [ReadRoute.Listed]) {
    guard let object = reader.object("split") else { return (.split(weights: []), []) }
    var split = ObjectReader(object, pointer: reader.pointer(to: "split"))
    var weights: [Int64] = []
    var heads: [ReadRoute.Listed] = []
    for (key, value) in object.members {
      heads += look(up: key, at: split.pointer(to: key)) { split.report(key, $0) }
      let weight = split.any(key)?.int64
      if let weight, Self.weights.contains(weight) {
        weights.append(weight)
      } else {
        let (least, most) = (Self.weights.lowerBound, Self.weights.upperBound)
        let found = value.number?.text ?? value.kind
        split.report(key, "the weight must be an integer from \(least) to \(most), not \(found)")
      }
    }
    reader.report(split.finish())
    if !weights.contains(where: { $0 > 0 }) {
      reader.report("split", "no target has a weight above 0")
    }
    return (.split(weights: weights), heads)
  }

  private func targets(
    _ name: String, _ items: [JSON], in reader: inout ObjectReader
  ) -> [ReadRoute.Listed] {
    var found: [ReadRoute.Listed] = []
    for (index, item) in items.enumerated() {
      let pointer = JSONPointer.appending(index, to: reader.pointer(to: name))
      guard let text = item.string else {
        reader.report(name, index, "expected account/method, found \(item.kind)")
        continue
      }
      found += look(up: text, at: pointer) { reader.report(name, index, $0) }
    }
    return found
  }

  private func look(
    up text: String, at pointer: String, orReport report: (String) -> Void
  ) -> [ReadRoute.Listed] {
    switch catalog.look(up: text) {
    case .found(let serving): return [ReadRoute.Listed(serving: serving, pointer: pointer)]
    case .unknown(let message):
      report(message)
      return []
    }
  }
}
