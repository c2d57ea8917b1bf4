import JSONText
import Payins

/// A fee as it was read.
struct ReadFee: Sendable {
  let target: Target
  let fee: Fee
  let pointer: String
}

/// Reads what accounts take: a share of the amount and a fixed part.
struct FeeReader {
  let catalog: TargetCatalog

  func read(_ object: JSONObject, pointer: String) -> ([ReadFee], [JSONProblem]) {
    var reader = ObjectReader(object, pointer: pointer)
    var fees: [ReadFee] = []
    for key in object.keys {
      guard let members = reader.object(key) else { continue }
      let pointer = reader.pointer(to: key)
      var entry = ObjectReader(members, pointer: pointer)
      let millionths = percent(in: &entry)
      let fixed = entry.int64("fixed")
      if let fixed, fixed < 0 { entry.report("fixed", "must not be negative") }
      reader.report(entry.finish())
      switch catalog.look(up: key) {
      case .unknown(let message): reader.report(key, message)
      case .found(let serving):
        guard let millionths, let fixed, fixed >= 0 else { continue }
        fees.append(
          ReadFee(
            target: serving.target, fee: Fee(millionths: millionths, fixed: fixed),
            pointer: pointer))
      }
    }
    return (fees, reader.finish())
  }

  /// In millionths of the amount: one percent is 10,000 of them.
  private func percent(in entry: inout ObjectReader) -> Int64? {
    guard let value = entry.any("percent") else {
      entry.report("percent", "missing: expected a number")
      return nil
    }
    guard let millionths = value.number?.scaled(by: 4), (0...1_000_000).contains(millionths) else {
      entry.report("percent", "must be a number from 0 to 100 with at most four decimals")
      return nil
    }
    return millionths
  }
}
