/// Finds what a misspelt name was meant to be.
enum Suggestion {
  /// The candidate nearest to `name`, where one is near enough to be meant.
  static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    // One slip in a short name, up to three in a long one.
    let allowed = min(3, 1 + name.count / 4)
    var best: (name: String, distance: Int)?
    for candidate in candidates.sorted() where candidate != name {
      let distance = distance(name.lowercased(), candidate.lowercased())
      if distance <= allowed, distance < candidate.count, distance < best?.distance ?? .max {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// "; did you mean 'amount'?", or else the names there are, where they are few.
  static func advice(for name: String, among candidates: some Collection<String>) -> String {
    if let nearest = nearest(to: name, among: candidates) { return "; did you mean '\(nearest)'?" }
    guard (1...12).contains(candidates.count) else { return "" }
    return "; there is \(candidates.joined(separator: ", "))"
  }

  /// How many letters must be added, removed, replaced or swapped with their neighbour.
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.unicodeScalars)
    let right = Array(right.unicodeScalars)
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
        var best = min(replaced, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
