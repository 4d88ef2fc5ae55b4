import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'chai'
import { errorResponse, STATUS_OF } from '../../adapters/http/errors/error-response.ts'
import { HttpError, type ErrorCode } from '../../adapters/http/errors/http-error.ts'
import { OPERATIONS, POST_OPERATIONS, schemaNamed, type MediaType } from '../support/http-contract.ts'
import { useSharedService } from '../support/http-service.ts'

const ajv = new Ajv2020({ strict: false, discriminator: true, allErrors: true })
addFormats.default(ajv)

describe('openapi.yaml and the code', () => {
  const service = useSharedService()

  it('know the same error codes', () => {
    expect(schemaNamed('ErrorCode').enum).to.have.members(Object.keys(STATUS_OF))
  })

  it('leave no error code without an operation that answers it', () => {
    const used = OPERATIONS.flatMap((operation) => Object.values(operation['x-error-codes']).flat())
    expect([...new Set(used)]).to.have.members(Object.keys(STATUS_OF))
  })

  it('have unique operation ids', () => {
    expect(new Set(OPERATIONS.map(({ operationId }) => operationId)).size).to.equal(OPERATIONS.length)
  })

  it('are of one version', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')).to.include(`\n  version: ${version}\n`)
  })

  for (const { method, path, ...operation } of OPERATIONS) {
    describe(`${method} ${path}`, () => {
      const errors = Object.entries(operation['x-error-codes'])

      it('gives each error code the status that the code has', () => {
        const documented = errors.flatMap(([status, codes]) => codes.map((code) => [code, Number(status)]))
        expect(documented).to.deep.equal(documented.map(([code]) => [code, STATUS_OF[code as ErrorCode]]))
      })

      it('lists codes for exactly the statuses that it describes', () => {
        const described = Object.keys(operation.responses).filter((status) => status >= '400')
        expect(errors.map(([status]) => status)).to.have.members(described)
      })

      it('describes and exemplifies exactly the codes that it lists', () => {
        for (const [status, codes] of errors) {
          const { description, content } = operation.responses[status]!
          const described = [...(description.split(/Codes?:/)[1] ?? '').matchAll(/`([a-z_]+)`/g)].map(
            ([, code]) => code,
          )
          expect(described, `the description of ${status}`).to.deep.equal(codes)
          expect(Object.keys(content?.['application/json']?.examples ?? {}), status).to.deep.equal(codes)
        }
      })

      it('mentions no code that it does not list', () => {
        const listed = errors.flatMap(([, codes]) => codes)
        const mentioned = [...operation.description.matchAll(/`([a-z_]+)`/g)].map(([, word]) => word!)
        expect(mentioned.filter((word) => word in STATUS_OF && !listed.includes(word))).to.deep.equal([])
      })

      it('exemplifies errors as the code answers them', () => {
        for (const [status] of errors) {
          const examples = Object.entries(operation.responses[status]?.content?.['application/json']?.examples ?? {})
          for (const [code, { value }] of examples) {
            const { allowRetry } = JSON.parse(errorResponse(new HttpError(code as ErrorCode, '')).body) as object & {
              allowRetry: boolean
            }
            expect(value, code).to.deep.include({ allowRetry })
            expect(value, code).to.have.nested.property('error.code', code)
          }
        }
      })

      it('has examples that its schemas accept', () => {
        const media = [operation.requestBody, ...Object.values(operation.responses)].flatMap((described) =>
          Object.values(described?.content ?? {}),
        )
        for (const mediaType of media) expectValidExamples(mediaType)
      })
    })
  }

  for (const { path } of POST_OPERATIONS) {
    it(`${path} is routed to something`, async () => {
      const { outcome } = await service().http.post(path, {})
      expect(outcome).not.to.match(/^(404|405|5)/)
    })
  }
})

function expectValidExamples({ schema, examples = {} }: MediaType): void {
  const validate = ajv.compile(schema)
  for (const [name, { value }] of Object.entries(examples)) {
    expect(validate(value), `${name}: ${ajv.errorsText(validate.errors)}`).to.be.true
  }
}
