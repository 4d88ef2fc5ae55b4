import process from 'node:process'
import { parseArgs } from 'node:util'

const MISUSE = 2

/** What this process was called with. `--help` tells the usage and ends it; what is no flag of its own does so with 2. */
export function readFlagsOrExit<Name extends string>(usage: string, names: readonly Name[]): ReadonlySet<Name> {
  try {
    const options = Object.fromEntries(['help', ...names].map((name) => [name, { type: 'boolean' as const }]))
    const { values } = parseArgs({ options })
    if (values.help !== true) return new Set(names.filter((name) => values[name] === true))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'unknown'}\n${usage}\n`)
    process.exit(MISUSE)
  }
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}
