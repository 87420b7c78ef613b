# The two commands a newcomer needs: `make run` and `make test`. The logic is in scripts/.
.NOTPARALLEL:
.DEFAULT_GOAL := help

## run: install what is missing, build, start the server and two phones in a call (ARGS="…")
.PHONY: run
run: setup build
	@exec .build/debug/holdfastctl run $(ARGS)

## test: lint, install what tests need, build, run every test (FILTER=… runs some of them)
.PHONY: test
test: lint setup setup-test build
	@scripts/test.sh $(if $(FILTER),--filter '$(FILTER)')

## test-long: the long forms: bad input, a blocked app, a silent server (some minutes)
.PHONY: test-long
test-long: setup setup-test build
	@LONG_TESTS=1 scripts/test.sh --filter 'BadInput|EndToEnd/AdversarialTests'

## build: build everything, tests included, in debug (the same build for run and test)
.PHONY: build
build:
	@scripts/build.sh

## lint: check the format of the Swift sources and, if shellcheck is there, the scripts
.PHONY: lint
lint:
	@scripts/lint.sh

## setup: install the packages that run needs (Debian and Ubuntu; asks apt only when needed)
.PHONY: setup
setup:
	@scripts/setup.sh run

## setup-test: install the packages that only tests need
.PHONY: setup-test
setup-test:
	@scripts/setup.sh test

## fuzz: run every reader of foreign bytes under libFuzzer, n seconds each (SECONDS=n TARGET=name)
.PHONY: fuzz
fuzz: setup
	@scripts/fuzz.sh $(or $(SECONDS),30) $(TARGET)

## test-threads: run the client's and the server's tests under the thread sanitizer (about 20 minutes)
.PHONY: test-threads
test-threads: setup setup-test
	@scripts/test-threads.sh

## performance: measure how fast a phone is back, and draw the plots of docs/performance.md (75 minutes)
.PHONY: performance
performance: setup build
	@scripts/performance.sh

## clean: remove what the builds made (.build, .build-*)
.PHONY: clean
clean:
	@scripts/clean.sh

## help: show this list
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): /  make \1\t/p' Makefile | expand -t 20
