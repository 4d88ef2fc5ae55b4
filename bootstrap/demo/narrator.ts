import { Refusal } from './client/refusal.ts'

/** Where the demo writes to, a line at a time. */
export type Print = (line: string) => void

/** A step did not go as it should. The message names it and says what was expected and what came. */
export class StepFailed extends Error {
  constructor(title: string, cause: unknown) {
    super(`step "${title}": ${messageOf(cause)}`, { cause })
    this.name = 'StepFailed'
  }
}

/** Tells the story: runs each step, prints what came of it, and stops at the first that goes wrong. */
export class Narrator {
  readonly #print: Print
  #chapters = 0
  #steps = 0

  constructor(print: Print) {
    this.#print = print
  }

  get steps(): number {
    return this.#steps
  }

  chapter(title: string): void {
    this.#chapters += 1
    this.#print(`\n${this.#chapters}. ${title}`)
  }

  /** @param tell the part of the result that is worth reading */
  async step<Result>(
    title: string,
    act: () => Result | Promise<Result>,
    tell: (result: Result) => string = () => 'done',
  ): Promise<Result> {
    try {
      const result = await act()
      this.#tell(title, tell(result))
      return result
    } catch (error) {
      throw new StepFailed(
        title,
        error instanceof Refusal ? new Error(`expected success, got ${error.message}`) : error,
      )
    }
  }

  /** A step that the service must refuse. @param expected status and code, as `412 manifest_hash_mismatch` */
  async refused(title: string, expected: string, act: () => Promise<unknown>): Promise<void> {
    const got = await act().then(() => 'success', refusalOf)
    if (got !== expected) throw new StepFailed(title, new Error(`expected ${expected}, got ${got}`))
    this.#tell(title, `refused, ${got}`)
  }

  skip(title: string, reason: string): void {
    this.#print(`   - ${title}\n       left out: ${reason}`)
  }

  #tell(title: string, result: string): void {
    this.#steps += 1
    this.#print(`   ✓ ${title}\n       ${result}`)
  }
}

/** @throws {Error} saying what was expected and what came */
export function expectSame(what: string, got: unknown, expected: unknown): void {
  const [gotText, expectedText] = [JSON.stringify(got), JSON.stringify(expected)]
  if (gotText !== expectedText) throw new Error(`expected ${what} to be ${expectedText}, got ${gotText}`)
}

function refusalOf(error: unknown): string {
  return error instanceof Refusal ? `${error.status} ${error.code}` : messageOf(error)
}

/** Why a fetch failed is in its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${messageOf(error.cause)})` : error.message
}
