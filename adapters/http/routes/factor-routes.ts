import { Router, type RequestHandler } from 'express'
import { parseBackupId } from '../../../domain/backup-id.ts'
import { parseFactorId } from '../../../domain/factor.ts'
import type { UseCases } from '../use-cases.ts'
import { authorizationOf } from '../wire/authorization.ts'
import { bodyOf } from '../wire/body-of.ts'
import { encryptedBackupKeyOf } from '../wire/encrypted-backup-key.ts'
import type {
  AddFactorJson,
  AddSyncFactorJson,
  AuthorizedJson,
  DeleteFactorJson,
  RetrieveMetadataJson,
} from '../wire/requests.ts'

/** Everything that is about factors. @param attested wants the request attested, where that is configured */
export function factorRoutes(useCases: UseCases, attested: RequestHandler): Router {
  const router = Router()

  router.post('/verify-factor', attested, async (request, response) => {
    const { authorization, challengeToken } = bodyOf<AuthorizedJson>(request)
    const backupId = await useCases.verifyFactor.execute({
      authorization: authorizationOf(authorization),
      challengeToken,
    })
    response.json({ backupId })
  })

  router.post('/add-sync-factor', async (request, response) => {
    const { syncFactor, challengeToken, syncFactorToken } = bodyOf<AddSyncFactorJson>(request)
    const backupId = await useCases.addSyncFactor.execute({
      syncFactor: authorizationOf(syncFactor),
      challengeToken,
      syncFactorToken,
    })
    response.json({ backupId })
  })

  router.post('/add-factor', async (request, response) => {
    const json = bodyOf<AddFactorJson>(request)
    const { factorId, metadata } = await useCases.addFactor.execute({
      existingFactor: authorizationOf(json.existingFactorAuthorization),
      existingFactorToken: json.existingFactorChallengeToken,
      turnkeyActivity: json.existingFactorTurnkeyActivity ?? undefined,
      newFactor: authorizationOf(json.newFactorAuthorization),
      newFactorToken: json.newFactorChallengeToken,
      encryptedBackupKey: json.encryptedBackupKey ? encryptedBackupKeyOf(json.encryptedBackupKey) : undefined,
      turnkeyProviderId: json.turnkeyProviderId ?? undefined,
    })
    response.json({ factorId, backupMetadata: metadata })
  })

  router.post('/retrieve-metadata', async (request, response) => {
    const { authorization, challengeToken, backupId } = bodyOf<RetrieveMetadataJson>(request)
    const metadata = await useCases.retrieveMetadata.execute({
      authorization: authorizationOf(authorization),
      challengeToken,
      backupId: backupId ? parseBackupId(backupId) : undefined,
    })
    response.json(metadata)
  })

  router.post('/delete-factor', attested, async (request, response) => {
    const { authorization, challengeToken, factorId, scope, encryptionKey } = bodyOf<DeleteFactorJson>(request)
    const metadata = await useCases.deleteFactor.execute({
      authorization: authorizationOf(authorization),
      challengeToken,
      factorId: parseFactorId(factorId),
      scope,
      encryptionKey: encryptionKey ? encryptedBackupKeyOf(encryptionKey) : undefined,
    })
    response.json({ backupDeleted: metadata === undefined, backupMetadata: metadata ?? null })
  })

  return router
}
