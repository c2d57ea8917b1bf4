/// Why a sub-expression has no value. Cheap to make: its message is written only when it is read.
struct Failure: Error, Sendable, Equatable {
  enum Reason: Sendable, Equatable {
    /// The variable that the node reads has no value.
    case unbound
    /// The field that the node reads is not there.
    case absent
    case noSuchKey(Value)
    case indexOutOfRange(Int64, count: Int)
    case positionOutOfRange(Int64, count: Int)
    case reversedRange(Int64, Int64)
    /// The optional whose value is asked for has none.
    case noValue
    case overflow(String)
    case divisionByZero
    /// No way to apply the operator or function to values of these types.
    case noOverload(String)
    case unreadable(String, as: String)
    case duplicateKey(Value)
    case badPattern(String)
    case wrongResult(expected: String, found: String)
    case tooManySteps
    case tooMuchMemory
  }

  let reason: Reason
  let node: NodeIndex

  /// A spent budget ends the evaluation; no operator makes up for it.
  var isFinal: Bool { reason == .tooManySteps || reason == .tooMuchMemory }
}
