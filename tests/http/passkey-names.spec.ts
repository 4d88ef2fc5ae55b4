import { expect } from 'chai'
import type { Answer } from '../support/http-client.ts'
import { useSharedService } from '../support/http-service.ts'

interface User {
  readonly name: string
  readonly displayName: string
}

interface CreationOptions {
  readonly publicKey: { readonly user: User }
}

const NAMED: User = { name: 'somebody', displayName: 'Some Body' }
const LONGEST = 'n'.repeat(256)

/** WebAuthn Level 3 §5.4.3: what tells accounts apart is `name`; `displayName` is for whoever has one. */
const ROWS: readonly (readonly [title: string, user: User, outcome: string])[] = [
  ['both names', NAMED, '200'],
  ['an empty displayName', { ...NAMED, displayName: '' }, '200'],
  ['the longest names', { name: LONGEST, displayName: LONGEST }, '200'],
  ['an empty name', { ...NAMED, name: '' }, '400 invalid_payload'],
  ['a name that is too long', { ...NAMED, name: `${LONGEST}n` }, '400 invalid_payload'],
  ['a displayName that is too long', { ...NAMED, displayName: `${LONGEST}n` }, '400 invalid_payload'],
]

describe('The names of a new passkey', () => {
  const service = useSharedService()

  for (const [title, user, outcome] of ROWS) {
    it(`/create/challenge/passkey: ${title}: ${outcome}`, async () => {
      const answer = await service().http.post<{ challenge: CreationOptions }>('/v1/create/challenge/passkey', {
        ...user,
        platform: 'IOS',
      })
      expectNames(answer, ({ challenge }) => challenge, { user, outcome })
    })

    it(`/add-factor/challenge: ${title}: ${outcome}`, async () => {
      const answer = await service().http.post<{ newFactorChallenge: CreationOptions }>('/v1/add-factor/challenge', {
        newFactor: { kind: 'PASSKEY', ...user, platform: 'ANDROID' },
      })
      expectNames(answer, ({ newFactorChallenge }) => newFactorChallenge, { user, outcome })
    })
  }
})

/** That the answer is this one, and the options of a success have the names as they were given. */
function expectNames<Body>(
  answer: Answer<Body>,
  optionsIn: (body: Body) => CreationOptions,
  expected: { readonly user: User; readonly outcome: string },
): void {
  expect(answer.outcome).to.equal(expected.outcome)
  if (answer.status === 200) expect(optionsIn(answer.body).publicKey.user).to.include(expected.user)
}
