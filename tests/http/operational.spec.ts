import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { BackupClient } from '../support/http-backup-client.ts'
import { REVISION, useService, useSharedService } from '../support/http-service.ts'

const OPENAPI_YAML = new URL('../../openapi.yaml', import.meta.url)
const PACKAGE = new URL('../../package.json', import.meta.url)
const DOCUMENTS = ['/docs', '/docs/', '/docs/swagger-ui.css', '/openapi.json', '/openapi.yaml']

describe('GET /health', () => {
  const service = useSharedService()

  it('says what runs', async () => {
    const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string }
    const { body } = await service().http.send({ method: 'GET', path: '/health' })
    expect(body).to.deep.equal({ status: 'ok', semver: version, rev: REVISION })
  })

  it('answers HEAD without a body', async () => {
    const { status, text } = await service().http.send({ method: 'HEAD', path: '/health' })
    expect([status, text]).to.deep.equal([200, ''])
  })
})

describe('GET /ready', () => {
  const shared = useSharedService()
  const service = useService({ variables: { STORAGE: 'embedded' } })

  for (const [storage, of] of Object.entries({ memory: shared, embedded: service })) {
    it(`says that the service is ready, with storage ${storage}`, async () => {
      const { body } = await of().http.send({ method: 'GET', path: '/ready' })
      expect(body).to.deep.equal({ status: 'ok' })
    })
  }

  describe('while the blobs are out of reach', () => {
    let owner: BackupClient

    before(async () => {
      owner = new BackupClient(service().http)
      await owner.create()
      await rename(join(service().folder, 'blobs'), join(service().folder, 'gone'))
    })

    after(() => rename(join(service().folder, 'gone'), join(service().folder, 'blobs')))

    it('says that it is not', async () => {
      const { outcome, headers } = await service().http.send({ method: 'GET', path: '/ready' })
      expect(outcome).to.equal('503 unavailable')
      expect(headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
    })

    it('the service is alive', async () => {
      expect((await service().http.send({ method: 'GET', path: '/health' })).outcome).to.equal('200')
    })

    it('an upload is to be repeated later, and has used nothing up', async () => {
      const other = new BackupClient(service().http)
      const request = await other.createRequest()
      const { outcome, headers } = await service().http.send(request)
      expect(outcome).to.equal('503 unavailable')
      expect(headers.has('retry-after')).to.be.true
      await mkdir(join(service().folder, 'blobs', '.incoming'), { recursive: true })
      expect((await service().http.send(request)).outcome).to.equal('200')
      await rm(join(service().folder, 'blobs'), { recursive: true })
    })

    it('what needs no blobs works', async () => {
      expect((await owner.metadata()).id).to.equal(owner.id)
    })

    it('operators learn why, and clients do not', async () => {
      const { text, headers } = await service().http.send({ method: 'GET', path: '/ready' })
      expect(text).not.to.include(service().folder)
      const requestId = headers.get('x-request-id')
      const failure = service().events.find(({ level, fields }) => level === 'error' && fields.requestId === requestId)
      expect(failure?.fields).to.include({ code: 'unavailable' })
      expect(failure?.cause).to.be.an('error')
    })
  })

  it('says so again once they are back', async () => {
    expect((await service().http.send({ method: 'GET', path: '/ready' })).outcome).to.equal('200')
  })
})

describe('The documents, outside production', () => {
  const service = useSharedService()

  it('GET /openapi.yaml is the file', async () => {
    const { text } = await service().http.send({ method: 'GET', path: '/openapi.yaml' })
    expect(text).to.equal(await readFile(OPENAPI_YAML, 'utf8'))
  })

  it('GET /openapi.json is the same as JSON', async () => {
    const { body } = await service().http.send({ method: 'GET', path: '/openapi.json' })
    expect(body).to.deep.equal(parse(await readFile(OPENAPI_YAML, 'utf8')))
  })

  it('GET /docs is a page for people, with all that belongs to it', async () => {
    const { outcome, text } = await service().http.send({ method: 'GET', path: '/docs' })
    expect(outcome).to.equal('200')
    const links = [...text.matchAll(/(?:src|href)="(\.[^"]+)"/g)].map(([, link]) => link!)
    expect(links).to.include('./docs/swagger-ui.css').and.to.include('./docs/swagger-ui-init.js')
    for (const link of links) {
      const asset = await fetch(new URL(link, `${service().url}/docs`))
      expect(asset.status, link).to.equal(200)
      await asset.body?.cancel()
    }
  })
})

describe('In production', () => {
  const service = useService({
    variables: {
      APP_ENV: 'production',
      STORAGE: 'embedded',
      HOST: '127.0.0.1',
      CHALLENGE_KEYS: `2026:${Buffer.alloc(32, 7).toString('base64url')}`,
      WEBAUTHN_RP_ID: 'backup.example',
      WEBAUTHN_ORIGINS: 'https://backup.example',
      OIDC_PROVIDERS: 'GOOGLE',
      OIDC_GOOGLE_CLIENT_IDS: 'client.example',
    },
  })

  for (const path of DOCUMENTS) {
    it(`there is no ${path}`, async () => {
      for (const method of ['GET', 'POST']) {
        expect((await service().http.send({ method, path })).outcome).to.equal('404 not_found')
      }
    })
  }

  it('operations and probes are there', async () => {
    expect((await service().http.send({ path: '/v1/sync/challenge/keypair' })).outcome).to.equal('200')
    expect((await service().http.send({ method: 'GET', path: '/health' })).outcome).to.equal('200')
    expect((await service().http.send({ method: 'GET', path: '/ready' })).outcome).to.equal('200')
  })
})
