import { Router, type RequestHandler } from 'express'
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
  const router = Router({ caseSensitive: true, strict: true })

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
    router.use('/docs', hidePackage, serve)
    // With the slash, which the page's own links need: without it, `serve` redirects.
    router.get('/docs/', setup(document.document))
    paths.push('/openapi.json', '/openapi.yaml', '/docs', '/docs/')
  }

  router.all(paths, () => {
    throw new HttpError('method_not_allowed', 'this path answers GET', { headers: { allow: 'GET, HEAD' } })
  })
  return router
}

/** `serve` would refuse this one itself, but not in JSON. */
const hidePackage: RequestHandler = ({ path }, _response, next) => {
  if (path.endsWith('/package.json')) throw new HttpError('not_found', 'there is nothing at this path')
  next()
}
