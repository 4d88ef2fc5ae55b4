import process from 'node:process'
import { StoreUnavailable } from '../application/ports/store-unavailable.ts'
import { ConfigurationError } from './configuration.ts'
import { EX_CONFIG } from './exit-codes.ts'
import { readEnvironment } from './read-environment.ts'
import { readFlagsOrExit } from './read-flags-or-exit.ts'
import { StartFault } from './start-fault.ts'

/** What an operator has done, beside the service or without it. */
export interface Job<Flag extends string> {
  /** Told for `--help`, and to whoever calls it otherwise. */
  readonly usage: string
  /** That it knows beside `--help`. */
  readonly flags: readonly Flag[]
  /** What it has done in the end, as `swept`. */
  readonly done: string
  /**
   * @returns the exit code
   * @throws {ConfigurationError} @throws {StartFault} @throws {StoreUnavailable}
   */
  readonly run: (variables: Readonly<Record<string, string | undefined>>, flags: ReadonlySet<Flag>) => Promise<number>
}

/** Runs it as this process. What keeps it from its end is told without a stack, which would only hide it. */
export async function runJob<Flag extends string>({ usage, flags, done, run }: Job<Flag>): Promise<void> {
  const given = readFlagsOrExit(usage, flags)
  try {
    process.exitCode = await run(readEnvironment(), given)
  } catch (error) {
    process.exitCode = tell(error, done)
  }
}

/** @returns the exit code */
function tell(error: unknown, done: string): number {
  if (error instanceof ConfigurationError) {
    process.stderr.write(`${error.message}\n`)
    return EX_CONFIG
  }
  if (error instanceof StartFault) {
    process.stderr.write(`not ${done}: ${error.variable}: ${inOneLine(error.message)}\n`)
    return error.exitCode
  }
  if (error instanceof StoreUnavailable) {
    process.stderr.write(`not ${done} to the end: ${error.operation}: ${inOneLine(reasonOf(error))}\n`)
    return 1
  }
  throw error
}

/** Where a server has several addresses, Node says nothing of them but the code. */
function reasonOf({ cause, message }: StoreUnavailable): string {
  if (!(cause instanceof Error)) return message
  if (cause.message !== '') return cause.message
  return 'code' in cause ? String(cause.code) : cause.name
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
