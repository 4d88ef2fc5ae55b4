import { expect } from 'chai'
import { DomainError, type DomainErrorCode } from '../../../domain/domain-error.ts'

export function expectRefusal(act: () => unknown, code: DomainErrorCode): void {
  expect(act).to.throw(DomainError).with.property('code', code)
}

/** A parser's refusal: its message goes to the client, so it must not hold what came in. */
export function expectInvalidPayload(parse: (input: string) => unknown, input: string): void {
  expect(() => parse(input))
    .to.throw(DomainError)
    .that.satisfies(({ code, message }: DomainError) => code === 'invalid_payload' && !echoes(message, input))
}

/** Inputs shorter than this appear in ordinary prose. */
const TELLING_CHARACTERS = 16

function echoes(message: string, input: string): boolean {
  return input.length >= TELLING_CHARACTERS && message.includes(input)
}
