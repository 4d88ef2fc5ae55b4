import type { EventLog } from '../application/ports/event-log.ts'
import { EX_CONFIG } from './exit-codes.ts'

/** Why the service cannot run here, for its operator: which variable to look at, and what is wrong. */
export class StartFault extends Error {
  readonly variable: string
  readonly exitCode: number

  /** @param cause what failed because of the value; absent where the value itself is wrong */
  constructor(variable: string, reason: string, cause?: unknown) {
    super(reason, { cause })
    this.name = 'StartFault'
    this.variable = variable
    this.exitCode = cause === undefined || wantsAnotherValue(cause) ? EX_CONFIG : 1
  }
}

/** The variable is what has to change; after any other failure the next start may succeed as it is. */
const CONFIGURATION_FAULTS: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'EEXIST',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
  'ENOTFOUND',
  'EPERM',
  'EROFS',
])

/** @throws {StartFault} for whatever `use` throws */
export async function usingDataFolder<Result>(folder: string, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use()
  } catch (error) {
    throw new StartFault('DATA_DIR', `${folder} cannot be used: ${messageOf(error)}`, error)
  }
}

/** @returns the exit code */
export function logStartFailure(error: unknown, log: EventLog): number {
  const fault = startFaultOf(error)
  if (fault === undefined) {
    log.error('start_failed', {}, error)
    return 1
  }
  // That is all there is to it: a stack would only hide it.
  log.error('start_failed', { variable: fault.variable, reason: fault.message })
  return fault.exitCode
}

/** A server that cannot listen is known by the call that failed. */
function startFaultOf(error: unknown): StartFault | undefined {
  // A start that failed, and its undoing too: what it failed by counts.
  if (error instanceof SuppressedError) return startFaultOf(error.suppressed)
  if (error instanceof StartFault) return error
  if (!(error instanceof Error) || !('syscall' in error)) return undefined
  switch (error.syscall) {
    case 'getaddrinfo':
      return new StartFault('HOST', messageOf(error), error)
    case 'listen':
      return new StartFault(codeOf(error) === 'EADDRNOTAVAIL' ? 'HOST' : 'PORT', messageOf(error), error)
    default:
      return undefined
  }
}

function wantsAnotherValue(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return CONFIGURATION_FAULTS.has(codeOf(error)) || wantsAnotherValue(error.cause)
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
