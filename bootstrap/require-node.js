// Plain JavaScript, and loaded before any TypeScript: an older Node would stop at the first `.ts` file with an error
// that names the file extension and not the reason.
import process from 'node:process'

const requiredMajor = '24'
const [foundMajor] = process.versions.node.split('.')

if (foundMajor !== requiredMajor) {
  process.stderr.write(
    [
      `Node ${requiredMajor} is required, but this is Node ${process.versions.node} (${process.execPath}).`,
      `On Linux (x64, arm64) \`npm ci\` installs Node ${requiredMajor} into node_modules/.bin and every npm script runs on it;`,
      'if it is missing there, its download failed: run `npm ci` again.',
      'Elsewhere install the version named in .node-version.',
      '',
    ].join('\n'),
  )
  // EX_CONFIG of sysexits.h, as for every other fault that is found before the service listens.
  process.exit(78)
}
