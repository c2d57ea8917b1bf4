# Every habit of this project; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PACKAGES := libssl-dev libcurl4-openssl-dev libsqlite3-dev libpq-dev pkg-config openssl
STRICT := --explicit-target-dependency-import-check error
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# Debian packages, of which those that are missing are installed.
define install
missing=(); for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing+=($$p); done; \
if [ $${#missing[@]} -gt 0 ]; then echo "installing $${missing[*]}"; \
  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
  $(SUDO) apt-get install -y -qq --no-install-recommends $${missing[@]} >/dev/null; fi
endef

.PHONY: help deps test-deps postgresql build run demo test test-clients test-pages mutants fuzz sanitize simulate crash-test bench hostile rules lint format

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

deps: ## install the system libraries that are missing
	@$(call install,$(PACKAGES))

build: deps ## build the release executable
	swift build -c release $(STRICT) --product pasarela

run: build ## start gateway and sandbox on embedded defaults, and show what to try
	@exec .build/release/pasarela demo serve

demo: build ## make and pay a pay-in for every account and method
	@exec .build/release/pasarela demo

# What tests play the other side with.
TEST_PACKAGES := curl nodejs
test-deps: deps postgresql
	@$(call install,$(TEST_PACKAGES))
	@dpkg -s pgbouncer >/dev/null 2>&1 || { $(call install,pgbouncer); \
	  for c in 'service pgbouncer stop' 'update-rc.d pgbouncer disable'; do $(SUDO) $$c >/dev/null 2>&1; done; true; }

# Its programs, without a server of Debian's own: tests and bench start theirs.
CLUSTERS := /etc/postgresql-common/createcluster.conf
postgresql:
	@$(call install,postgresql-common)
	@dpkg -s postgresql >/dev/null 2>&1 || grep -qs '^create_main_cluster' $(CLUSTERS) || \
	  echo 'create_main_cluster = false' | $(SUDO) tee -a $(CLUSTERS) >/dev/null
	@$(call install,postgresql)

test: lint test-deps ## check the form of every Swift file, and run every test
	@# With every test under way at once, a server that is tested waits its turn for minutes on a busy machine.
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=16 swift test $(STRICT)

test-clients: build test-deps ## run other people's clients against the demo gateway
	@Tests/Clients/run.sh .build/release/pasarela

FORM :=
test-pages: build ## look at the payer's page in a real browser (FORM=short at some of it), and leave pictures in .build/pages
	@Tests/Pages/run.sh .build/release/pasarela $(FORM)

ONLY :=
mutants: test-deps ## break the code in every way of Tests/Mutants (with ONLY in its words), and see tests fail
	@perl Tests/Mutants/run.pl "$$ONLY"

TIMES := 20
SECONDS := 30
fuzz: deps ## damage what is read from outside, at random TIMES as long as make test does and guided by coverage for SECONDS each
	@# The runtime's own globals count as leaks.
	ASAN_OPTIONS=detect_leaks=0 PASARELA_FUZZ_TIMES=$(TIMES) swift test $(STRICT) --sanitize=address --scratch-path .build/fuzz \
	  --filter 'FuzzTests|MutationTests|RequestPropertyTests'
	@Tests/Fuzzing/run.sh $(SECONDS)

# The simulation owns its one thread; the form of files has none; a crash is no race.
sanitize: test-deps ## run the tests under ThreadSanitizer, the executable's too
	@mkdir -p .build/thread && clang -Wall -O1 -c -o .build/thread/mutex.o Tests/Sanitizing/mutex.c
	TSAN_OPTIONS=exitcode=66 SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8 swift test $(STRICT) --sanitize=thread \
	  -Xlinker $(CURDIR)/.build/thread/mutex.o --scratch-path .build/thread --skip 'SimulationTests|TidyTests|CrashTests'

SEEDS := 10000
FROM := 1
simulate: deps ## run SEEDS seeds of the simulation, from seed FROM
	swift build -c release -Xswiftc -enable-testing --scratch-path .build/simulation --product simulate
	.build/simulation/release/simulate --seeds $(SEEDS) --from $(FROM)

PART :=
bench: build ## measure speed beside nginx and FastAPI, and PostgreSQL beside SQLite, in 24 minutes (FORM=short in 4, SECONDS_EACH, ROUNDS; PART=stores alone)
	@for p in wrk nginx-light python3; do dpkg -s $$p >/dev/null 2>&1 || [ -x "$$(command -v $${p%-light})" ] || \
	  { $(SUDO) apt-get update -qq; DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq $$p >/dev/null; }; done
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || $(MAKE) --no-print-directory postgresql || true # else skipped
ifneq ($(PART),stores)
	@python3 -c 'import ensurepip' 2>/dev/null || { $(call install,python3-venv); } || true # for FastAPI, else skipped
	swift build -c release $(STRICT) --product RoutingBench
endif
	@FORM=$(FORM) PART=$(PART) PYTHONDONTWRITEBYTECODE=1 python3 Tests/Benchmarks/bench.py .build/release/pasarela .build

CRASHES := 50
STORE := sqlite
CRASH_SUITE_sqlite := CrashTests
CRASH_SUITE_postgres := PostgreSQLCrashTests
crash-test: $(if $(filter postgres,$(STORE)),test-deps,deps) ## kill the executable CRASHES times under load (STORE=postgres: three of them, their database and network, too)
	@test -n "$(CRASH_SUITE_$(STORE))" || { echo "STORE is sqlite or postgres"; exit 2; }
	PASARELA_CRASHES=$(CRASHES) swift test $(STRICT) --filter 'PasarelaTests\.$(CRASH_SUITE_$(STORE))/'

rules: build ## check the shipped rules, with the tests inside them
	.build/release/pasarela rules check routing-rules

hostile: build ## load the gateway as strangers can; an honest client and the memory are held to bounds
	@$(call install,python3)
	PYTHONDONTWRITEBYTECODE=1 python3 Tests/Hostile/hostile.py .build/release/pasarela

lint: ## check the form of every Swift file
	swift format lint --strict --configuration .swift-format -r Package.swift Sources Tests

format: ## rewrite every Swift file in the house's form
	swift format -i --configuration .swift-format -r Package.swift Sources Tests
