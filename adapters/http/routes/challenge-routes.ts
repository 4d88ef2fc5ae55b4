import { Router, type Request } from 'express'
import { UNBOUND_OPERATIONS, type ChallengeContext } from '../../../application/challenge-context.ts'
import { challengeInBase64 } from '../../../application/challenge.ts'
import type { IssuedChallenge } from '../../../application/challenges.ts'
import type { IssuedPasskeyChallenge } from '../../../application/use-cases/issue-passkey-challenge.ts'
import { parseBackupId } from '../../../domain/backup-id.ts'
import { parseEcPublicKey } from '../../../domain/ec-public-key.ts'
import { parseFactorId } from '../../../domain/factor.ts'
import type { NewFactor } from '../../../application/use-cases/announce-factor.ts'
import type { UseCases } from '../use-cases.ts'
import { bodyOf } from '../wire/body-of.ts'
import type {
  AddFactorChallengeJson,
  DeleteFactorChallengeJson,
  PasskeyUserJson,
  ResetChallengeJson,
} from '../wire/requests.ts'

/** Everything that hands out a challenge. */
export function challengeRoutes(useCases: UseCases): Router {
  const router = Router()

  const keypair = (operation: string, contextOf: (request: Request) => ChallengeContext): void => {
    router.post(`/${operation}/challenge/keypair`, async (request, response) => {
      response.json(keypairJson(await useCases.issueKeypairChallenge.execute(contextOf(request))))
    })
  }
  for (const operation of UNBOUND_OPERATIONS) keypair(operation, () => ({ operation }))
  keypair('delete-factor', (request) => ({
    operation: 'delete-factor',
    factorId: parseFactorId(bodyOf<DeleteFactorChallengeJson>(request).factorId),
  }))
  keypair('reset', (request) => ({
    operation: 'reset',
    backupId: parseBackupId(bodyOf<ResetChallengeJson>(request).backupAccountId),
  }))

  router.post('/create/challenge/passkey', async (request, response) => {
    const { name, displayName } = bodyOf<PasskeyUserJson>(request)
    response.json(passkeyJson(await useCases.issuePasskeyChallenge.forCreation({ name, displayName })))
  })
  for (const operation of ['retrieve', 'verify-factor', 'undelete'] as const) {
    router.post(`/${operation}/challenge/passkey`, async (_request, response) => {
      response.json(passkeyJson(await useCases.issuePasskeyChallenge.forAssertion(operation)))
    })
  }

  router.post('/add-factor/challenge', async (request, response) => {
    const announced = await useCases.announceFactor.execute(newFactorOf(bodyOf<AddFactorChallengeJson>(request)))
    const { forExistingFactor, forNewFactor, creationOptions } = announced
    response.json({
      existingFactorChallenge: challengeInBase64(forExistingFactor.challenge),
      existingFactorToken: forExistingFactor.token,
      newFactorChallenge: creationOptions ?? challengeInBase64(forNewFactor.challenge),
      newFactorToken: forNewFactor.token,
    })
  })

  return router
}

function keypairJson({ challenge, token }: IssuedChallenge): object {
  return { challenge: challengeInBase64(challenge), token }
}

function passkeyJson({ options, token }: IssuedPasskeyChallenge): object {
  return { challenge: options, token }
}

function newFactorOf({ newFactor }: AddFactorChallengeJson): NewFactor {
  switch (newFactor.kind) {
    case 'PASSKEY': {
      const { kind, name, displayName } = newFactor
      return { kind, name, displayName }
    }
    case 'OIDC_ACCOUNT':
      return { kind: newFactor.kind, idToken: newFactor.oidcToken }
    case 'EC_KEYPAIR':
      return { kind: newFactor.kind, publicKey: parseEcPublicKey(newFactor.publicKey) }
  }
}
