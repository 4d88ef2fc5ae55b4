'use strict'

// Mocha's `spec` output, and "passes failures" in a file once the run is over: a count that no test can print by
// accident, and that is missing when the process ends before its tests do.
const { writeFileSync } = require('node:fs')
const process = require('node:process')
const { Runner, reporters } = require('mocha')

class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env['TEST_COUNTS_FILE']
      if (file) writeFileSync(file, `${this.stats.passes} ${this.stats.failures}\n`)
    })
  }
}

module.exports = CountingReporter
