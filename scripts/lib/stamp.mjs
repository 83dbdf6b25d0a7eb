import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const GENERATED = new Set(['node_modules', 'dist', 'generated', '.turbo', 'coverage'])

/** The workspace's packages, as folders relative to the root. */
export function workspaceFolders(root) {
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`)
  return [...below('packages'), 'prisma', ...below('apps')]
}

/** A digest of the contents of these files; a missing one counts as empty. */
export function digestOfContents(files, extra = '') {
  const hash = createHash('sha256').update(extra)
  for (const file of files) hash.update(`\0${file}\0`).update(read(file) ?? '')
  return hash.digest('hex')
}

/** A digest of names, sizes and times of change of all hand-written files below these folders: cheap, no reading. */
export function digestOfTimes(root, folders, extra = '') {
  const hash = createHash('sha256').update(extra)
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!GENERATED.has(entry.name)) visit(path)
      } else if (!entry.name.endsWith('.tsbuildinfo')) {
        const { size, mtimeMs } = statSync(path)
        hash.update(`${relative(root, path)}\0${size}\0${mtimeMs}\0`)
      }
    }
  }
  for (const folder of folders) visit(join(root, folder))
  return hash.digest('hex')
}

/** Whether the stamp says that the work for this digest is done. */
export const isStamped = (file, digest) => read(file) === digest

export function stamp(file, digest) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, digest)
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
