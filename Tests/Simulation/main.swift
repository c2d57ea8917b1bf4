import Glibc

/// `simulate [--seeds N] [--from K] [--variant NAME]`: exit 0 where every promise held.
func option(_ name: String) -> String? {
  let words = CommandLine.arguments
  return words.firstIndex(of: name).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
}

/// Sets and dictionaries must come in the same order in every process, or a seed would not replay.
if getenv("SWIFT_DETERMINISTIC_HASHING") == nil {
  setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
  var words = CommandLine.arguments.map { strdup($0) } + [nil]
  execv("/proc/self/exe", &words)
}

let seeds = UInt64(option("--seeds") ?? "300") ?? 300
let from = UInt64(option("--from") ?? "1") ?? 1
let variant = option("--variant").flatMap(Variant.init(rawValue:))
guard Takeover.begin() else {
  print("this Swift runtime has no hook for its tasks")
  exit(2)
}
if option("--variant") != nil, variant == nil {
  print("variants: \(Variant.allCases.map(\.rawValue).joined(separator: " "))")
  exit(2)
}

var steps = 0
for seed in from..<(from + seeds) {
  let run = try Run(seed: seed, variant: variant, keepsTrace: false)
  steps += run.steps
  guard run.faults.isEmpty else {
    let again = try Run(seed: seed, variant: variant, keepsTrace: true)
    for line in again.trace { print(line) }
    print("seed \(seed) breaks \(run.faults.count) promises:")
    for fault in run.faults { print("  \(fault)") }
    if again.faults != run.faults { print("  and it did not replay: \(again.faults)") }
    exit(1)
  }
}
print("\(seeds) seeds from \(from), \(steps) steps: every promise held")
