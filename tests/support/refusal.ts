import { inspect } from 'node:util'
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts'

/**
 * What a call is refused with.
 * @returns `undefined` when it is not refused
 * @throws whatever is no refusal: a fault
 */
export async function refusalOf(call: Promise<unknown>): Promise<DomainErrorCode | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    if (error instanceof DomainError) return error.code
    throw error
  }
}

/** What a call throws, as the most talkative log would write it: causes, hidden members and all. */
export async function thrownText(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => inspect(error, { depth: Infinity, showHidden: true, maxStringLength: Infinity }),
  )
}
