import Payins

/// A row as a store answers with it. Columns count from 0.
protocol StoreRow {
  func integer64(_ column: Int) -> Int64
  func text(_ column: Int) -> String
  /// A text's UTF-8, or a blob's bytes; empty for null.
  func bytes(_ column: Int) -> [UInt8]
  func isNull(_ column: Int) -> Bool
  /// A column that lists an operation.
  func listed(_ column: Int, isNumber: Bool) -> ListedValue
}

extension StoreRow {
  func integer(_ column: Int) -> Int { Int(integer64(column)) }

  func instant(_ column: Int) -> Instant { Instant(milliseconds: integer64(column)) }

  /// What a job is about; nil where that is no operation.
  func operation(_ column: Int) -> OperationID? { OperationID(stored: text(column)) }

  /// Reads a column that may be null.
  func optional<Value>(_ column: Int, _ read: (Int) -> Value) -> Value? {
    isNull(column) ? nil : read(column)
  }
}
