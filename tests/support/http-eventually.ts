import { setTimeout as delay } from 'node:timers/promises'

const POLL_MILLISECONDS = 2
const DEADLINE_MILLISECONDS = 8_000

/**
 * Waits until `condition` holds, for what happens behind an answer.
 * @throws {Error} naming what did not come about
 */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MILLISECONDS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await delay(POLL_MILLISECONDS)
  }
}
