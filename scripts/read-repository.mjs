#!/usr/bin/env node
/**
 * Turns a repository folder and one of its secrets into files, without DBSnap: one file, Node's own modules, no build. It is
 * written from docs/format alone and shares no code with the product, so each is a test of the other. Keep a copy beside
 * the recovery key. Needs Node 22.19 or later of 22, or 24.6 or later (zstd with dictionaries); Node 24.7 for argon2id.
 *
 *   node read-repository.mjs <repository folder> [<new folder> [<snapshot>]] [options]
 *
 * With one folder: lists the snapshots. With two: writes one into the second, the newest if none is named (by id or its beginning).
 *   --raw                    records as they are stored (.copy: COPY text; .bson: as mongorestore reads it) instead of NDJSON
 *   --passphrase-file <f>    else DBSNAP_PASSPHRASE; one newline at the end is no part of it
 *   --key-file <f>           else DBSNAP_KEY_FILE
 *   --recovery-key-file <f>  else DBSNAP_RECOVERY_KEY
 *   --master-key-file <f>    else DBSNAP_MASTER_KEY
 * Secrets are no arguments: every user of a machine sees those of a process.
 *
 * Packs are found by their own directories; index files are read only where a pack's directory is gone. What is damaged is
 * named and left out, and the exit code is then 1. All that is written was authenticated, and its id computed again. The place of
 * every object is held in memory, about 300 bytes each: 1 000 000 objects are some 100 GB of records.
 */
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import * as zlib from 'node:zlib'

const KINDS = { chunk: 1, node: 2, document: 3, segments: 4 }
/** Bounds of the format, so that no made-up file makes this allocate without end. */
const MAX_OBJECT = 2 ** 24
const MAX_DOCUMENT = 2 ** 28
const MAX_RECORD = 2 ** 28
const MAX_DERIVATION = 2 ** 30
/** Plain bytes of objects kept for deltas that rest on them. */
const CACHE_BYTES = 64 * 2 ** 20
const FLUSH_BYTES = 2 ** 20

/** Something a person can act on: shown without a stack. */
class Problem extends Error {}

// --- Keys -----------------------------------------------------------------------------------------------------------------------

const hkdf = (key, salt, info) => Buffer.from(crypto.hkdfSync('sha256', key, salt, info, 32))

