import { existsSync } from 'node:fs'
import process from 'node:process'
import { ConfigurationError } from './configuration.ts'

const FILE = '.env'

/**
 * The variables of this process, from a `.env` file too: what the environment sets goes first. From now on what the
 * process writes is nobody else's to read.
 * @throws {ConfigurationError} where the file is there and cannot be read
 */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  process.umask(0o077)
  try {
    if (existsSync(FILE)) process.loadEnvFile(FILE)
  } catch (error) {
    throw new ConfigurationError([`${FILE} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`])
  }
  return process.env
}
