import process from 'node:process'
import { parseArgs } from 'node:util'
import { StepFailed } from './narrator.ts'
import { runDemo } from './run-demo.ts'

// npm run demo [-- --url http://127.0.0.1:8000 [--origin http://localhost:8000]]
const { values } = parseArgs({ options: { url: { type: 'string' }, origin: { type: 'string' } } })

try {
  await runDemo(console.log, values)
} catch (error) {
  if (!(error instanceof StepFailed)) throw error
  console.error(`\n   ✗ ${error.message}`)
  process.exitCode = 1
}