/** AES-256-GCM, or undefined where the bytes are not what was sealed. `sealed` is ciphertext and tag. */
function unseal(key, nonce, associated, sealed) {
  if (sealed.length < 16) return undefined
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(-16))
  const plain = decipher.update(sealed.subarray(0, -16))
  try {
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

/** The secrets that were given, as functions from a slot's parameters to the key that wraps; by provider. */
function givenSecrets(options) {
  const text = (file, variable) => {
    if (options[file] !== undefined) return fs.readFileSync(options[file], 'utf8').replace(/\r?\n$/, '')
    return process.env[variable] || undefined
  }
  const secrets = {}
  const passphrase = text('passphrase-file', 'DBSNAP_PASSPHRASE')
  if (passphrase !== undefined) secrets.passphrase = (parameters) => stretch(passphrase.normalize('NFC'), parameters)
  const random = (provider, secret) => {
    secrets[provider] = ({ salt }) => hkdf(secret, Buffer.from(salt, 'base64'), `dbsnap 1 ${provider}`)
  }
  const recovery = text('recovery-key-file', 'DBSNAP_RECOVERY_KEY')
  if (recovery !== undefined) random('recovery-key', recoverySecret(recovery))
  const master = text('master-key-file', 'DBSNAP_MASTER_KEY')?.trim()
  if (master !== undefined) random('master-key', Buffer.from(master, /^[0-9a-f]{64}$/i.test(master) ? 'hex' : 'base64'))
  const keyFile = options['key-file'] ?? (process.env.DBSNAP_KEY_FILE || undefined)
  if (keyFile !== undefined) {
    const content = /^dbsnap-key-1 ([A-Za-z0-9+/]{43}=)\s*$/.exec(fs.readFileSync(keyFile, 'latin1'))
    if (content === null) throw new Problem('the key file is none')
    random('key-file', Buffer.from(content[1], 'base64'))
  }
  return secrets
}

function stretch(passphrase, parameters) {
  const { algorithm, N, r, p, memoryKiB, passes, lanes } = parameters
  const salt = Buffer.from(parameters.salt, 'base64')
  if (algorithm === 'scrypt') {
    if (!(128 * N * r <= MAX_DERIVATION && p <= 16)) return undefined
    return crypto.scryptSync(passphrase, salt, 32, { N, r, p, maxmem: 128 * r * (N + p) + 2 ** 20 })
  }
  if (algorithm !== 'argon2id' || !(memoryKiB * 1024 <= MAX_DERIVATION && passes <= 16 && lanes <= 16)) return undefined
  if (crypto.argon2Sync === undefined) throw new Problem('argon2id needs Node.js 24.7 or later')
  const cost = { memory: memoryKiB, passes, parallelism: lanes, tagLength: 32 }
  return crypto.argon2Sync('argon2id', { message: Buffer.from(passphrase, 'utf8'), nonce: salt, ...cost })
}

/** Eight groups of four digits of 5 bits, each with a fifth that checks them and the place of the group. */
function recoverySecret(text) {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const digits = [...letters].map((letter) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(letter))
  if (digits.length !== 40) throw new Problem('a recovery key has 40 characters')
  let bits = 0n
  for (let group = 0; group < 8; group++) {
    let check = group
    for (let i = 0; i < 4; i++) {
      const digit = digits[group * 5 + i]
      let product = digit
      for (let power = 0; power <= i; power++) product = (product << 1) ^ (product & 16 ? 0b100101 : 0)
      check ^= product
      bits = (bits << 5n) | BigInt(digit < 0 ? 0 : digit)
    }
    if (digits.slice(group * 5, group * 5 + 5).includes(-1) || check !== digits[group * 5 + 4]) {
      throw new Problem(`group ${group + 1} of the recovery key is mistyped`)
    }
  }
  return Buffer.from(bits.toString(16).padStart(40, '0'), 'hex')
}

/** Opens `config` with the first slot that one of the secrets fits. */
function openRepository(root, secrets) {
  let config
  try {
    config = JSON.parse(fs.readFileSync(path.join(root, 'config'), 'utf8'))
  } catch {
    throw new Problem('this folder is no repository: it has no config that can be read')
  }
  if (config.dbsnap !== 'repository') throw new Problem('this folder is no repository')
  if (config.format !== 1) throw new Problem(`the repository has format ${config.format}, and this reads format 1`)
  if (config.encryption === 'none' && Object.keys(secrets).length > 0) {
    throw new Problem('the repository is not encrypted, and a secret was given: is it the one that is meant?')
  }
  const id = Buffer.from(config.repository, 'hex')
  const { mac, ...facts } = config
  for (const name of filesIn(root, 'keys')) {
    const key = slotKey(path.join(root, 'keys', name), config, secrets)
    if (key?.length !== 32) continue
    const configKey = hkdf(key, id, 'dbsnap 1 config')
    if (crypto.createHmac('sha256', configKey).update(JSON.stringify(facts)).digest('hex') !== mac) continue
    return {
      root,
      id,
      idKey: hkdf(key, id, 'dbsnap 1 id'),
      dataKey: hkdf(key, id, 'dbsnap 1 data'),
      indexKey: hkdf(key, id, 'dbsnap 1 index'),
      manifestKey: hkdf(key, id, 'dbsnap 1 manifest'),
    }
  }
  if (config.encryption !== 'none' && Object.keys(secrets).length === 0) {
    throw new Problem('the repository is encrypted: give a passphrase, key file, master key or recovery key')
  }
  throw new Problem('no key slot opens: the secret is another one, or config or slots are damaged')
}

/** The repository key in a slot, or undefined where none of the secrets opens it. */
function slotKey(file, config, secrets) {
  let slot
  try {
    slot = JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
  if (slot?.repository !== config.repository || typeof slot.wrapped !== 'string') return undefined
  const wrapped = Buffer.from(slot.wrapped, 'base64')
  if (slot.provider === 'none') return config.encryption === 'none' ? wrapped : undefined
  if (!Object.hasOwn(secrets, slot.provider)) return undefined
  const wrapping = secrets[slot.provider](slot.parameters)
  const associated = Buffer.from(JSON.stringify([slot.provider, slot.parameters]))
  return wrapping && unseal(wrapping, wrapped.subarray(0, 12), associated, wrapped.subarray(12))
}

// --- Files ----------------------------------------------------------------------------------------------------------------------

/** Names that are ids; everything else in a folder is to be ignored. */
function filesIn(root, folder) {
  const full = path.join(root, folder)
  if (!fs.existsSync(full)) return []
  return fs
    .readdirSync(full)
    .filter((name) => /^[0-9a-f]{32}$/.test(name))
    .sort()
}

/** Associated data of whatever lies in a repository: version, repository, and what it is. */
const associatedWith = (repository, ...parts) => Buffer.concat([Buffer.from([1]), repository.id, ...parts])

/** In packs and index files: 8 zero bytes, then where the part begins. */
function offsetNonce(offset) {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(offset, 8)
  return nonce
}

function readAt(file, offset, length) {
  const bytes = Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const read = fs.readSync(file, bytes, done, length - done, offset + done)
    if (read === 0) return undefined
    done += read
  }
  return bytes
}

/** The sealed part before the trailer of a pack or index file, opened, and where it begins. */
function lastPart(repository, file, size, key, magic, what) {
  const trailer = size < 16 ? undefined : readAt(file, size - 8, 8)
  if (trailer?.toString('latin1', 4) !== magic) return undefined
  const length = trailer.readUInt32BE(0)
  const offset = size - 8 - length
  if (offset < 8) return undefined
  const associated = associatedWith(repository, Buffer.from(what))
  const plain = unseal(key, offsetNonce(offset), associated, readAt(file, offset, length))
  return plain && { plain, offset }
}

function withFile(name, use) {
  const file = fs.openSync(name, 'r')
  try {
    return use(file, fs.fstatSync(file).size)
  } finally {
    fs.closeSync(file)
  }
}

/** One part of a manifest as JSON. */
function manifestPart(repository, name, number) {
  const bytes = fs.readFileSync(path.join(repository.root, 'snapshots', name))
  if (bytes.toString('latin1', 0, 4) !== 'DBSM' || bytes[4] !== 1 || bytes.length < 12) return undefined
  const end = 12 + bytes.readUInt32BE(8)
  const part = number === 0 ? bytes.subarray(12, end) : bytes.subarray(end)
  const id = Buffer.from(name, 'hex')
  const key = hkdf(repository.manifestKey, id, 'dbsnap 1 manifest file')
  const associated = associatedWith(repository, id, Buffer.from('DBSM'), Buffer.from([number]))
  const plain = part.length < 12 ? undefined : unseal(key, part.subarray(0, 12), associated, part.subarray(12))
  if (plain === undefined || plain.length < 4) return undefined
  const size = plain.readUInt32BE(0)
  if (size > MAX_DOCUMENT) return undefined
  return JSON.parse(zlib.zstdDecompressSync(plain.subarray(4), { maxOutputLength: size }).toString('utf8'))
}

// --- Objects --------------------------------------------------------------------------------------------------------------------

/** Where every copy of every object lies, by kind and id. */
function findObjects(repository, warn) {
  const places = new Map()
  const add = (kind, id, place) => {
    const name = `${kind} ${id}`
    const copies = places.get(name)
    if (copies === undefined) places.set(name, [place])
    else copies.push(place)
  }
  const torn = new Map()
  const folders = path.join(repository.root, 'packs')
  const names = fs.existsSync(folders) ? fs.readdirSync(folders).filter((name) => /^[0-9a-f]{2}$/.test(name)) : []
  for (const folder of names.sort()) {
    for (const name of filesIn(repository.root, path.join('packs', folder))) {
      const file = path.join(folders, folder, name)
      const pack = { file, key: hkdf(repository.dataKey, Buffer.from(name, 'hex'), 'dbsnap 1 pack') }
      if (!addDirectory(repository, pack, add)) torn.set(name, pack)
    }
  }
  for (const [name] of torn)
    warn(`packs/${name.slice(0, 2)}/${name}: its end is damaged; index files say what was in it`)
  if (torn.size > 0) for (const name of filesIn(repository.root, 'index')) addIndexed(repository, name, torn, add, warn)
  return places
}

/** False where the pack's own directory cannot be read. */
function addDirectory(repository, pack, add) {
  return withFile(pack.file, (file, size) => {
    const directory = lastPart(repository, file, size, pack.key, 'DBSE', 'directory')
    if (directory === undefined) return false
    let offset = 8
    for (let at = 0; at + 26 <= directory.plain.length; at += 26) {
      const length = directory.plain.readUInt32BE(at + 22)
      const place = { pack, offset, length, version: directory.plain[at + 21] }
      add(directory.plain[at + 20], directory.plain.toString('hex', at, at + 20), place)
      offset += length
    }
    return true
  })
}

/** Adds what an index file says of `torn` packs. */
function addIndexed(repository, name, torn, add, warn) {
  const key = hkdf(repository.indexKey, Buffer.from(name, 'hex'), 'dbsnap 1 index file')
  withFile(path.join(repository.root, 'index', name), (file, size) => {
    const footer = lastPart(repository, file, size, key, 'DBSJ', 'footer')
    if (footer === undefined) return warn(`index/${name} is damaged`)
    const packs = Array.from({ length: footer.plain.readUInt16BE(0) }, (_, i) =>
      torn.get(footer.plain.toString('hex', 6 + 20 * i, 22 + 20 * i)),
    )
    if (packs.every((pack) => pack === undefined)) return
    for (let at = 8; at < footer.offset; at += 4112) {
      const sealed = readAt(file, at, Math.min(4112, footer.offset - at))
      const block = unseal(key, offsetNonce(at), associatedWith(repository, Buffer.from('block')), sealed)
      if (block === undefined) {
        warn(`index/${name} is damaged`)
        continue
      }
      for (let entry = 0; entry + 32 <= block.length; entry += 32) {
        const pack = packs[block.readUInt16BE(entry + 20)]
        if (pack === undefined) continue
        const [offset, length] = [block.readUInt32BE(entry + 22), block.readUInt32BE(entry + 26)]
        add(block[entry + 31], block.toString('hex', entry, entry + 20), {
          pack,
          offset,
          length,
          version: block[entry + 30],
        })
      }
    }
  })
}

/** Reads objects by kind and id; undefined where no copy can be read. */
class ObjectReader {
  #repository
  #places
  #cache = new Map()
  #cached = 0

  constructor(repository, places) {
    this.#repository = repository
    this.#places = places
  }

  /** `below`: only copies with a lower delta version, so that chains end. */
  read(kind, id, below = 256) {
    const name = `${kind} ${id}`
    const known = this.#cache.get(name)
    if (known !== undefined) {
      // Last used, last dropped.
      this.#cache.delete(name)
      this.#cache.set(name, known)
      return known
    }
    const copies = this.#places.get(name)?.filter(({ version }) => version < below) ?? []
    for (const copy of copies.sort((a, b) => a.version - b.version)) {
      const plain = this.#decode(kind, id, copy)
      if (plain === undefined) continue
      const computed = crypto.createHmac('sha256', this.#repository.idKey).update(plain).digest('hex').slice(0, 40)
      if (computed !== id) continue
      this.#remember(name, plain)
      return plain
    }
    return undefined
  }

  #decode(kind, id, { pack, offset, length, version }) {
    if (length > MAX_OBJECT + 64) return undefined
    const sealed = withFile(pack.file, (file) => readAt(file, offset, length))
    if (sealed === undefined) return undefined
    const associated = associatedWith(this.#repository, Buffer.from([kind]), Buffer.from(id, 'hex'))
    const plain = unseal(pack.key, offsetNonce(offset), associated, sealed)
    if (plain === undefined) return undefined
    try {
      const cursor = new Cursor(plain)
      const encoding = cursor.byte()
      const size = cursor.varint()
      if (size > MAX_OBJECT) return undefined
      const content = this.#decompress(kind, encoding, size, version, cursor)
      return content?.length === size ? content : undefined
    } catch {
      return undefined
    }
  }

  #decompress(kind, encoding, size, version, cursor) {
    // zlib fails where the content is longer than it should be.
    const limit = { maxOutputLength: Math.max(size, 1) }
    if (encoding === 0) return cursor.rest()
    if (encoding === 1) return zlib.gunzipSync(cursor.rest(), limit)
    if (encoding === 2) return zlib.zstdDecompressSync(cursor.rest(), limit)
    if (encoding !== 3 || cursor.byte() !== version || version === 0) return undefined
    const dictionary = this.read(kind, cursor.bytes(20).toString('hex'), version)
    if (dictionary === undefined) return undefined
    const frame = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), cursor.rest()])
    return zlib.zstdDecompressSync(frame, { ...limit, dictionary })
  }

  #remember(name, plain) {
    this.#cache.set(name, plain)
    this.#cached += plain.length
    for (const [oldest, bytes] of this.#cache) {
      if (this.#cached <= CACHE_BYTES) return
      this.#cache.delete(oldest)
      this.#cached -= bytes.length
    }
  }
}

