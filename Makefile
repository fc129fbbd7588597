# mqttscope. `make` alone lists what there is to make.
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
FUZZ_SECONDS ?= 60
CASES ?= 4000

.PHONY: help demo build test package lint fmt bench bench-live properties fuzz captures

help:
	@echo 'make demo      install what is missing, build, and print the trees of a recorded session'
	@echo 'make build     install what is missing, and build target/release/mqttscope'
	@echo 'make test      install what the tests need, and run everything: formatting, lints, builds, tests, docs'
	@echo 'make package   what crates.io would get: target/package/'
	@echo 'make lint      formatting and lints alone; make fmt formats'
	@echo 'make bench     the benchmarks, and mqttscope beside tshark and tcpdump on a load that it records (ROUNDS=5, LOAD=file.pcap)'
	@echo 'make bench-live  frames dropped beside tcpdump (Linux, needs root)'
	@echo 'make properties  the random tests with other numbers than those of make test, CASES=$(CASES) of each'
	@echo 'make fuzz      every fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make captures  record captures/ anew, with real clients and a real broker (Linux)'

demo: build
	$(TARGET)/release/mqttscope read captures/session.pcap

build:
	@.ci/install build
	$(CARGO) build --release --locked

# The same commit gets the same verdict: random tests draw the same numbers each time. `make properties`
# and `make fuzz` are for what these do not reach.
test: export PROPTEST_RNG_SEED ?= 3881
test:
	@.ci/install test
	$(MAKE) --no-print-directory lint
	$(CARGO) build --locked --no-default-features
	$(CARGO) test --locked
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --no-deps
	$(MAKE) --no-print-directory package

# What crates.io would get, and that nothing about it is worth a warning. Everything is fetched by now.
package:
	@said=$$($(CARGO) package --locked --offline --no-verify --allow-dirty 2>&1); code=$$?; echo "$$said"; \
	case $$said in *warning:*) echo 'make package: a warning is a fault here; see it above' >&2; exit 1 ;; esac; exit $$code

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --all-targets --no-default-features -- -D warnings

fmt:
	$(CARGO) fmt

bench: build
	@.ci/install bench
	$(CARGO) bench --locked
	python3 benches/peers/run.py $(TARGET)/release/mqttscope $(LOAD)

bench-live: build
	@.ci/install test
	benches/live.sh $(TARGET)/release/mqttscope

properties: export PROPTEST_CASES ?= $(CASES)
properties:
	@.ci/install test
	$(CARGO) test --locked --lib
	$(CARGO) test --locked $(patsubst tests/%.rs,--test %,$(shell grep -l 'proptest!' tests/*.rs))

# The sanitizer is an unstable option of the compiler; RUSTC_BOOTSTRAP lets a stable one have it.
fuzz: export RUSTC_BOOTSTRAP = 1
fuzz:
	@.ci/install fuzz
	@set -e; targets=$$($(CARGO) fuzz list); for target in $$targets; do \
	  echo "== $$target: $(FUZZ_SECONDS) s"; \
	  $(CARGO) fuzz run "$$target" -- -max_total_time=$(FUZZ_SECONDS); \
	done

captures:
	@.ci/install captures
	captures/record.sh
