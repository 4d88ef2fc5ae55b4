import { Router, type RequestHandler } from 'express'
import { generateHTML, serveWithOptions } from 'swagger-ui-express'
import { HttpError } from '../errors/http-error.ts'
import type { OpenApiDocument } from '../contract/openapi-document.ts'
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
      response.json(document.json)
    })
    router.get('/openapi.yaml', (_request, response) => {
      response.type('application/yaml').send(document.yaml)
    })
    const page = pageOf(document)
    router.get('/docs', (_request, response) => {
      response.type('html').send(page)
    })
    router.use('/docs', hidePackage, serveWithOptions({ redirect: false }))
    paths.push('/openapi.json', '/openapi.yaml', '/docs')
  }

  router.all(paths, () => {
    throw new HttpError('method_not_allowed', 'this path answers GET', { headers: { allow: 'GET, HEAD' } })
  })
  return router
}

/** Its own links are relative to a path that ends in a slash, which the documented one does not. */
function pageOf({ json }: OpenApiDocument): string {
  return generateHTML(json).replaceAll('="./', '="./docs/')
}

/** `serveWithOptions` would refuse this one itself, but not in JSON. */
const hidePackage: RequestHandler = ({ path }, _response, next) => {
  if (path.endsWith('/package.json')) throw new HttpError('not_found', 'there is nothing at this path')
  next()
}