/** Walks over bytes; going past the end is an error. */
class Cursor {
  #bytes
  #at = 0

  constructor(bytes) {
    this.#bytes = bytes
  }

  bytes(length) {
    if (this.#at + length > this.#bytes.length) throw new RangeError('cut')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  byte() {
    return this.bytes(1)[0]
  }

  /** Seven bits a byte, least significant first. Multiplied, not shifted: counts may pass 2^32. */
  varint() {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      if (factor > 2 ** 49) throw new RangeError('varint')
    }
  }

  rest() {
    return this.bytes(this.#bytes.length - this.#at)
  }
}

// --- Trees ----------------------------------------------------------------------------------------------------------------------

/** The entries of a node: records under each, whether its id is that of segments, its id. */
function decodeNode(bytes, level) {
  const cursor = new Cursor(bytes)
  if (cursor.byte() !== level) throw new RangeError('level')
  const count = cursor.varint()
  if (count > bytes.length) throw new RangeError('count')
  for (let i = 0; i < 2 * count; i++) {
    cursor.varint()
    cursor.bytes(cursor.varint())
  }
  const entries = Array.from({ length: count }, () => {
    const number = cursor.varint()
    return { records: Math.floor(number / 2), segmented: number % 2 === 1 }
  })
  for (let i = 0; i < count; i++) cursor.varint()
  for (const entry of entries) entry.id = cursor.bytes(20).toString('hex')
  return entries
}

/** The bytes of each chunk in order; `lost(n)` where n records cannot be read. */
function* chunks(reader, id, level, records, lost) {
  let entries
  try {
    entries = decodeNode(reader.read(KINDS.node, id), level)
  } catch {
    return lost(records)
  }
  for (const entry of entries) {
    if (level > 0) {
      yield* chunks(reader, entry.id, level - 1, entry.records, lost)
      continue
    }
    const bytes = entry.segmented ? joinSegments(reader, entry.id) : reader.read(KINDS.chunk, entry.id)
    if (bytes === undefined) lost(entry.records)
    else yield bytes
  }
}

function joinSegments(reader, id) {
  const ids = reader.read(KINDS.segments, id)
  if (ids === undefined || ids.length % 20 !== 0 || (ids.length / 20 - 1) * 2 ** 20 > MAX_RECORD) return undefined
  const parts = []
  for (let at = 0; at < ids.length; at += 20) {
    const part = reader.read(KINDS.chunk, ids.toString('hex', at, at + 20))
    if (part === undefined) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** The records of a chunk, without the newline of COPY text. */
function* splitRecords(bytes, format) {
  for (let at = 0; at < bytes.length; ) {
    const end = format === 'bson' ? at + bytes.readInt32LE(at) : bytes.indexOf(10, at) + 1
    if (end <= at || end > bytes.length) throw new Problem('a chunk does not end with a record')
    yield bytes.subarray(at, format === 'bson' ? end : end - 1)
    at = end
  }
}

// --- COPY text as JSON ----------------------------------------------------------------------------------------------------------

const ESCAPES = { b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }

/** Bytes of a field, or null. */
function unescapeField(field) {
  if (field.length === 2 && field[0] === 0x5c && field[1] === 0x4e) return null
  if (!field.includes(0x5c)) return field
  const plain = Buffer.alloc(field.length)
  let size = 0
  for (let at = 0; at < field.length; at++) {
    if (field[at] !== 0x5c) plain[size++] = field[at]
    else {
      at++
      plain[size++] = ESCAPES[String.fromCharCode(field[at])] ?? field[at]
    }
  }
  return plain.subarray(0, size)
}

/** A record as a JSON object of texts and nulls; what is no text in the collection's encoding is `{"$base64":...}`. */
function copyTextToJson(record, columns, decoder) {
  if (columns.length === 0) return '{}'
  const members = []
  let from = 0
  for (const { name } of columns) {
    if (from > record.length) throw new Problem('a record has fewer fields than its collection has columns')
    const tab = record.indexOf(9, from)
    const end = tab === -1 ? record.length : tab
    members.push(`${JSON.stringify(name)}:${textToJson(unescapeField(record.subarray(from, end)), decoder)}`)
    from = end + 1
  }
  if (from <= record.length) throw new Problem('a record has more fields than its collection has columns')
  // Put together by hand: an object would bring columns with numbers for names to the front.
  return `{${members.join(',')}}`
}

function textToJson(bytes, decoder) {
  if (bytes === null) return 'null'
  try {
    return JSON.stringify(decoder.decode(bytes))
  } catch {
    return `{"$base64":"${bytes.toString('base64')}"}`
  }
}

/** Fails on bytes that are no text. `bytes`, and labels unknown here, are read as UTF-8. */
function textDecoder(label) {
  const options = { fatal: true, ignoreBOM: true }
  try {
    return new TextDecoder(label, options)
  } catch {
    return new TextDecoder('utf-8', options)
  }
}

// --- BSON as canonical Extended JSON --------------------------------------------------------------------------------------------

const utf8 = textDecoder('utf-8')

/** A document as canonical Extended JSON 2; one that it cannot express (text that is no UTF-8) is `{"$bson":base64}`. */
function bsonToJson(record) {
  try {
    return documentToJson(new BsonCursor(record), false)
  } catch {
    return `{"$bson":"${record.toString('base64')}"}`
  }
}

class BsonCursor extends Cursor {
  int32() {
    return this.bytes(4).readInt32LE(0)
  }

  cstring() {
    const bytes = []
    for (let byte = this.byte(); byte !== 0; byte = this.byte()) bytes.push(byte)
    return JSON.stringify(utf8.decode(Buffer.from(bytes)))
  }

  string() {
    const bytes = this.bytes(this.int32())
    return JSON.stringify(utf8.decode(bytes.subarray(0, -1)))
  }

  objectId() {
    return `{"$oid":"${this.bytes(12).toString('hex')}"}`
  }
}

function documentToJson(cursor, isArray) {
  cursor.int32()
  const members = []
  for (let type = cursor.byte(); type !== 0; type = cursor.byte()) {
    const name = cursor.cstring()
    const value = bsonValue(type, cursor)
    members.push(isArray ? value : `${name}:${value}`)
  }
  return isArray ? `[${members.join(',')}]` : `{${members.join(',')}}`
}

function bsonValue(type, cursor) {
  switch (type) {
    case 0x01:
      return `{"$numberDouble":"${doubleText(cursor.bytes(8).readDoubleLE(0))}"}`
    case 0x02:
      return cursor.string()
    case 0x03:
      return documentToJson(cursor, false)
    case 0x04:
      return documentToJson(cursor, true)
    case 0x05:
      return binaryToJson(cursor)
    case 0x06:
      return '{"$undefined":true}'
    case 0x07:
      return cursor.objectId()
    case 0x08:
      return cursor.byte() === 0 ? 'false' : 'true'
    case 0x09:
      return `{"$date":{"$numberLong":"${cursor.bytes(8).readBigInt64LE(0)}"}}`
    case 0x0a:
      return 'null'
    case 0x0b:
      return `{"$regularExpression":{"pattern":${cursor.cstring()},"options":${cursor.cstring()}}}`
    case 0x0c:
      return `{"$dbPointer":{"$ref":${cursor.string()},"$id":${cursor.objectId()}}}`
    case 0x0d:
      return `{"$code":${cursor.string()}}`
    case 0x0e:
      return `{"$symbol":${cursor.string()}}`
    case 0x0f:
      cursor.int32()
      return `{"$code":${cursor.string()},"$scope":${documentToJson(cursor, false)}}`
    case 0x10:
      return `{"$numberInt":"${cursor.int32()}"}`
    case 0x11: {
      const bytes = cursor.bytes(8)
      return `{"$timestamp":{"t":${bytes.readUInt32LE(4)},"i":${bytes.readUInt32LE(0)}}}`
    }
    case 0x12:
      return `{"$numberLong":"${cursor.bytes(8).readBigInt64LE(0)}"}`
    case 0x13:
      return `{"$numberDecimal":"${decimalText(cursor.bytes(16))}"}`
    case 0x7f:
      return '{"$maxKey":1}'
    case 0xff:
      return '{"$minKey":1}'
    default:
      throw new RangeError('type')
  }
}

function binaryToJson(cursor) {
  let length = cursor.int32()
  const subType = cursor.byte()
  // The old binary type holds its length once more.
  if (subType === 2) length = cursor.int32()
  const base64 = cursor.bytes(length).toString('base64')
  return `{"$binary":{"base64":"${base64}","subType":"${subType.toString(16).padStart(2, '0')}"}}`
}

function doubleText(value) {
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toFixed(1) : String(value)
}

/** IEEE 754 decimal128, binary integer coding. */
function decimalText(bytes) {
  const [low, high] = [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(8)]
  const sign = high >> 63n === 1n ? '-' : ''
  const top = Number((high >> 58n) & 31n)
  if (top === 31) return 'NaN'
  if (top === 30) return `${sign}Infinity`
  const isLarge = top >= 24
  const exponent = Number((high >> (isLarge ? 47n : 49n)) & 0x3fffn) - 6176
  let coefficient = isLarge ? 0n : ((high & (2n ** 49n - 1n)) << 64n) | low
  // No such number: worth zero, says the standard.
  if (coefficient >= 10n ** 34n) coefficient = 0n
  const digits = String(coefficient)
  const adjusted = exponent + digits.length - 1
  if (exponent <= 0 && adjusted >= -6) {
    if (exponent === 0) return sign + digits
    const padded = digits.padStart(1 - exponent, '0')
    return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  return `${sign}${digits[0]}${fraction}E${adjusted < 0 ? '' : '+'}${adjusted}`
}

// --- The tool -------------------------------------------------------------------------------------------------------------------

/** A file written in large pieces; synchronous, so that memory stays flat. */
class Output {
  #file
  #pending = []
  #size = 0

  constructor(name) {
    this.#file = fs.openSync(name, 'wx', 0o600)
  }

  write(bytes) {
    this.#pending.push(bytes)
    this.#size += bytes.length
    if (this.#size >= FLUSH_BYTES) this.#flush()
  }

  #flush() {
    fs.writeFileSync(this.#file, Buffer.concat(this.#pending))
    this.#pending = []
    this.#size = 0
  }

  close() {
    this.#flush()
    fs.fsyncSync(this.#file)
    fs.closeSync(this.#file)
  }
}

/** Whether the name is that of a writer that was declared dead: there is no snapshot. */
function isTombstone(repository, name) {
  const file = path.join(repository.root, 'snapshots', name)
  return fs.statSync(file).size === 8 && fs.readFileSync(file).toString('latin1', 0, 4) === 'DBST'
}

/** The summaries of all snapshots that can be read, oldest first. */
function summaries(repository, warn) {
  const all = []
  for (const name of filesIn(repository.root, 'snapshots')) {
    if (isTombstone(repository, name)) continue
    const summary = readManifest(repository, name, 0)
    if (summary?.id === name) all.push(summary)
    else warn(`snapshots/${name} is damaged`)
  }
  return all.sort((a, b) => (a.time < b.time ? -1 : 1))
}

function readManifest(repository, name, number) {
  try {
    return manifestPart(repository, name, number)
  } catch {
    return undefined
  }
}

/** `0001-public.orders.ndjson`: numbered, so that no two names meet where case does not count, and no name leads elsewhere. */
function fileName(number, name, ending) {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]/gu, (char) => encodeURIComponent(char.isWellFormed() ? char : '?'))
  return `${String(number).padStart(4, '0')}-${safe.replaceAll('*', '%2A').slice(0, 150)}.${ending}`
}

/** Writes one collection; resolves to how many records were written and lost. */
function writeCollection(reader, { layout, records, root }, name, raw) {
  const output = new Output(name)
  const decoder = layout.format === 'bson' ? undefined : textDecoder(layout.encoding)
  const toJson = layout.format === 'bson' ? bsonToJson : (record) => copyTextToJson(record, layout.columns, decoder)
  let written = 0
  let lost = 0
  const found =
    root === null
      ? []
      : chunks(reader, root.id, root.height, records, (count) => {
          lost += count
        })
  for (const chunk of found) {
    for (const record of splitRecords(chunk, layout.format)) {
      if (!raw) output.write(Buffer.from(`${toJson(record)}\n`))
      written++
    }
    if (raw) output.write(chunk)
  }
  output.close()
  return { written, lost: Math.max(lost, records - written) }
}

/** Writes a snapshot into a new folder. Resolves to whether nothing was lost. */
function writeSnapshot(repository, summary, folder, raw, warn) {
  const contents = readManifest(repository, summary.id, 1)
  if (contents === undefined) throw new Problem(`snapshots/${summary.id} is damaged`)
  // Readable by its owner alone: what the repository kept secret lies open in it.
  fs.mkdirSync(folder, { mode: 0o700 })
  const places = findObjects(repository, warn)
  const reader = new ObjectReader(repository, places)
  const into = (name) => path.join(folder, name)
  fs.writeFileSync(into('manifest.json'), `${JSON.stringify({ ...summary, ...contents }, null, 2)}\n`, { mode: 0o600 })
  let isWhole = true
  const schema = contents.schema.map((id) => reader.read(KINDS.document, id))
  if (schema.includes(undefined)) {
    isWhole = false
    warn('the schema document is damaged')
  } else fs.writeFileSync(into('schema.json'), Buffer.concat(schema), { mode: 0o600 })
  for (const [i, collection] of contents.collections.entries()) {
    const { name, format } = collection.layout
    const ending = !raw ? 'ndjson' : format === 'bson' ? 'bson' : 'copy'
    const file = fileName(i + 1, name, ending)
    const { written, lost } = writeCollection(reader, collection, into(file), raw)
    console.log(`${file}  ${written} records of ${name}`)
    if (lost > 0) {
      isWhole = false
      warn(`${name}: ${lost} of ${collection.records} records are damaged and left out`)
    }
  }
  return isWhole
}

function main() {
  const option = { type: 'string' }
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      raw: { type: 'boolean' },
      'passphrase-file': option,
      'key-file': option,
      'recovery-key-file': option,
      'master-key-file': option,
    },
  })
  const [root, folder, wanted] = positionals
  if (root === undefined || positionals.length > 3) {
    throw new Problem(
      'usage: read-repository.mjs <repository folder> [<new folder> [<snapshot>]] [--raw] [--passphrase-file <file>]',
    )
  }
  let isWhole = true
  const warn = (text) => {
    isWhole = false
    console.error(text)
  }
  const repository = openRepository(root, givenSecrets(values))
  const all = summaries(repository, warn)
  if (folder === undefined) {
    for (const { id, time, records, source } of all) console.log(`${id}  ${time}  ${records} records  ${source.label}`)
  } else {
    const fitting = wanted === undefined ? all.slice(-1) : all.filter(({ id }) => id.startsWith(wanted))
    if (fitting.length !== 1)
      throw new Problem(`${fitting.length} snapshots are meant; without a folder all are listed`)
    isWhole = writeSnapshot(repository, fitting[0], folder, values.raw ?? false, warn) && isWhole
  }
  if (!isWhole) process.exitCode = 1
}

try {
  main()
} catch (error) {
  // A file that cannot be read or written, or wrong options, explain themselves as well; anything else is a mistake in here.
  if (!(error instanceof Problem) && typeof error.code !== 'string') throw error
  console.error(error.message)
  process.exitCode = 2
}
