import type { CallKey } from './engine/fault-plan.ts'
import { FAULTS, type Fault } from './engine/faults.ts'
import type { Schedule } from './simulation.ts'

/** What to type to see a schedule again. */
export function replayCommand({ seed, operations, only, faults, without }: Schedule): string {
  const options = [`--seed ${seed}`, `--operations ${operations}`]
  if (only !== undefined) options.push(`--only ${[...only].join()}`)
  if (faults !== undefined) options.push(`--faults ${faultsText(faults)}`)
  if (without !== undefined) options.push(`--without ${[...without].join()}`)
  return `npm run simulate -- ${options.join(' ')}`
}

/** @param text numbers with commas in between */
export function parseOperations(text: string): ReadonlySet<number> {
  return new Set(text.split(',').map(Number))
}

function faultsText(faults: ReadonlyMap<CallKey, Fault>): string {
  return faults.size === 0 ? 'none' : [...faults].map(([key, fault]) => `${key}=${fault}`).join()
}

/**
 * @param text `{attempt}.{call}={fault}` with commas in between, or `none`
 * @throws {Error} for a fault that there is not
 */
export function parseFaults(text: string): ReadonlyMap<CallKey, Fault> {
  if (text === 'none') return new Map()
  return new Map(
    text.split(',').map((entry) => {
      const [key = '', name = ''] = entry.split('=')
      return [key, parseFault(name)]
    }),
  )
}

/** @throws {Error} for a fault that there is not */
export function parseFault(name: string): Fault {
  const fault = FAULTS.find((known) => known === name)
  if (fault === undefined) throw new Error(`there is no fault ${name}; there are ${FAULTS.join(', ')}`)
  return fault
}
