#!/bin/bash
# run.sh SECONDS: coverage-guided fuzzing of everything that reads what comes from outside, under
# AddressSanitizer, so many seconds each. Seeds are Tests/Fuzzing/Corpus and the golden cases; what
# is learnt stays in .build/fuzzing/corpus, an input that breaks a reader in .build/fuzzing/found.
set -euo pipefail
seconds=${1:-30}
export PASARELA_FUZZING=1
build=.build/fuzzing
flags=(-c release -Xswiftc -enable-testing -Xswiftc -parse-as-library -Xswiftc -sanitize=address,fuzzer
  --scratch-path "$build")
swift build "${flags[@]}" --product fuzzing
mkdir -p "$build/found"
seeds=$build/golden
rm -rf "$seeds" && mkdir -p "$seeds"
for file in Tests/ProvidersTests/Golden/*/*/{response,delivery}.http; do
  name=$(echo "$file" | tr / -)
  { printf '\0'; perl -0pe 's/.*?\n\n//s' "$file"; } >"$seeds/$name"
done
# The runtime's own globals count as leaks.
export ASAN_OPTIONS=detect_leaks=0
failed=()
for target in http json json5 cel pattern answers text; do
  corpus=$build/corpus/$target
  mkdir -p "$corpus"
  more=()
  [ "$target" = answers ] && more=("$seeds")
  # What an earlier run found breaks nothing any more once it is mended.
  for input in "$build/found/$target-"*; do
    [ -e "$input" ] || continue
    if PASARELA_FUZZ=$target "$build/release/fuzzing" -timeout=10 -rss_limit_mb=2048 \
      -artifact_prefix="$build/found/$target-" "$input" >/dev/null 2>&1; then rm "$input"; fi
  done
  echo "== $target, $seconds s"
  PASARELA_FUZZ=$target "$build/release/fuzzing" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -rss_limit_mb=2048 -artifact_prefix="$build/found/$target-" -verbosity=0 -print_final_stats=1 \
    "$corpus" "Tests/Fuzzing/Corpus/$target" "${more[@]}" 2>&1 |
    grep -E 'stat::(number|new)|ERROR|Fatal|precondition|found/' || failed+=("$target")
  ls "$build/found/$target-"* >/dev/null 2>&1 && failed+=("$target")
done
[ ${#failed[@]} -eq 0 ] || { echo "broken: ${failed[*]}; inputs in $build/found"; exit 1; }
