import type { TypeParser } from '../postgres-client.ts'

const asText: TypeParser = (text) => text
const asNumber: TypeParser = (text) => Number(text)

/** By the object id of the built-in type. */
const PARSERS: Readonly<Record<number, TypeParser>> = {
  16: (text) => text === 't',
  21: asNumber, // int2
  23: asNumber, // int4
  26: asNumber, // oid
  700: asNumber, // float4
  701: asNumber, // float8
  114: (text) => JSON.parse(text),
  3802: (text) => JSON.parse(text),
}

/**
 * How values of our own catalog queries are read, whatever an application told the driver: `bool`, `int2`, `int4`, `oid`,
 * floats and `json` as their JavaScript kin, everything else (`int8`, arrays, names) as the server's text.
 */
export const READ_VALUES = { getTypeParser: (oid: number): TypeParser => PARSERS[oid] ?? asText }
