#!/usr/bin/env bash
# JUnit reports of Node 20's test runner, and from npm of mocha 11.8.0 (its `xunit`, mocha-junit-reporter 2.2.1), jest 30.5.2 (jest-junit 17.0.0)
# and vitest 3.2.7.
#
# Guess from the docs: a hook that throws fails the run, and the report that the runner writes for CI says so: as a failed case, or an error
# of the suite, with the words of what was thrown. Then its sums are not zero.
# What happens: with a leak check in the hook after all tests each of them exits with a failure. Node's report says failures="0" of the suite, and
# nothing of the one test but that it passed: that a hook threw, and what, is nowhere in it. jest-junit adds a case with a failure, and writes
# tests="1" failures="0" above it. mocha's two reporters write tests="1" above two cases, and `xunit`, where each failure is an error, has
# skipped="-1" to make up for it. Only vitest's sums are those of its cases. A check in the hook after each test is a failure in all of them.
#
# For who tests a heap: what is alive at the end is often asked after all tests, so it is that verdict which a report loses; ask in a test of its
# own that runs last. For who reads reports: go by the exit status first, and count elements instead of believing sums. For who writes
# them: let each kind of hook fail once, and read the report as CI does.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 400 npm i -s --no-audit --no-fund --ignore-scripts mocha@11.8.0 mocha-junit-reporter@2.2.1 jest@30.5.2 jest-junit@17.0.0 vitest@3.2.7
tests() { # the check, and how this runner calls the hooks after each test and after all
    echo "describe('heap', () => {"
    case $1 in
        'in a test') echo "  it('frees', () => { throw new Error('1 object alive'); });" ;;
        'after each') echo "  $2(() => { throw new Error('1 object alive'); }); it('frees', () => {});" ;;
        'after all') echo "  $3(() => { throw new Error('1 object alive'); }); it('frees', () => {});" ;;
        none) echo "  it('frees', () => {});" ;;
    esac
    echo "});"
}
cat > read.js <<'X'
const text = require('fs').readFileSync('report.xml', 'utf8');
const sums = /<testsuites?\b[^>]*\bfailures="[^>]*>/.exec(text)?.[0] ?? '';
const of = (name) => new RegExp(`\\b${name}="([^"]*)"`).exec(sums)?.[1] ?? 'none';
const count = (name) => text.split(`<${name}`).length - 1;
console.log(`says tests ${of('tests')}, failures ${of('failures')}, errors ${of('errors')}, skipped ${of('skipped')}; has cases ${count('testcase')},`
  + ` failures ${count('failure')}, errors ${count('error ')}; what was thrown is ${text.includes('1 object alive') ? '' : 'not '}in it`);
X
export CI=true NO_COLOR=1 TMPDIR=$tmp
look() { # name, status
    echo "$1: status $2, $(node read.js)"
    rm -f report.xml
}
echo "node $have, $(for name in mocha mocha-junit-reporter jest jest-junit vitest; do node -p "'$name ' + require('./node_modules/$name/package.json').version"; done | paste -sd' ')"
out=$(for check in none 'in a test' 'after each' 'after all'; do
    echo "$check"
    { echo "const { describe, it, after, afterEach } = require('node:test');"; tests "$check" afterEach after; } > t.test.js
    status=0; timeout 100 node --test --test-reporter=junit --test-reporter-destination=report.xml t.test.js || status=$?
    look '  node' $status
    tests "$check" afterEach after > t.test.js
    status=0; timeout 100 node_modules/.bin/mocha -R xunit -O output=report.xml t.test.js > log || status=$?
    look '  mocha, xunit' $status
    status=0; MOCHA_FILE=report.xml timeout 100 node_modules/.bin/mocha -R mocha-junit-reporter t.test.js > log || status=$?
    look '  mocha, mocha-junit-reporter' $status
    tests "$check" afterEach afterAll > t.test.js
    status=0; JEST_JUNIT_OUTPUT_FILE=report.xml timeout 100 node_modules/.bin/jest -i --reporters=jest-junit > log 2>&1 || status=$?
    look '  jest, jest-junit' $status
    { echo "import { describe, it, afterEach, afterAll } from 'vitest';"; tests "$check" afterEach afterAll; } > t.test.js
    status=0; timeout 100 node_modules/.bin/vitest run --reporter=junit --outputFile=report.xml > log 2>&1 || status=$?
    look '  vitest' $status
done); echo "$out"
want='none
  node: status 0, says tests 1, failures 0, errors 0, skipped 0; has cases 1, failures 0, errors 0; what was thrown is not in it
  mocha, xunit: status 0, says tests 1, failures 0, errors 0, skipped 0; has cases 1, failures 0, errors 0; what was thrown is not in it
  mocha, mocha-junit-reporter: status 0, says tests 1, failures 0, errors none, skipped none; has cases 1, failures 0, errors 0; what was thrown is not in it
  jest, jest-junit: status 0, says tests 1, failures 0, errors 0, skipped none; has cases 1, failures 0, errors 0; what was thrown is not in it
  vitest: status 0, says tests 1, failures 0, errors 0, skipped none; has cases 1, failures 0, errors 0; what was thrown is not in it
in a test
  node: status 1, says tests 1, failures 1, errors 0, skipped 0; has cases 1, failures 1, errors 0; what was thrown is in it
  mocha, xunit: status 1, says tests 1, failures 0, errors 1, skipped 0; has cases 1, failures 1, errors 0; what was thrown is in it
  mocha, mocha-junit-reporter: status 1, says tests 1, failures 1, errors none, skipped none; has cases 1, failures 1, errors 0; what was thrown is in it
  jest, jest-junit: status 1, says tests 1, failures 1, errors 0, skipped none; has cases 1, failures 1, errors 0; what was thrown is in it
  vitest: status 1, says tests 1, failures 1, errors 0, skipped none; has cases 1, failures 1, errors 0; what was thrown is in it
after each
  node: status 1, says tests 1, failures 1, errors 0, skipped 0; has cases 1, failures 1, errors 0; what was thrown is in it
  mocha, xunit: status 1, says tests 1, failures 0, errors 1, skipped -1; has cases 2, failures 1, errors 0; what was thrown is in it
  mocha, mocha-junit-reporter: status 1, says tests 1, failures 1, errors none, skipped none; has cases 2, failures 1, errors 0; what was thrown is in it
  jest, jest-junit: status 1, says tests 1, failures 1, errors 0, skipped none; has cases 1, failures 1, errors 0; what was thrown is in it
  vitest: status 1, says tests 1, failures 1, errors 0, skipped none; has cases 1, failures 1, errors 0; what was thrown is in it
after all
  node: status 1, says tests 1, failures 0, errors 0, skipped 0; has cases 1, failures 0, errors 0; what was thrown is not in it
  mocha, xunit: status 1, says tests 1, failures 0, errors 1, skipped -1; has cases 2, failures 1, errors 0; what was thrown is in it
  mocha, mocha-junit-reporter: status 1, says tests 1, failures 1, errors none, skipped none; has cases 2, failures 1, errors 0; what was thrown is in it
  jest, jest-junit: status 1, says tests 1, failures 0, errors 0, skipped none; has cases 2, failures 1, errors 0; what was thrown is in it
  vitest: status 1, says tests 2, failures 1, errors 0, skipped none; has cases 2, failures 1, errors 0; what was thrown is in it'
[ "$out" = "$want" ] || { echo "changed: reports say something else of hooks"; exit 1; }
