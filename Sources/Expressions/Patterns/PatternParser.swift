/// Reads the syntax of RE2, without what needs to know where a match is (captures by number), what
/// a machine of bounded size cannot do (back references, look-around), and scripts of Unicode.
struct PatternParser {
  /// What `(?ims)` sets for the rest of its group.
  private struct Flags {
    var ignoresCase = false
    var dotMatchesNewline = false
    var anchorsMatchLines = false
  }

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var flags = Flags()
  private var depth = 0

  /// Largest count in `{m,n}`, as in RE2.
  private static let largestCount = 1_000

  static func parse(_ text: String) throws(PatternFault) -> PatternTree {
    var parser = PatternParser(scalars: Array(text.unicodeScalars))
    let tree = try parser.alternatives()
    guard parser.next == nil else { throw PatternFault(message: "')' closes no group") }
    return tree
  }

  private init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    index += 1
    return true
  }

  private func isNext(_ text: String) -> Bool {
    scalars[index...].starts(with: text.unicodeScalars)
  }

  private mutating func take(_ text: String) -> Bool {
    guard isNext(text) else { return false }
    index += text.unicodeScalars.count
    return true
  }

  // MARK: Structure

  private mutating func alternatives() throws(PatternFault) -> PatternTree {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ExpressionLimits.depth else {
      throw PatternFault(message: "its groups are nested deeper than \(ExpressionLimits.depth)")
    }
    let outer = flags
    defer { flags = outer }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(PatternFault) -> PatternTree {
    var parts: [PatternTree] = []
    while let next, next != "|", next != ")" {
      guard let part = try atom() else { continue }
      parts.append(try repeated(part))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// One thing that can be repeated; nil for flags, which match nothing.
  private mutating func atom() throws(PatternFault) -> PatternTree? {
    guard let scalar = next else { return .empty }
    index += 1
    switch scalar {
    case "(": return try group()
    case "[": return .set(try characterClass())
    case ".":
      return .set(flags.dotMatchesNewline ? .all : .newline.negated)
    case "^": return .assertion(flags.anchorsMatchLines ? .lineStart : .textStart)
    case "$": return .assertion(flags.anchorsMatchLines ? .lineEnd : .textEnd)
    case "\\": return try escape()
    case "*", "+", "?":
      throw PatternFault(message: "'\(scalar)' has nothing before it to repeat")
    default: return literal(scalar)
    }
  }

  private func literal(_ scalar: Unicode.Scalar) -> PatternTree {
    .scalar(scalar, ignoringCase: flags.ignoresCase)
  }

  private mutating func group() throws(PatternFault) -> PatternTree? {
    let outer = flags
    if take("?") {
      if take("P<") || (next == "<" && !["=", "!"].contains(scalars.dropFirst(index + 1).first)) {
        try skipName()
      } else if !(try groupFlags()) {
        return nil
      }
    }
    defer { flags = outer }
    let tree = try alternatives()
    guard take(")") else { throw PatternFault(message: "a group has no closing ')'") }
    return tree
  }

  private mutating func skipName() throws(PatternFault) {
    _ = take("<")
    let start = index
    while let next, ScalarSet.word.contains(next) { index += 1 }
    guard index > start, take(">") else {
      throw PatternFault(message: "a group's name is written (?<name>…)")
    }
  }

  /// Reads `i)`, `i:` or the like; false where the flags stand alone and no group follows.
  private mutating func groupFlags() throws(PatternFault) -> Bool {
    var changed = flags
    var isSet = true
    while let scalar = next {
      index += 1
      switch scalar {
      case "i": changed.ignoresCase = isSet
      case "s": changed.dotMatchesNewline = isSet
      case "m": changed.anchorsMatchLines = isSet
      // Which of several matches is found makes no difference to whether there is one.
      case "U": break
      case "-" where isSet: isSet = false
      case ")":
        flags = changed
        return false
      case ":":
        flags = changed
        return true
      default:
        throw PatternFault(message: "'(?\(scalar)' is not supported")
      }
    }
    throw PatternFault(message: "a group has no closing ')'")
  }

  // MARK: Repetition

  private mutating func repeated(_ part: PatternTree) throws(PatternFault) -> PatternTree {
    guard let (minimum, maximum) = try counts() else { return part }
    _ = take("?")
    guard next != "*", next != "+", next != "?", try counts() == nil else {
      throw PatternFault(message: "a repetition cannot itself be repeated; use a group")
    }
    return .repetition(part, minimum: minimum, maximum: maximum)
  }

  private mutating func counts() throws(PatternFault) -> (Int, Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = index
    guard take("{"), let minimum = number() else {
      // A brace that counts nothing stands for itself.
      index = start
      return nil
    }
    var maximum: Int? = minimum
    if take(",") { maximum = number() }
    guard take("}") else {
      index = start
      return nil
    }
    guard minimum <= maximum ?? minimum, max(minimum, maximum ?? 0) <= Self.largestCount else {
      throw PatternFault(
        message: "a repetition counts upwards, to \(Self.largestCount) at most")
    }
    return (minimum, maximum)
  }

  /// A number, held just above the largest count however many digits it has.
  private mutating func number() -> Int? {
    let start = index
    var number = 0
    while let next, ("0"..."9").contains(next) {
      number = min(number * 10 + Int(next.value - 0x30), Self.largestCount + 1)
      index += 1
    }
    return index > start ? number : nil
  }

  // MARK: Escapes and classes

  private mutating func escape() throws(PatternFault) -> PatternTree {
    switch next {
    case "b": index += 1; return .assertion(.wordBoundary)
    case "B": index += 1; return .assertion(.noWordBoundary)
    case "A": index += 1; return .assertion(.textStart)
    case "z": index += 1; return .assertion(.textEnd)
    default: break
    }
    if var set = try escapedSet() {
      set.ignoresCase = flags.ignoresCase
      return .set(set)
    }
    return literal(try escapedScalar())
  }

  /// The class that an escape stands for, after its backslash; nil for a single scalar.
  private mutating func escapedSet() throws(PatternFault) -> ScalarSet? {
    if let set = ClassNames.escaped(next) {
      index += 1
      return set
    }
    guard next == "p" || next == "P" else { return nil }
    var isNegated = next == "P"
    index += 1
    let isBraced = take("{")
    if isBraced, take("^") { isNegated.toggle() }
    var name = ""
    while let scalar = next, isBraced ? scalar != "}" : name.isEmpty {
      name.unicodeScalars.append(scalar)
      index += 1
    }
    guard !isBraced || take("}") else { throw PatternFault(message: "'\\p{' has no closing '}'") }
    guard let set = ClassNames.unicode(name) else {
      throw PatternFault(
        message: "'\(name)' is no general category such as L, Lu or Nd; scripts are not supported")
    }
    return isNegated ? set.negated : set
  }

  /// `[:alpha:]` or `[:^alpha:]` inside a class; nil where a bracket stands for itself.
  private mutating func namedSet() throws(PatternFault) -> ScalarSet? {
    let start = index
    guard take("[:") else { return nil }
    let isNegated = take("^")
    var name = ""
    // No name is nearly as long. Without a bound a row of brackets would be searched from each.
    while name.utf8.count < 64, let scalar = next, !isNext(":]") {
      name.unicodeScalars.append(scalar)
      index += 1
    }
    guard take(":]") else {
      index = start
      return nil
    }
    guard let set = ClassNames.posix[name] else {
      throw PatternFault(message: "there is no class [:\(name):]")
    }
    return isNegated ? set.negated : set
  }

  /// The scalar that an escape stands for, after its backslash.
  private mutating func escapedScalar() throws(PatternFault) -> Unicode.Scalar {
    guard let scalar = next else { throw PatternFault(message: "it ends with a backslash") }
    index += 1
    switch scalar {
    case "a": return "\u{07}"
    case "f": return "\u{0C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{0B}"
    case "x": return try hexadecimal()
    default:
      let isLetterOrDigit = ScalarSet.word.contains(scalar) && scalar != "_"
      guard scalar.isASCII, !isLetterOrDigit else {
        throw PatternFault(message: "'\\\(scalar)' is not supported")
      }
      return scalar
    }
  }

  /// `\x41` or `\x{1F600}`.
  private mutating func hexadecimal() throws(PatternFault) -> Unicode.Scalar {
    let isBraced = take("{")
    var digits = ""
    while let next, next.properties.isASCIIHexDigit, digits.count < (isBraced ? 6 : 2) {
      digits.unicodeScalars.append(next)
      index += 1
    }
    guard isBraced ? take("}") : digits.count == 2,
      let scalar = UInt32(digits, radix: 16).flatMap({ Unicode.Scalar($0) })
    else { throw PatternFault(message: "'\\x' needs two hexadecimal digits, or any in braces") }
    return scalar
  }

  /// What stands between brackets.
  private mutating func characterClass() throws(PatternFault) -> ScalarSet {
    let isNegated = take("^")
    var set = ScalarSet([])
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      isFirst = false
      if let named = try namedSet() {
        set.formUnion(named)
        continue
      }
      index += 1
      if scalar == "\\", let escaped = try escapedSet() {
        set.formUnion(escaped)
        continue
      }
      let low = scalar == "\\" ? try escapedScalar() : scalar
      let high = try upperBound() ?? low
      guard low <= high else {
        throw PatternFault(message: "the range \(low)-\(high) runs backwards")
      }
      set.formUnion(ScalarSet([low.value...high.value]))
    }
    guard take("]") else { throw PatternFault(message: "'[' has no closing ']'") }
    set.normalize()
    set.isNegated = isNegated
    set.ignoresCase = flags.ignoresCase
    return set
  }

  /// The end of a range, where a `-` with something after it follows.
  private mutating func upperBound() throws(PatternFault) -> Unicode.Scalar? {
    guard next == "-", let end = scalars.dropFirst(index + 1).first, end != "]" else { return nil }
    index += 2
    return end == "\\" ? try escapedScalar() : end
  }
}
