/** Both halves of the table of CRC-64 (ECMA-182, bits reversed), which `mongorestore` checks. */
const LOW = new Uint32Array(256)
const HIGH = new Uint32Array(256)

for (let byte = 0; byte < 256; byte++) {
  let value = BigInt(byte)
  for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n
  LOW[byte] = Number(value & 0xffffffffn)
  HIGH[byte] = Number(value >> 32n)
}

/** A CRC-64 of bytes that come piece by piece; in two halves, for one in a BigInt is ten times as slow. */
export class Crc64 {
  #low = 0xffffffff
  #high = 0xffffffff

  update(bytes: Uint8Array): void {
    let low = this.#low
    let high = this.#high
    for (const byte of bytes) {
      const index = (low ^ byte) & 0xff
      low = ((low >>> 8) | (high << 24)) ^ (LOW[index] as number)
      high = (high >>> 8) ^ (HIGH[index] as number)
    }
    this.#low = low
    this.#high = high
  }

  get value(): bigint {
    return (BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0)
  }
}
