# mqttscope. `make` alone lists what there is to make.
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
FUZZ_SECONDS ?= 60

.PHONY: help demo build test lint fmt bench bench-live fuzz captures

help:
	@echo 'make demo      install what is missing, build, and print the trees of a recorded session'
	@echo 'make build     install what is missing, and build target/release/mqttscope'
	@echo 'make test      install what the tests need, and run everything: formatting, lints, builds, tests, docs'
	@echo 'make lint      formatting and lints alone; make fmt formats'
	@echo 'make bench     the benchmarks, and mqttscope beside tshark and tcpdump on a load that it records (ROUNDS=5, LOAD=file.pcap)'
	@echo 'make bench-live  frames dropped beside tcpdump (Linux, needs root)'
	@echo 'make fuzz      every fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make captures  record captures/ anew, with real clients and a real broker (Linux)'

demo: build
	$(TARGET)/release/mqttscope read captures/session.pcap

build:
	@.ci/install build
	$(CARGO) build --release --locked

test:
	@.ci/install test
	$(MAKE) --no-print-directory lint
	$(CARGO) build --locked --no-default-features
	$(CARGO) test --locked
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --no-deps

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
