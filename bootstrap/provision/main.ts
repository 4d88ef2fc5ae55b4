import { existsSync } from 'node:fs'
import process from 'node:process'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { ConfigurationError } from '../configuration.ts'
import { EX_CONFIG } from '../exit-codes.ts'
import { provision, readProvision } from './provision.ts'

// npm run provision: makes the table DYNAMODB_TABLE and, if it is set, the bucket BACKUP_S3_BUCKET.

if (existsSync('.env')) process.loadEnvFile('.env')
try {
  const note = (line: string): boolean => process.stdout.write(`${line}\n`)
  await provision(readProvision(process.env), { note, clock: new SystemClock() })
} catch (error) {
  // The SDK's messages say what is wrong; its stack traces do not.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof ConfigurationError ? EX_CONFIG : 1
}
