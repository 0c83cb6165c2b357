import type { Json } from '@dbsnap/core/values'
import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type CatalogName, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteIdentifier, sqlName } from './identifiers.ts'

interface NamedRow {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
}

interface PartsRow extends NamedRow {
  readonly parts: readonly (string | null)[]
}

interface DictionaryRow extends NamedRow {
  readonly template: string
  /** As `CREATE TEXT SEARCH DICTIONARY` takes them. */
  readonly options: string | null
}

interface ConfigurationRow extends NamedRow {
  readonly parser: string
  readonly mappings: readonly { readonly token: string; readonly dictionaries: string }[] | null
}

function draft(
  word: string,
  catalog: CatalogName,
  row: NamedRow,
  definition: Record<string, Json>,
  options: string,
): Draft {
  const sql = `TEXT SEARCH ${word} ${sqlName(row.schema, row.name)}`
  return {
    kind: `text search ${word.toLowerCase()}`,
    name: qualifiedName(row.schema, row.name),
    definition,
    section: 'pre-data',
    statements: [`CREATE ${sql} (${options})`],
    addresses: [address(catalog, row.oid)],
    sql,
  }
}

const functionName = (column: string) => `
  (SELECT pg_catalog.format('%I.%I', fn.nspname, f.proname) FROM pg_catalog.pg_proc f
     JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = x.${column}::oid)`

const PARSER_PARTS = {
  START: 'prsstart',
  GETTOKEN: 'prstoken',
  END: 'prsend',
  LEXTYPES: 'prslextype',
  HEADLINE: 'prsheadline',
}
const TEMPLATE_PARTS = { INIT: 'tmplinit', LEXIZE: 'tmpllexize' }

/** Text search parsers, templates, dictionaries and configurations. */
export async function readTextSearch(catalog: Catalog): Promise<Draft[]> {
  return [
    ...(await readParts(catalog, 'PARSER', 'pg_ts_parser', 'prs', PARSER_PARTS)),
    ...(await readParts(catalog, 'TEMPLATE', 'pg_ts_template', 'tmpl', TEMPLATE_PARTS)),
    ...(await readDictionaries(catalog)),
    ...(await readConfigurations(catalog)),
  ]
}

async function readParts(
  catalog: Catalog,
  word: string,
  table: CatalogName,
  prefix: string,
  parts: Readonly<Record<string, string>>,
): Promise<Draft[]> {
  const rows = await catalog.ownRows<PartsRow>(
    table,
    `SELECT x.oid, n.nspname AS schema, x.${prefix}name AS name,
            pg_catalog.json_build_array(${Object.values(parts).map(functionName).join(', ')}) AS parts
       FROM pg_catalog.${table} x JOIN pg_catalog.pg_namespace n ON n.oid = x.${prefix}namespace
      WHERE ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return rows.map((row) => {
    const given = Object.keys(parts).flatMap((part, at): [string, string][] => {
      const name = row.parts[at]
      return typeof name === 'string' ? [[part, name]] : []
    })
    const definition = Object.fromEntries(given.map(([part, name]): [string, Json] => [part.toLowerCase(), name]))
    return draft(word, table, row, definition, given.map(([part, name]) => `${part} = ${name}`).join(', '))
  })
}

async function readDictionaries(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<DictionaryRow>(
    'pg_ts_dict',
    `SELECT d.oid, n.nspname AS schema, d.dictname AS name, pg_catalog.format('%I.%I', tn.nspname, t.tmplname) AS template,
            d.dictinitoption AS options
       FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace
       JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate
       JOIN pg_catalog.pg_namespace tn ON tn.oid = t.tmplnamespace
      WHERE ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return rows.map((row) =>
    draft(
      'DICTIONARY',
      'pg_ts_dict',
      row,
      { template: row.template, ...(row.options === null ? {} : { options: row.options }) },
      `TEMPLATE = ${row.template}${row.options === null ? '' : `, ${row.options}`}`,
    ),
  )
}

async function readConfigurations(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<ConfigurationRow>(
    'pg_ts_config',
    `SELECT c.oid, n.nspname AS schema, c.cfgname AS name, pg_catalog.format('%I.%I', pn.nspname, p.prsname) AS parser,
            (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('token', m.token, 'dictionaries', m.dictionaries) ORDER BY m.number)
               FROM (SELECT m.maptokentype AS number,
                            (SELECT t.alias FROM pg_catalog.ts_token_type(c.cfgparser) t WHERE t.tokid = m.maptokentype) AS token,
                            pg_catalog.string_agg(pg_catalog.format('%I.%I', dn.nspname, d.dictname), ', ' ORDER BY m.mapseqno) AS dictionaries
                       FROM pg_catalog.pg_ts_config_map m JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict
                       JOIN pg_catalog.pg_namespace dn ON dn.oid = d.dictnamespace
                      WHERE m.mapcfg = c.oid GROUP BY m.maptokentype) m) AS mappings
       FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
       JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace
      WHERE ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return rows.map((row) => {
    const mappings = row.mappings ?? []
    const made = draft(
      'CONFIGURATION',
      'pg_ts_config',
      row,
      {
        parser: row.parser,
        mappings: Object.fromEntries(mappings.map(({ token, dictionaries }) => [token, dictionaries])),
      },
      `PARSER = ${row.parser}`,
    )
    for (const { token, dictionaries } of mappings) {
      made.statements.push(`ALTER ${made.sql} ADD MAPPING FOR ${quoteIdentifier(token)} WITH ${dictionaries}`)
    }
    return made
  })
}
