/// The parameters behind the question mark, decoded as `application/x-www-form-urlencoded`:
/// `+` is a space.
public struct Query: Sendable, Equatable {
  public struct Item: Sendable, Equatable {
    public let name: String
    /// Empty both for `name` and for `name=`.
    public let value: String

    /// Whether the name has these very bytes.
    func isNamed(_ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }
  }

  /// In the order they came, repeated names included.
  public private(set) var items: [Item] = []

  public init() {}

  /// - Parameter raw: what follows the question mark, undecoded.
  /// - Throws: `invalid_request` for a broken percent-encoding or text that is not UTF-8.
  public init(_ raw: some StringProtocol) throws(Problem) {
    for pair in Substring(raw).utf8.split(separator: UInt8(ascii: "&")) {
      let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      guard let name = PercentCoding.decode(Substring(pair[..<equals]), plusIsSpace: true),
        let value = PercentCoding.decode(
          Substring(pair[equals...].dropFirst()), plusIsSpace: true)
      else {
        throw .invalidRequest("the query holds an invalid percent-encoding")
      }
      items.append(Item(name: name, value: value))
    }
  }

  /// The first value of that name.
  public subscript(name: String) -> String? { items.first { $0.isNamed(name) }?.value }

  /// Every value of that name, in order.
  public func values(of name: String) -> [String] {
    items.filter { $0.isNamed(name) }.map(\.value)
  }

  public var isEmpty: Bool { items.isEmpty }
}
