import { Router } from 'express'
import { serve, setup } from 'swagger-ui-express'
import { HttpError } from '../http-error.ts'
import type { OpenApiDocument } from '../openapi-document.ts'
import type { UseCases } from '../use-cases.ts'

export interface ServiceIdentity {
  readonly semver: string
  /** The source revision that runs. */
  readonly rev: string
}

/** What operators and developers ask for, outside `/v1`. @param documented whether the documents are served */
export function operationalRoutes(
  useCases: UseCases,
  identity: ServiceIdentity,
  document: OpenApiDocument,
  documented: boolean,
): Router {
  const router = Router()

  router.get('/health', (_request, response) => {
    response.json({ status: 'ok', ...identity })
  })
  router.get('/ready', async (_request, response) => {
    await useCases.checkReadiness.execute()
    response.json({ status: 'ok' })
  })
  const paths = ['/health', '/ready']

  if (documented) {
    router.get('/openapi.json', (_request, response) => {
      response.json(document.document)
    })
    router.get('/openapi.yaml', (_request, response) => {
      response.type('application/yaml').send(document.source)
    })
    router.use('/docs', serve)
    router.get('/docs', setup(document.document))
    paths.push('/openapi.json', '/openapi.yaml', '/docs')
  }

  router.all(paths, (_request, response) => {
    response.set('allow', 'GET, HEAD')
    throw new HttpError('method_not_allowed', 'this path answers GET')
  })
  return router
}
