// npm run simulate -- --seeds N [--seed S] [--operations K] [--without F,F]: runs the application on stores, clocks and a
// network that a seed decides about: N seeds from S on, with K operations each, without the faults F. Prints what was tried;
// on a violation, a shrunk trace that can be replayed, and exits with 1. `--only` and `--faults`, as such a trace names them,
// replay it.
import { parseArgs } from 'node:util'
import { failureReport } from './support/failure-report.ts'
import { parseFault, parseFaults, parseOperations, replayCommand } from './support/schedule-text.ts'
import { shrink } from './support/shrink.ts'
import { simulate, type Schedule } from './support/simulation.ts'
import { Statistics } from './support/statistics.ts'

const PROGRESS_INTERVAL = 5000 // milliseconds

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    operations: { type: 'string', default: '50' },
    without: { type: 'string' },
    only: { type: 'string' },
    faults: { type: 'string' },
  },
})

const schedule: Schedule = {
  seed: wholeNumber('seed', values.seed),
  operations: wholeNumber('operations', values.operations),
  ...(values.without !== undefined && { without: new Set(values.without.split(',').map(parseFault)) }),
  ...(values.only !== undefined && { only: parseOperations(values.only) }),
  ...(values.faults !== undefined && { faults: parseFaults(values.faults) }),
}
const holds = schedule.only === undefined ? await explore(wholeNumber('seeds', values.seeds)) : await replay()
if (!holds) process.exitCode = 1

async function replay(): Promise<boolean> {
  const { trace, violation } = await simulate(schedule)
  console.log(trace.join('\n'))
  console.log(violation === undefined ? 'no violation' : `invariant ${violation.invariant} violated`)
  return violation === undefined
}

async function explore(seeds: number): Promise<boolean> {
  const statistics = new Statistics()
  const started = performance.now()
  let reported = started
  for (let seed = schedule.seed; seed < schedule.seed + seeds && statistics.violations === 0; seed += 1) {
    const result = await simulate({ ...schedule, seed }, statistics)
    statistics.add(result)
    if (result.violation !== undefined) await explain({ ...schedule, seed })
    if (performance.now() - reported > PROGRESS_INTERVAL) {
      reported = performance.now()
      console.log(`${statistics.seeds} of ${seeds} seeds, ${statistics.operations} operations`)
    }
  }
  const seconds = (performance.now() - started) / 1000
  console.log([...statistics.lines(), `time                    ${seconds.toFixed(1)} s`].join('\n'))
  return statistics.violations === 0
}

async function explain(failing: Schedule): Promise<void> {
  console.log(`seed ${failing.seed} violates an invariant: ${replayCommand(failing)}\nshrinking it ...`)
  console.log(failureReport(await shrink(failing)))
}

function wholeNumber(name: string, text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text)
  throw new Error(`--${name} is a whole number`)
}
