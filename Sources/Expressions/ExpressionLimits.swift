/// What bounds every expression, whatever it says: an operator's mistake or a hostile rule set
/// costs a fault at load or an error value, never the process.
public enum ExpressionLimits {
  /// Longest source, in UTF-8 bytes.
  public static let sourceBytes = 16_384
  /// Deepest nesting of sub-expressions, of parentheses, and of groups in a pattern. Following it
  /// takes less than 512 KiB of stack.
  public static let depth = 128
  /// Steps of one evaluation: about one for each sub-expression, list element and 64 bytes of text.
  public static let steps = 100_000
  /// Memory that one evaluation may make: bytes of new text plus the size of new list elements.
  public static let producedBytes = 1_048_576
  /// Instructions of one compiled `matches` pattern.
  public static let patternInstructions = 2_000
}
