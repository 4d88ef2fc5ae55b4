import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { parse } from 'yaml'
import { TIME_TO_LIVE_ATTRIBUTE } from '../../adapters/dynamodb/table-layout.ts'
import { CONTAINER_IMAGES } from '../support/container-images.ts'

async function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
}

describe('What is written down in two places', () => {
  it('is one Node: every stage of the image starts from the version of .node-version', async () => {
    const version = (await read('.node-version')).trim()
    const stages = [...(await read('Dockerfile')).matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
    expect(new Set(stages)).to.deep.equal(new Set([`node:${version}-slim`]))
  })

  it('is one set of servers: docker-compose.yml runs what the integration tests run', async () => {
    const compose: unknown = parse(await read('docker-compose.yml'))
    expect(compose).to.have.nested.property('services.dynamodb.image', CONTAINER_IMAGES.dynamoDb)
    expect(compose).to.have.nested.property('services.s3.image', CONTAINER_IMAGES.s3)
  })

  it('is one table: the template lets DynamoDB forget by the attribute that the service writes', async () => {
    expect(await read('docs/deploy/template.yaml')).to.match(
      new RegExp(`TimeToLiveSpecification:\\s+AttributeName: ${TIME_TO_LIVE_ATTRIBUTE}\\s`),
    )
  })
})
