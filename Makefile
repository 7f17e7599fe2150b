# The commands of this project. With a cluster and Pulumi of your own you need none of them: see README.md.
.PHONY: help demo shop test properties mutants verify probe faults bench screenshots docs lint testbed-up testbed-down testbed-status toolchain

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

demo: testbed-up node_modules ## the whole story on a real cluster on this machine; leaves it running
	testbed/demo

shop: toolchain node_modules ## examples/shop on this machine: ten services, stores, a job; leaves it running
	testbed/shop/up

test: toolchain node_modules ## lint, and every test: unit, policies, previews, and the story on a testbed of its own
	eval "$$(testbed/env)" && tests/all

properties: toolchain node_modules ## the tests that generate their cases, ROUNDS=10 times, each time with others
	eval "$$(testbed/env)" && for round in $$(seq $${ROUNDS:-10}); do \
	  npx jest --selectProjects unit consul --runTestsByPath $$(grep -l '/generated"' tests/unit/*.ts tests/consul/*.test.ts) || exit; \
	done

verify: node_modules ## checks whether a stack's mesh does what was declared: make verify STACK=dev
	npm run --silent verify -- $(if $(STACK),--stack $(STACK)) $(ARGS)

probe: node_modules ## proves with real requests that declared callers get through, and nobody else: make probe STACK=dev
	npm run --silent probe -- $(if $(STACK),--stack $(STACK)) $(ARGS)

mutants: toolchain node_modules ## puts faults into the code, one by one, and tells which of them no test sees; SINCE=main: only in changed files
	eval "$$(testbed/env)" && npx ts-node --transpile-only tests/mutants/run.ts

faults: toolchain node_modules ## rotations, faults, changes and an upgrade under load, and each example of the docs, on the cluster; not part of test
	testbed/down && testbed/up
	eval "$$(testbed/env)" && npx jest --maxWorkers=1 --forceExit --selectProjects faults

bench: toolchain node_modules ## how long things take, side by side with the article's way, kubectl's, and a service's without the mesh
	testbed/down && testbed/up
	eval "$$(testbed/env)" && tests/bench/run && npx ts-node --transpile-only tests/bench/scale.ts
	testbed/toolchain/build fortio && testbed/down && testbed/up
	eval "$$(testbed/env)" && npx ts-node --transpile-only tests/bench/road.ts
	npx ts-node --transpile-only tests/bench/pictures.ts && npx prettier --write docs/performance.md

screenshots: toolchain node_modules ## takes the pictures in the docs again
	testbed/down && testbed/up
	eval "$$(testbed/env)" && npx jest --forceExit --selectProjects e2e -- tests/e2e/tls.test.ts
	cp screenshots/traefik-dashboard.png screenshots/consul-ui.png docs/images/

docs: ## the pages of docs/ as a site with a search, in site/; fails where a link leads nowhere
	npm ci --prefix docs --loglevel=error
	npm run --silent --prefix docs build

lint: node_modules ## types, style and format
	npm run --silent lint

testbed-up: toolchain ## a real Kubernetes on this machine, without Docker
	testbed/up

testbed-down: ## stops it and leaves nothing behind
	testbed/down

testbed-status: ## what of it runs
	testbed/status

toolchain: ## builds or finds every tool, cached by content
	testbed/toolchain/build
	testbed/charts/package

# npm writes this file at the end of an installation, so it tells a whole one from a broken one.
node_modules: node_modules/.package-lock.json
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --loglevel=error
	@touch $@
