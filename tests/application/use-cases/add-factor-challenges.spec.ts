import { expect } from 'chai'
import type { AddFactorCommand } from '../../../application/use-cases/add-factor.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { expectRefused } from '../support/expectations.ts'
import { FOREIGN_CHALLENGE } from '../support/faulty-requests.ts'
import { KeypairClient, PasskeyClient, type FactorClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

/** That only the factor that was announced can be added, and only with the two challenges of its announcement. */
describe('AddFactor, its challenges', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  const clients = {
    'a passkey': () => new PasskeyClient(),
    'an OIDC account': () => harness.newAccountClient(),
    'an EC keypair': () => new KeypairClient(),
  }
  type Kind = keyof typeof clients
  const kinds: readonly Kind[] = ['a passkey', 'an OIDC account', 'an EC keypair']

  /** The refusal, and that the announced factor can still be added after it. */
  async function expectSwapRefused(
    announced: FactorClient,
    swap: (command: AddFactorCommand) => Promise<Partial<AddFactorCommand>>,
    code: DomainErrorCode,
  ): Promise<void> {
    const command = await harness.addFactorCommand(backup.main, announced)
    const swapped = { ...command, ...(await swap(command)) }
    await expectRefused(harness, () => harness.application.addFactor.execute(swapped), code)
    await harness.application.addFactor.execute(command)
  }

  for (const announced of kinds) {
    for (const brought of kinds.filter((kind) => kind !== announced)) {
      it(`refuses ${brought} where ${announced} was announced`, async () => {
        const other = await harness.addFactorCommand(backup.main, clients[brought]())
        const swap = async (): Promise<Partial<AddFactorCommand>> => proofOf(other)
        await expectSwapRefused(clients[announced](), swap, 'invalid_new_factor_type')
      })

      it(`refuses ${brought} for both challenges of the announcement of ${announced}`, async () => {
        const swap = async (): Promise<Partial<AddFactorCommand>> => ({
          newFactor: clients[brought]().enrol(FOREIGN_CHALLENGE),
        })
        await expectSwapRefused(clients[announced](), swap, 'invalid_new_factor_type')
      })
    }

    it(`refuses the proof challenge of another announcement of ${announced}`, async () => {
      const other = await harness.addFactorCommand(backup.main, clients[announced]())
      const swap = async (): Promise<Partial<AddFactorCommand>> => ({ newFactorToken: other.newFactorToken })
      await expectSwapRefused(clients[announced](), swap, 'invalid_challenge_context')
    })

    it(`refuses the agreement challenge of another announcement of ${announced}`, async () => {
      const other = await harness.addFactorCommand(backup.main, clients[announced]())
      const swap = async (): Promise<Partial<AddFactorCommand>> => agreementOf(other)
      const codes = {
        'a passkey': 'invalid_challenge_context',
        'an OIDC account': 'oidc_token_mismatch',
        'an EC keypair': 'invalid_challenge_context',
      } as const
      await expectSwapRefused(clients[announced](), swap, codes[announced])
    })

    it(`refuses ${announced} in place of another one that was announced`, async () => {
      const other = clients[announced]()
      const swap = async (): Promise<Partial<AddFactorCommand>> =>
        proofOf(await harness.addFactorCommand(backup.main, other))
      const codes = {
        'a passkey': 'invalid_challenge_context',
        'an OIDC account': 'oidc_token_mismatch',
        'an EC keypair': 'invalid_challenge_context',
      } as const
      await expectSwapRefused(clients[announced](), swap, codes[announced])
    })

    it(`refuses ${announced} that answered another challenge than that of its announcement`, async () => {
      const fresh = clients[announced]()
      const swap = async (): Promise<Partial<AddFactorCommand>> => ({ newFactor: fresh.enrol(FOREIGN_CHALLENGE) })
      const code = announced === 'a passkey' ? 'webauthn_error' : 'signature_verification_error'
      await expectSwapRefused(fresh, swap, code)
    })
  }

  const misplaced: readonly (readonly [
    string,
    DomainErrorCode,
    (command: AddFactorCommand) => Partial<AddFactorCommand>,
  ])[] = [
    [
      'the proof challenge in place of the agreement challenge',
      'unexpected_challenge_type',
      ({ newFactorToken }) => ({ existingFactorToken: newFactorToken }),
    ],
    [
      'the agreement challenge in place of the proof challenge',
      'unexpected_challenge_type',
      ({ existingFactorToken }) => ({ newFactorToken: existingFactorToken }),
    ],
    ['an agreement challenge that is not ours', 'jwt_error', () => ({ existingFactorToken: 'nonsense' })],
    ['a proof challenge that is not ours', 'jwt_error', () => ({ newFactorToken: 'nonsense' })],
    [
      'an agreement to another challenge',
      'signature_verification_error',
      () => ({ existingFactor: backup.main.prove(FOREIGN_CHALLENGE) }),
    ],
    [
      'an agreement by the new factor’s signature',
      'signature_verification_error',
      ({ newFactor }) => ({ existingFactor: newFactor }),
    ],
  ]
  for (const [what, code, misplace] of misplaced) {
    it(`refuses ${what}`, async () => {
      await expectSwapRefused(new KeypairClient(), async (command) => misplace(command), code)
    })
  }

  it('refuses a challenge of another operation for the agreement', async () => {
    const { token } = await harness.application.challenges.issue('any', { operation: 'retrieve' })
    await expectSwapRefused(
      new KeypairClient(),
      async () => ({ existingFactorToken: token }),
      'invalid_challenge_context',
    )
  })

  it('refuses a challenge of another operation for the proof', async () => {
    const { token } = await harness.application.challenges.issue('keypair', { operation: 'create' })
    await expectSwapRefused(new KeypairClient(), async () => ({ newFactorToken: token }), 'invalid_challenge_context')
  })

  for (const kind of kinds) {
    it(`consumes both challenges in one commit for ${kind}, and the nonce of an account`, async () => {
      await harness.addFactor(backup, clients[kind]())
      const consumed = harness.index.attempts.at(-1)?.consume.map(({ key }) => key.split('#')[0])
      const nonce = kind === 'an OIDC account' ? ['oidc-nonce'] : []
      expect(consumed).to.deep.equal(['challenge', 'challenge', ...nonce])
    })
  }

  it('consumes neither challenge when the commit fails', async () => {
    const command = await harness.addFactorCommand(backup.main, new KeypairClient())
    harness.index.failNextCommits('before the effect', 'before the effect', 'before the effect')
    await expectRefused(harness, () => harness.application.addFactor.execute(command), 'unavailable')
    await harness.application.addFactor.execute(command)
  })

  it('consumes neither challenge when the other one was used', async () => {
    const fresh = new KeypairClient()
    const used = await harness.addFactorCommand(backup.main, fresh)
    const { factorId } = await harness.application.addFactor.execute(used)
    await harness.deleteFactor(backup.device, factorId, 'MAIN')

    const unused = await harness.addFactorCommand(backup.main, fresh)
    for (const replayed of [agreementOf(used), proofOf(used)]) {
      const command = { ...unused, ...replayed }
      await expectRefused(harness, () => harness.application.addFactor.execute(command), 'already_used')
    }
    await harness.application.addFactor.execute(unused)
  })
})

function agreementOf({ existingFactor, existingFactorToken }: AddFactorCommand): Partial<AddFactorCommand> {
  return { existingFactor, existingFactorToken }
}

function proofOf({ newFactor, newFactorToken }: AddFactorCommand): Partial<AddFactorCommand> {
  return { newFactor, newFactorToken }
}
