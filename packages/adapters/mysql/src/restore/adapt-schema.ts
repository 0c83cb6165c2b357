import { IncompatibleTargetError } from '@dbsnap/core/errors'
import type { RestoreRequest } from '@dbsnap/core/ports'
import type { SchemaDocument, SchemaObject } from '@dbsnap/core/values'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import type { Flavour, ServerFacts } from '../server-facts.ts'

/** What one family has and the other has not, as it stands in the server's own words. */
const FOREIGN: Readonly<Record<Flavour, readonly (readonly [kinds: RegExp, pattern: RegExp, what: string])[]>> = {
  // From MySQL, for MariaDB.
  mysql: [
    [/^index$/, /\(\(/, 'an index over an expression'],
    [/^(index|table|column)$/, /\/\*!80\d{3} (?!DEFAULT ENCRYPTION)/, 'an option that only MySQL knows'],
    [/^constraint$/, /NOT ENFORCED/, 'a check that is not enforced'],
    [/^column$/, /^`(?:[^`]|``)*` vector\(/, 'the type vector'],
  ],
  // From MariaDB, for MySQL.
  mariadb: [
    [/^sequence$/, /[\s\S]/, 'sequences'],
    [/^package( body)?$/, /[\s\S]/, 'packages'],
    [/^table$/, /WITH SYSTEM VERSIONING|PERIOD FOR/, 'system versioning and periods'],
    [/^column$/, /^`(?:[^`]|``)*` (uuid|inet4|inet6|vector)\b/, 'the types uuid, inet4 and inet6'],
    [
      /^column$/,
      /\bINVISIBLE\b|\bCOMPRESSED\b|(?:next|last)val\(/,
      'this form of invisible, compressed or numbered columns',
    ],
    [/^index$/, /\bIGNORED\b|WITHOUT OVERLAPS/, 'ignored indexes and those without overlaps'],
    [/^table$/, /ENGINE=(Aria|S3|SPIDER|CONNECT|OQGRAPH|SEQUENCE)|PAGE_COMPRESSED|TRANSACTIONAL=/, 'this engine'],
  ],
}

/**
 * The snapshot's schema as this server takes it. What it cannot have is refused by name (`IncompatibleTargetError`), before
 * anything is written: objects of the other family, and collations that the server does not know.
 */
export async function adaptSchema(
  connection: MysqlConnection,
  server: ServerFacts,
  request: RestoreRequest,
): Promise<SchemaDocument> {
  const names = new Set(request.collections.map(({ name }) => name))
  const objects = request.schema.objects.filter(({ collection }) =>
    collection === undefined ? request.whole : names.has(collection),
  )
  const flavour: Flavour = request.details.flavour === 'mariadb' ? 'mariadb' : 'mysql'
  const refused = flavour === server.flavour ? [] : objects.flatMap((object) => foreignTo(object, flavour))
  refused.push(...(await unknownCollations(connection, objects)))
  if (refused.length > 0) {
    const more = refused.length > 10 ? ` and ${refused.length - 10} more` : ''
    throw new IncompatibleTargetError(`the target cannot have ${refused.slice(0, 10).join('; ')}${more}`, {
      hint: 'Nothing was written. Restore into a server of the same family and version, or choose other tables.',
      data: { refused: refused.slice(0, 100) },
    })
  }
  return flavour === server.flavour ? request.schema : { ...request.schema, objects: request.schema.objects.map(plain) }
}

function foreignTo(object: SchemaObject, flavour: Flavour): string[] {
  const text = JSON.stringify(object.definition, null, 1).replaceAll('\\"', '"')
  const definition = typeof object.definition.definition === 'string' ? object.definition.definition : text
  return FOREIGN[flavour].flatMap(([kinds, pattern, what]) =>
    kinds.test(object.kind) && pattern.test(definition) ? [`${object.kind} ${object.name} (${what})`] : [],
  )
}

/** Collations are named in tables, columns, and in what programs were created under. */
async function unknownCollations(connection: MysqlConnection, objects: readonly SchemaObject[]): Promise<string[]> {
  const known = new Set(
    (await connection.query('ask for the collations', 'SHOW COLLATION')).map(({ Collation }) => String(Collation)),
  )
  return objects.flatMap((object) => {
    const text = JSON.stringify(object.definition)
    const named = [...text.matchAll(/COLLATE[ =](\w+)|"collation":"(\w+)"/g)].map(
      ([, inText, own]) => inText ?? own ?? '',
    )
    const missing = named.find(
      (collation) => !known.has(collation) && !known.has(collation.replace('utf8_', 'utf8mb3_')),
    )
    return missing === undefined ? [] : [`${object.kind} ${object.name} (the collation ${missing})`]
  })
}

/** Options of tables in comments that the other family would skip anyway; nothing that changes what a table holds. */
function plain(object: SchemaObject): SchemaObject {
  if (object.kind !== 'table') return object
  return {
    ...object,
    statements: object.statements.map((text) => text.replace(/ \/\*!80016 DEFAULT ENCRYPTION='N' \*\//, '')),
  }
}
