import { existsSync } from 'node:fs'
import process from 'node:process'
import { ConfigurationError, readConfiguration, type Configuration } from './configuration.ts'
import { EX_CONFIG } from './exit-codes.ts'

/** The configuration of this process, from a `.env` file too; where it has faults they are told and the process ends. */
export function readConfigurationOrExit(): Configuration {
  // What this process writes is nobody else's to read.
  process.umask(0o077)
  if (existsSync('.env')) process.loadEnvFile('.env')
  try {
    return readConfiguration(process.env)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(EX_CONFIG)
  }
}
