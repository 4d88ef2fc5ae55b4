import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { jsonRequest, type HttpRequest } from '../support/http-client.ts'
import { Connection } from '../support/http-connection.ts'
import { eventually } from '../support/http-eventually.ts'
import { useSharedService } from '../support/http-service.ts'

const CHALLENGE: HttpRequest = { path: '/v1/sync/challenge/keypair' }
const JSON_TYPE = { 'content-type': 'application/json' }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const SANE = ['a', '0', 'A.b_c-9', 'e0c1f2a3-0000-4000-8000-000000000000', 'a'.repeat(128)]
const INSANE = ['', ' ', 'a b', 'a"b', 'a\\b', 'a{b}', 'a,b', 'a/b', 'a=b', 'a:b', 'ä', '<a>', 'a\tb', 'a'.repeat(129)]

/** One answer of each kind. */
const ANSWERS: readonly (readonly [expected: string, request: HttpRequest])[] = [
  ['200', { method: 'GET', path: '/health' }],
  ['400 invalid_payload', jsonRequest('/v1/reset', {})],
  ['404 not_found', { path: '/v1/nothing' }],
  ['405 method_not_allowed', { method: 'PUT', path: '/v1/reset' }],
  ['413 content_too_large', { ...jsonRequest('/v1/reset', {}), body: Buffer.alloc(1024 * 1024 + 1) }],
  ['415 unsupported_media_type', { path: '/v1/reset', headers: { 'content-type': 'text/plain' }, body: 'x' }],
]

describe('x-request-id', () => {
  const service = useSharedService()

  async function answeredTo(request: HttpRequest, id: string): Promise<string | null> {
    const { headers } = await service().http.send({ ...request, headers: { ...request.headers, 'x-request-id': id } })
    return headers.get('x-request-id')
  }

  for (const id of SANE) {
    it(`${shortened(id)} is answered as it came`, async () => {
      expect(await answeredTo(CHALLENGE, id)).to.equal(id)
    })
  }

  for (const id of INSANE) {
    it(`${JSON.stringify(shortened(id))} is not taken: a UUID is`, async () => {
      expect(await answeredTo(CHALLENGE, id)).to.match(UUID)
    })
  }

  for (const [expected, request] of ANSWERS) {
    it(`is with the answer ${expected}`, async () => {
      const headers = { ...request.headers, 'x-request-id': 'of-the-test' }
      const answer = await service().http.send({ ...request, headers })
      expect(answer.outcome).to.equal(expected)
      expect(answer.headers.get('x-request-id')).to.equal('of-the-test')
    })
  }

  it('is with an answer without a body', async () => {
    const owner = new BackupClient(service().http)
    await owner.create()
    const request = await owner.resetRequest()
    expect(await answeredTo(request, 'of-the-test')).to.equal('of-the-test')
  })

  it('is with the answer to a body that is no HTTP', async () => {
    const connection = await Connection.open(service().url)
    connection.head('POST /v1/reset HTTP/1.1', {
      ...JSON_TYPE,
      'transfer-encoding': 'chunked',
      'x-request-id': 'of-the-test',
    })
    connection.write('nonsense\r\n')
    expect((await connection.errorAnswer()).headers.get('x-request-id')).to.equal('of-the-test')
  })

  it('is not taken if there are two', async () => {
    const connection = await Connection.open(service().url)
    connection.head(`POST ${CHALLENGE.path} HTTP/1.1`, {
      'x-request-id': 'a',
      'X-Request-Id': 'b',
      'content-length': 0,
    })
    const { headers } = await connection.documentedAnswer('POST', CHALLENGE.path)
    expect(headers.get('x-request-id')).to.match(UUID)
    connection.reset()
  })

  it('is another for each request', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await service().http.send(CHALLENGE)).headers.get('x-request-id')),
    )
    expect(new Set(ids).size).to.equal(ids.length)
  })

  it('is what the log calls the request', async () => {
    const { headers } = await service().http.send({ path: '/v1/nothing' })
    const logged = () => service().events.find(({ fields }) => fields.requestId === headers.get('x-request-id'))
    await eventually('the request to be logged', () => logged() !== undefined)
    const { milliseconds, ...fields } = logged()!.fields
    expect(milliseconds).to.be.a('number')
    expect(fields).to.deep.equal({
      requestId: headers.get('x-request-id'),
      method: 'POST',
      path: '/v1/nothing',
      status: 404,
      code: 'not_found',
      outcome: 'answered',
    })
  })

  it('is logged without a status if the client left before there was an answer', async () => {
    const requestId = 'left-before-the-answer'
    const connection = await Connection.open(service().url)
    connection.head('POST /v1/reset HTTP/1.1', { ...JSON_TYPE, 'content-length': 10, 'x-request-id': requestId })
    connection.write('{')
    await connection.flushed()
    connection.reset()
    const logged = () => service().events.find(({ fields }) => fields.requestId === requestId)
    await eventually('the request to be logged', () => logged() !== undefined)
    expect(logged()?.fields).to.include({ path: '/v1/reset', outcome: 'broken_off', status: undefined })
  })
})

function shortened(id: string): string {
  return id.length > 40 ? `${id.slice(0, 10)}… of ${id.length} characters` : id
}
